"""What happens to one invocation: variant, container, metrics, capture, error."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from localcloud.sagemaker.endpoints import metrics
from localcloud.sagemaker.endpoints.capture_record import Invocation
from localcloud.sagemaker.endpoints.environments import NotReady, TooManyRequests

if TYPE_CHECKING:
    from localcloud.sagemaker.endpoints.container_client import ContainerAnswer
    from localcloud.sagemaker.endpoints.fleet import Variant
    from localcloud.sagemaker.endpoints.models import EndpointsBackend


@dataclass(frozen=True)
class Request:
    """One InvokeEndpoint call."""

    endpoint_name: str
    body: bytes
    content_type: str
    accept: str
    target_variant: str | None = None
    inference_id: str | None = None
    custom_attributes: str | None = None


@dataclass(frozen=True)
class Answer:
    """What a container answered with a 2XX status."""

    body: bytes
    content_type: str
    variant: str
    custom_attributes: str | None = None


@dataclass
class InvocationError(Exception):
    """An error of InvokeEndpoint: HTTP status, code, message (None for none) and further members."""

    status: int
    code: str
    message: str | None
    members: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message or self.code


class Throttled(InvocationError):
    """A request too many for a serverless variant.

    Code and body were observed at instances that have too much to do, with status 400
    (https://github.com/opensearch-project/ml-commons/issues/2429); that a serverless endpoint answers
    the same is assumed.
    """

    def __init__(self) -> None:
        super().__init__(400, "ThrottlingException", None)


def invoke(backend: EndpointsBackend, request: Request) -> Answer:
    """Send a request to the endpoint's fleet; an endpoint that is updating serves on."""
    started = time.monotonic()
    with backend.deployments.serving(request.endpoint_name) as fleet:
        if fleet is None:
            raise _not_serving(backend, request.endpoint_name)
        variant = fleet.choose(request.target_variant)
        if variant is None:
            # The real text is not published (assumed).
            name, endpoint = request.target_variant, request.endpoint_name
            message = f"Variant {name} was not found on endpoint {endpoint}"
            raise InvocationError(400, "ValidationError", message)
        if len(request.body) > variant.payload_bytes:
            # Observed at serverless endpoints, https://github.com/aws/sagemaker-python-sdk/issues/4271
            message = f"Request {uuid.uuid4()} has oversize body."
            raise InvocationError(400, "ValidationError", message)
        return _ask(backend, variant, request, started)


def _ask(backend: EndpointsBackend, variant: Variant, request: Request, started: float) -> Answer:
    try:
        answer = variant.send(request)
    except TooManyRequests:
        raise Throttled from None
    except NotReady:
        message = f"Variant {variant.name} of endpoint {request.endpoint_name} is not ready yet."
        raise InvocationError(429, "ModelNotReadyException", message) from None
    metrics.publish(
        variant,
        answer,
        seconds=time.monotonic() - started,
        endpoint=request.endpoint_name,
        account_id=backend.account_id,
        region=backend.region_name,
    )
    if not answer.is_good:
        raise model_error(backend.region_name, backend.account_id, request.endpoint_name, answer)
    if variant.capture is not None:
        variant.capture.record(
            Invocation(
                request.body,
                request.content_type,
                answer.body,
                answer.content_type,
                request.inference_id,
            )
        )
    return Answer(answer.body, answer.content_type, variant.name, answer.custom_attributes)


def _not_serving(backend: EndpointsBackend, name: str) -> InvocationError:
    endpoint = backend.endpoints.get(name)
    if endpoint is not None:
        status = endpoint.status
        # The real text for an endpoint that is not in service is not published (assumed).
        message = f"Endpoint {name} of account {backend.account_id} is not in service: {status}."
    else:
        message = f"Endpoint {name} of account {backend.account_id} not found."
    return InvocationError(400, "ValidationError", message)


def model_error(
    region: str, account: str, endpoint: str, answer: ContainerAnswer
) -> InvocationError:
    """The ModelError for what a container answered.

    Texts were observed; for an answer that is too large to be passed on
    (https://github.com/ultralytics/ultralytics/issues/6552), with the status of an error: that a good
    answer which is too large has it too is assumed.
    """
    side = "client" if 400 <= answer.status < 500 else "server"
    text = answer.body.decode("utf-8", "replace")
    group = f"/aws/sagemaker/Endpoints/{endpoint}"
    said = (
        f'with message "{text}"'
        if answer.is_whole
        else "and could not load the entire response body"
    )
    message = (
        f"Received {side} error ({answer.status}) from primary {said}. See https://{region}."
        f"console.aws.amazon.com/cloudwatch/home?region={region}#logEventViewer:group={group} "
        f"in account {account} for more information."
    )
    members = {
        "ErrorCode": "CLIENT_ERROR_FROM_MODEL"
        if side == "client"
        else "INTERNAL_FAILURE_FROM_MODEL",
        "LogStreamArn": f"arn:aws:logs:{region}:{account}:log-group:{group}",
        "OriginalMessage": text,
        "OriginalStatusCode": answer.status,
    }
    return InvocationError(424, "ModelError", message, members)
