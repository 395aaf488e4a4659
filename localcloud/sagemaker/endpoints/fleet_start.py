"""Starts the containers of a fleet, and waits until they are healthy.

The container contract is SageMaker's
(https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html): model.tar.gz is
unpacked into /opt/ml/model before the start, GET /ping must answer 200 within four minutes. An instance
that comes later reads the model, its role and its artifact anew, as a new one does on AWS. Known
difference: containers listen on a port of their own each, since all share this machine's network.
"""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from localcloud import clients, log_groups
from localcloud.cloud import current
from localcloud.errors import AwsError
from localcloud.processes import TooManyProcesses
from localcloud.sagemaker.endpoints import model_data, serverless_config, utilisation
from localcloud.sagemaker.endpoints.data_capture import DataCapture
from localcloud.sagemaker.endpoints.fleet import Fleet, Variant
from localcloud.sagemaker.endpoints.fleet_plan import FleetPlan
from localcloud.sagemaker.endpoints.health_check import wait_until_healthy
from localcloud.sagemaker.endpoints.serverless_variant import ServerlessVariant
from localcloud.sagemaker.endpoints.serving.container import ServingContainer, start_serving

if TYPE_CHECKING:
    from localcloud.sagemaker.endpoints.models import EndpointsBackend

HEALTH_CHECK_SECONDS = 240.0
GivenUp = Callable[[], bool]


class HostingFailure(Exception):
    """A fleet did not come into service; the text is the endpoint's FailureReason."""


def start_fleet(
    backend: EndpointsBackend,
    endpoint_name: str,
    plan: FleetPlan,
    instances: Mapping[str, int] | None = None,
    given_up: GivenUp = lambda: False,
) -> Fleet:
    """Start every variant's containers: as many as planned, or as `instances` says.

    Raises HostingFailure, also once it is given up, or what a defect of this program raises; nothing
    that was started is left running then.
    """
    variants: list[Variant] = []
    try:
        for wanted in plan.config.variants:
            name = wanted["VariantName"]
            count = plan.capacities[name].instances if instances is None else instances[name]
            variants.append(_start_variant(backend, endpoint_name, plan, wanted, count, given_up))
    except BaseException:
        for variant in variants:
            variant.stop()
        raise
    return Fleet(variants)


def _start_variant(
    backend: EndpointsBackend,
    endpoint_name: str,
    plan: FleetPlan,
    wanted: dict[str, Any],
    count: int,
    given_up: GivenUp,
) -> Variant:
    launcher = _Launcher(backend, endpoint_name, wanted)
    variant = _variant(launcher, plan, count, given_up)
    account, region = backend.account_id, backend.region_name
    utilisation.watch(variant, endpoint_name, account_id=account, region=region)
    return variant


def _variant(launcher: _Launcher, plan: FleetPlan, count: int, given_up: GivenUp) -> Variant:
    wanted, name = launcher.wanted, launcher.wanted["VariantName"]
    serverless = serverless_config.of(wanted)
    if serverless is not None:
        weight = plan.capacities[name].weight
        variant = ServerlessVariant(name, weight, plan.config.name, serverless, launcher.launch)
        variant.try_model(given_up)
        return variant
    started = launcher.launch(count, given_up)
    capture = (
        DataCapture(
            plan.capture,
            launcher.endpoint_name,
            name,
            launcher.backend.region_name,
            launcher.role_arn(),
            launcher.log,
        )
        if plan.capture
        else None
    )
    weight, config = plan.capacities[name].weight, plan.config.name
    return Variant(name, weight, started, capture, config, launcher.launch)


@dataclass(frozen=True)
class _Launcher:
    """Starts containers of one variant; `wanted` is the variant as its configuration has it."""

    backend: EndpointsBackend
    endpoint_name: str
    wanted: dict[str, Any]

    def role_arn(self) -> str:
        """The model's execution role."""
        model = self.backend.hosted_model(self.wanted["ModelName"])
        return str(model.request["ExecutionRoleArn"])

    def launch(self, count: int, given_up: GivenUp) -> list[ServingContainer]:
        """Start so many and wait until they are healthy. Raises HostingFailure; none is left then."""
        started: list[ServingContainer] = []
        try:
            self._start(count, started)
            limit = self.wanted.get("ContainerStartupHealthCheckTimeoutInSeconds")
            if serverless_config.of(self.wanted):
                limit = serverless_config.HEALTH_CHECK_SECONDS
            for container in started:
                self._require_healthy(container, limit or HEALTH_CHECK_SECONDS, given_up)
        except BaseException as error:
            for container in started:
                container.stop()
            if isinstance(error, model_data.ModelDataError | TooManyProcesses):
                raise HostingFailure(str(error)) from error
            raise
        return started

    def _start(self, count: int, started: list[ServingContainer]) -> None:
        """Start so many, each added to `started` at once."""
        backend = self.backend
        try:
            model = backend.hosted_model(self.wanted["ModelName"])
            container = backend.resolve_container(model.containers[0])
            role_arn = model.request["ExecutionRoleArn"]
            session = clients.role_session(role_arn, "SageMaker", "sagemaker.amazonaws.com")
        except AwsError as error:
            # A model, package or role that went away between the request and its work.
            raise HostingFailure(error.message) from error
        with tempfile.TemporaryDirectory(dir=current().directory("sagemaker", "artifacts")) as path:
            url = container.get("ModelDataUrl")
            archive = Path(path, "model.tar.gz")
            if url:
                model_data.download(backend.region_name, session, url, archive)
            for _ in range(count):
                started.append(
                    start_serving(
                        container["Image"],
                        fill_model_directory=lambda target: model_data.unpack(archive, target, url),
                        environment={
                            "AWS_REGION": backend.region_name,
                            **container.get("Environment", {}),
                        },
                        session=session,
                        log=self._log(),
                    )
                )

    def _log(self) -> Callable[[list[str]], None]:
        """Where a container's lines go: to the stream <variant>/<instance>."""
        stream = f"{self.wanted['VariantName']}/i-{uuid.uuid4().hex[:17]}"
        return lambda lines: self.log(stream, lines)

    def log(self, stream: str, lines: list[str]) -> None:
        """Append to a stream of the endpoint's log group, /aws/sagemaker/Endpoints/<endpoint>."""
        group = f"/aws/sagemaker/Endpoints/{self.endpoint_name}"
        account, region = self.backend.account_id, self.backend.region_name
        log_groups.append(group, stream, lines, account_id=account, region=region)

    def _require_healthy(
        self, container: ServingContainer, limit_seconds: float, given_up: GivenUp
    ) -> None:
        if not wait_until_healthy(container, limit_seconds, given_up):
            raise HostingFailure(
                f"The primary container for production variant {self.wanted['VariantName']} did not "
                "pass the ping health check. Please check CloudWatch logs for this endpoint."
            )
