"""Where the service listens: moto's own paths, answered by our response class."""

from localcloud.ssm.responses import SimpleSystemManagerResponse

url_bases = [r"https?://ssm\.(.+)\.amazonaws\.com"]

url_paths = {"{0}/$": SimpleSystemManagerResponse.dispatch}
