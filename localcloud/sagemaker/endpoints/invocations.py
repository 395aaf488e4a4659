"""What happens to one invocation: variant, container, metrics, capture, error."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from localcloud.sagemaker.endpoints import metrics
from localcloud.sagemaker.endpoints.data_capture import Invocation

if TYPE_CHECKING:
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
    """An error of InvokeEndpoint: HTTP status, code, message and further members."""

    status: int
    code: str
    message: str
    members: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message


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
        return _ask(backend, variant, request, started)


def _ask(backend: EndpointsBackend, variant: Variant, request: Request, started: float) -> Answer:
    sent = time.monotonic()
    answer = variant.send(request)
    received = time.monotonic()
    metrics.publish(
        request.endpoint_name,
        variant.name,
        status=answer.status,
        model_seconds=received - sent,
        overhead_seconds=(sent - started) + (time.monotonic() - received),
        instances=variant.instances,
        account_id=backend.account_id,
        region=backend.region_name,
    )
    if not 200 <= answer.status < 300:
        raise _model_error(backend, request.endpoint_name, answer.status, answer.body)
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


def _model_error(
    backend: EndpointsBackend, endpoint: str, status: int, body: bytes
) -> InvocationError:
    region, account = backend.region_name, backend.account_id
    side = "client" if 400 <= status < 500 else "server"
    code = "CLIENT_ERROR_FROM_MODEL" if side == "client" else "INTERNAL_FAILURE_FROM_MODEL"
    text = body.decode("utf-8", "replace")
    group = f"/aws/sagemaker/Endpoints/{endpoint}"
    message = (
        f'Received {side} error ({status}) from primary with message "{text}". See https://{region}.'
        f"console.aws.amazon.com/cloudwatch/home?region={region}#logEventViewer:group={group} "
        f"in account {account} for more information."
    )
    members = {
        "ErrorCode": code,
        "LogStreamArn": f"arn:aws:logs:{region}:{account}:log-group:{group}",
        "OriginalMessage": text,
        "OriginalStatusCode": status,
    }
    return InvocationError(424, "ModelError", message, members)
