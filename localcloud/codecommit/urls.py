"""Where the service listens: moto's own paths, answered by our response class."""

from localcloud.codecommit.responses import CodeCommitResponse

url_bases = [r"https?://codecommit\.(.+)\.amazonaws\.com"]

url_paths = {"{0}/$": CodeCommitResponse.dispatch}
