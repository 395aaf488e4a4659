"""Where the service listens: moto's own paths, answered by our response class."""

from moto.awslambda import urls as moto_urls

from localcloud.lambda_runtime.responses import LambdaResponse

url_bases = moto_urls.url_bases

# moto binds each path to a method of its own response class; ours has the same methods.
url_paths = {
    path: getattr(LambdaResponse, handler.__name__) for path, handler in moto_urls.url_paths.items()
}
