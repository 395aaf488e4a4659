"""Starts the containers of a fleet, and waits until they are healthy.

The container contract is SageMaker's
(https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html): model.tar.gz is
unpacked into /opt/ml/model before the start, GET /ping must answer 200 within four minutes. Known
difference: containers listen on a port of their own each, since all share this machine's network.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from localcloud import clients, log_groups
from localcloud.cloud import current
from localcloud.errors import AwsError
from localcloud.processes import TooManyProcesses
from localcloud.sagemaker.endpoints import model_data
from localcloud.sagemaker.endpoints.data_capture import DataCapture
from localcloud.sagemaker.endpoints.fleet import Fleet, Variant
from localcloud.sagemaker.endpoints.fleet_plan import FleetPlan
from localcloud.sagemaker.endpoints.health_check import wait_until_healthy
from localcloud.sagemaker.endpoints.serving.container import ServingContainer, start_serving

if TYPE_CHECKING:
    from localcloud.sagemaker.endpoints.models import EndpointsBackend

HEALTH_CHECK_SECONDS = 240.0


class HostingFailure(Exception):
    """A fleet did not come into service; the text is the endpoint's FailureReason."""


def start_fleet(backend: EndpointsBackend, endpoint_name: str, plan: FleetPlan) -> Fleet:
    """Start every variant's containers. Raises HostingFailure, or what a defect of this program
    raises; nothing that was started is left running then."""
    variants: list[Variant] = []
    try:
        for wanted in plan.config.variants:
            variants.append(_start_variant(backend, endpoint_name, plan, wanted))
    except BaseException:
        for variant in variants:
            variant.stop()
        raise
    return Fleet(variants)


def _start_variant(
    backend: EndpointsBackend, endpoint_name: str, plan: FleetPlan, wanted: dict[str, Any]
) -> Variant:
    name = wanted["VariantName"]
    capacity = plan.capacities[name]
    try:
        model = backend.hosted_model(wanted["ModelName"])
        container = backend.resolve_container(model.containers[0])
        role_arn = model.request["ExecutionRoleArn"]
        session = clients.role_session(role_arn, "SageMaker", "sagemaker.amazonaws.com")
    except AwsError as error:
        # A model, package or role that went away between the request and its work.
        raise HostingFailure(error.message) from error
    started: list[ServingContainer] = []
    try:
        with tempfile.TemporaryDirectory(dir=current().directory("sagemaker", "artifacts")) as path:
            url = container.get("ModelDataUrl")
            archive = Path(path, "model.tar.gz")
            if url:
                model_data.download(backend.region_name, session, url, archive)
            for number in range(capacity.instances):
                started.append(
                    start_serving(
                        container["Image"],
                        fill_model_directory=lambda target: model_data.unpack(archive, target, url),
                        environment={
                            "AWS_REGION": backend.region_name,
                            **container.get("Environment", {}),
                        },
                        session=session,
                        log=_log(backend, endpoint_name, name, number),
                    )
                )
        limit = wanted.get("ContainerStartupHealthCheckTimeoutInSeconds") or HEALTH_CHECK_SECONDS
        for serving in started:
            _require_healthy(serving, name, limit)
    except BaseException as error:
        for serving in started:
            serving.stop()
        if isinstance(error, model_data.ModelDataError | TooManyProcesses):
            raise HostingFailure(str(error)) from error
        raise
    capture = (
        DataCapture(dict(plan.capture), endpoint_name, name, backend.region_name, role_arn)
        if plan.capture
        else None
    )
    return Variant(name, capacity.weight, started, capture)


def _log(
    backend: EndpointsBackend, endpoint_name: str, variant: str, number: int
) -> Callable[[list[str]], None]:
    """Where a container's lines go: /aws/sagemaker/Endpoints/<endpoint>, <variant>/<instance>."""
    group, stream = f"/aws/sagemaker/Endpoints/{endpoint_name}", f"{variant}/i-{number:017d}"

    def append(lines: list[str]) -> None:
        log_groups.append(
            group, stream, lines, account_id=backend.account_id, region=backend.region_name
        )

    return append


def _require_healthy(container: ServingContainer, variant: str, limit_seconds: float) -> None:
    if not wait_until_healthy(container, limit_seconds):
        raise HostingFailure(
            f"The primary container for production variant {variant} did not pass the ping health "
            "check. Please check CloudWatch logs for this endpoint."
        )
