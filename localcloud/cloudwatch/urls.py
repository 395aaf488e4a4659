"""Where the service listens: moto's own paths, answered by our response class."""

from localcloud.cloudwatch.responses import CloudWatchResponse

url_bases = [r"https?://monitoring\.(.+)\.amazonaws.com"]

url_paths = {"{0}/$": CloudWatchResponse.dispatch}
