"""Where the service listens: moto's own path, answered by our response class."""

from localcloud.organizations.responses import OrganizationsResponse

url_bases = [r"https?://organizations\.(.+)\.amazonaws\.com"]

url_paths = {"{0}/$": OrganizationsResponse.dispatch}
