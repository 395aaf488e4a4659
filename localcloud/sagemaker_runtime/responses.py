"""InvokeEndpoint: a request goes to the container that serves, and its answer comes back.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html. The runtime's
error code is `ValidationError`, where the control plane's is `ValidationException`; a container's own
error is `ModelError` (424) with the container's status and text. Asynchronous and streamed invocations
are refused by name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from moto.core.common_types import TYPE_RESPONSE
from moto.sagemaker import sagemaker_backends
from moto.sagemakerruntime.responses import SageMakerRuntimeResponse as MotoResponse

from localcloud.sagemaker.endpoints.invocations import Answer, InvocationError, Request, invoke
from localcloud.sagemaker_runtime.request_constraints import CONTENT_BYTES, violation

_UNSUPPORTED_HEADERS = (
    "X-Amzn-SageMaker-Target-Model",
    "X-Amzn-SageMaker-Target-Container-Hostname",
    "X-Amzn-SageMaker-Enable-Explanations",
    "X-Amzn-SageMaker-Inference-Component",
    "X-Amzn-SageMaker-Session-Id",
    "X-Amzn-SageMaker-Prefix-Aware-Id",
)


class SageMakerRuntimeResponse(MotoResponse):
    """Parses a request, calls the hosting, answers."""

    # Every operation that is served is here.
    MOTO_OPERATIONS: Mapping[str, tuple[str, ...]] = {}
    # A body is the container's to understand; it need not be text.
    use_raw_body = True

    def invoke_endpoint(self) -> TYPE_RESPONSE:
        body = bytes(self.raw_body)
        if len(body) > CONTENT_BYTES:
            return _too_long()
        hosting = sagemaker_backends[self.current_account][self.region]
        try:
            answer = invoke(hosting, self._request(body))
        except InvocationError as error:
            return _error(error)
        return 200, _headers(answer), answer.body

    def invoke_endpoint_async(self) -> TYPE_RESPONSE:
        raise NotImplementedError("asynchronous inference is not served")

    def _request(self, body: bytes) -> Request:
        headers = self.headers
        for header in _UNSUPPORTED_HEADERS:
            if headers.get(header):
                message = f"unsupported by the local cloud: request header {header}"
                raise InvocationError(400, "ValidationError", message)
        name = unquote(self.path.split("/")[2])
        wrong = violation(name, headers, body)
        if wrong is not None:
            raise InvocationError(400, "ValidationError", wrong)
        return Request(
            endpoint_name=name,
            body=body,
            content_type=headers.get("Content-Type") or "",
            accept=headers.get("Accept") or "",
            target_variant=headers.get("X-Amzn-SageMaker-Target-Variant"),
            inference_id=headers.get("X-Amzn-SageMaker-Inference-Id"),
            custom_attributes=headers.get("X-Amzn-SageMaker-Custom-Attributes"),
        )


def _headers(answer: Answer) -> dict[str, str]:
    headers = {
        "Content-Type": answer.content_type,
        "x-Amzn-Invoked-Production-Variant": answer.variant,
    }
    if answer.custom_attributes:
        headers["X-Amzn-SageMaker-Custom-Attributes"] = answer.custom_attributes
    return headers


def _error(error: InvocationError) -> TYPE_RESPONSE:
    headers = {
        # moto takes the status from here: that of a tuple it would answer as 200.
        "status": error.status,
        "Content-Type": "application/json",
        "x-amzn-errortype": error.code,
    }
    return error.status, headers, error_body(error)


def error_body(error: InvocationError) -> str:
    """An error's body, as SageMaker writes it: without spaces, members by name."""
    # A request that is throttled has a small `message`, which is null (observed).
    shape: dict[str, Any] = (
        {"message": None} if error.message is None else {"Message": error.message, **error.members}
    )
    return json.dumps(shape, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _too_long() -> TYPE_RESPONSE:
    text = f"HTTP content length exceeded {CONTENT_BYTES} bytes."
    return 413, {"status": 413, "Content-Type": "text/plain"}, text
