"""Where the service listens: moto's own paths, answered by our response class."""

from localcloud.events.responses import EventsResponse

url_bases = [r"https?://events\.(.+)\.amazonaws\.com"]

url_paths = {"{0}/": EventsResponse.dispatch}
