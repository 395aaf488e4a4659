"""Where the service listens: moto's own paths, answered by our response class."""

from localcloud.codebuild.responses import CodeBuildResponse

url_bases = [r"https?://codebuild\.(.+)\.amazonaws\.com"]

url_paths = {"{0}/$": CodeBuildResponse.dispatch}
