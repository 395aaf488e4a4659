"""Where the service listens: moto's own paths, answered by our response class."""

from localcloud.iam.responses import IAMResponse

url_bases = [r"https?://iam\.(.*\.)?amazonaws\.com"]

url_paths = {"{0}/$": IAMResponse.dispatch}
