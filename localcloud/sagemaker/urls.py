"""Where the service listens: moto's own paths, answered by our response class."""

from localcloud.sagemaker.responses import SageMakerResponse
from localcloud.sagemaker_runtime.responses import SageMakerRuntimeResponse

url_bases = [r"https?://api\.sagemaker\.(.+)\.amazonaws.com"]

url_paths = {
    "{0}/$": SageMakerResponse.dispatch,
    # moto takes this path of the runtime's for one of the control plane.
    "{0}/endpoints/(?P<name>[^/]+)/invocations-response-stream$": SageMakerRuntimeResponse.dispatch,
}
