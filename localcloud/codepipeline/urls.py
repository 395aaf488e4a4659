"""Where the service listens: moto's own paths, answered by our response class."""

from localcloud.codepipeline.responses import CodePipelineResponse

url_bases = [r"https?://codepipeline\.(.+)\.amazonaws\.com"]

url_paths = {"{0}/$": CodePipelineResponse.dispatch}
