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

from moto.core.common_types import TYPE_RESPONSE
from moto.sagemaker import sagemaker_backends
from moto.sagemakerruntime.responses import SageMakerRuntimeResponse as MotoResponse

from localcloud.sagemaker.endpoints.invocations import Answer, InvocationError, Request, invoke

MAX_BODY_BYTES = 6_291_456
_UNSUPPORTED_HEADERS = (
    "X-Amzn-SageMaker-Target-Model",
    "X-Amzn-SageMaker-Target-Container-Hostname",
    "X-Amzn-SageMaker-Enable-Explanations",
    "X-Amzn-SageMaker-Inference-Component",
    "X-Amzn-SageMaker-Session-Id",
)


class SageMakerRuntimeResponse(MotoResponse):
    """Parses a request, calls the hosting, answers."""

    # Every operation that is served is here.
    MOTO_OPERATIONS: Mapping[str, tuple[str, ...]] = {}
    # A body is the container's to understand; it need not be text.
    use_raw_body = True

    def invoke_endpoint(self) -> TYPE_RESPONSE:
        hosting = sagemaker_backends[self.current_account][self.region]
        try:
            answer = invoke(hosting, self._request())
        except InvocationError as error:
            return _error(error)
        return 200, _headers(answer), answer.body

    def invoke_endpoint_async(self) -> TYPE_RESPONSE:
        raise NotImplementedError("asynchronous inference is not served")

    def _request(self) -> Request:
        for name in _UNSUPPORTED_HEADERS:
            if self.headers.get(name):
                raise InvocationError(
                    400, "ValidationError", f"unsupported by the local cloud: request header {name}"
                )
        body = bytes(self.raw_body)
        if len(body) > MAX_BODY_BYTES:
            raise InvocationError(
                400,
                "ValidationError",
                f"1 validation error detected: Value at 'body' failed to satisfy constraint: Member "
                f"must have length less than or equal to {MAX_BODY_BYTES}",
            )
        return Request(
            endpoint_name=self.path.split("/")[2],
            body=body,
            content_type=self.headers.get("Content-Type") or "",
            accept=self.headers.get("Accept") or "",
            target_variant=self.headers.get("X-Amzn-SageMaker-Target-Variant"),
            inference_id=self.headers.get("X-Amzn-SageMaker-Inference-Id"),
            custom_attributes=self.headers.get("X-Amzn-SageMaker-Custom-Attributes"),
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
    shape: dict[str, Any] = {"Message": str(error), **error.members}
    headers = {
        # moto takes the status from here: that of a tuple it would answer as 200.
        "status": error.status,
        "Content-Type": "application/json",
        "x-amzn-errortype": error.code,
    }
    return error.status, headers, json.dumps(shape)
