"""Where the service listens: moto's own paths, answered by our response class."""

from localcloud.application_autoscaling.responses import ApplicationAutoScalingResponse

url_bases = [r"https?://application-autoscaling\.(.+)\.amazonaws.com"]

url_paths = {"{0}/$": ApplicationAutoScalingResponse.dispatch}
