"""Where the service listens: moto's own paths, answered by our response class."""

from localcloud.sagemaker.responses import SageMakerResponse

url_bases = [r"https?://api\.sagemaker\.(.+)\.amazonaws.com"]

url_paths = {"{0}/$": SageMakerResponse.dispatch}
