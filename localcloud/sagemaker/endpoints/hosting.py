"""The containers behind an endpoint: one fleet for each configuration that serves or is about to.

The container contract is SageMaker's
(https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html): model.tar.gz is
unpacked into /opt/ml/model before the start, GET /ping must answer 200 within four minutes, POST
/invocations answers within 60 seconds. Known difference: containers listen on a port of their own
each, since all of them share this machine's network.
"""

from __future__ import annotations

import random
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import urllib3
from botocore.exceptions import ClientError

from localcloud import clients, log_groups
from localcloud.cloud import current
from localcloud.sagemaker.endpoints.data_capture import DataCapture
from localcloud.sagemaker.endpoints.records import Endpoint, EndpointConfig
from localcloud.sagemaker.endpoints.serving.container import ServingContainer, start_serving

if TYPE_CHECKING:
    from localcloud.sagemaker.endpoints.invocations import Request
    from localcloud.sagemaker.endpoints.models import EndpointsBackend

HEALTH_CHECK_SECONDS = 240.0
INVOCATION_SECONDS = 60.0
_PING_SECONDS = 2.0


class HostingFailure(Exception):
    """A fleet did not come into service; the text is the endpoint's FailureReason."""


@dataclass(frozen=True)
class ContainerAnswer:
    """What a container answered, whatever the status."""

    status: int
    body: bytes
    content_type: str
    custom_attributes: str | None


class Variant:
    """The containers of one production variant."""

    def __init__(
        self,
        name: str,
        weight: float,
        containers: list[ServingContainer],
        capture: DataCapture | None,
    ) -> None:
        self.name = name
        self.weight = weight
        self.capture = capture
        self._containers = containers
        self._pool = urllib3.PoolManager(maxsize=32, retries=False)
        self._next = 0

    @property
    def instances(self) -> int:
        """How many containers share the variant's traffic."""
        return len(self._containers)

    def send(self, request: Request) -> ContainerAnswer:
        """POST a request to the next container; a container that is gone or late answers 500."""
        self._next = (self._next + 1) % len(self._containers)
        container = self._containers[self._next]
        headers = {"Content-Type": request.content_type, "Accept": request.accept}
        if request.custom_attributes:
            headers["X-Amzn-SageMaker-Custom-Attributes"] = request.custom_attributes
        try:
            response = self._pool.request(
                "POST",
                f"http://127.0.0.1:{container.port}/invocations",
                body=request.body,
                headers={name: value for name, value in headers.items() if value},
                timeout=INVOCATION_SECONDS,
            )
        except urllib3.exceptions.HTTPError as error:
            return ContainerAnswer(500, str(error).encode(), "text/plain", None)
        return ContainerAnswer(
            response.status,
            response.data,
            response.headers.get("Content-Type", ""),
            response.headers.get("X-Amzn-SageMaker-Custom-Attributes"),
        )

    def stop(self) -> None:
        """Write what was captured and end the containers."""
        if self.capture is not None:
            self.capture.flush()
        for container in self._containers:
            container.stop()


class Fleet:
    """Everything that serves one configuration of one endpoint."""

    def __init__(self, variants: list[Variant]) -> None:
        self._variants = variants
        self._random = random.Random()

    @classmethod
    def start(cls, backend: EndpointsBackend, endpoint: Endpoint, config: EndpointConfig) -> Fleet:
        """Start every variant's containers and wait until they are healthy.

        Raises HostingFailure; nothing that was started is left running then.
        """
        variants: list[Variant] = []
        try:
            for wanted in config.variants:
                variants.append(_start_variant(backend, endpoint, config, wanted))
        except BaseException:
            for variant in variants:
                variant.stop()
            raise
        return cls(variants)

    def choose(self, target: str | None) -> Variant | None:
        """The variant that a request asks for, or one by weight; None for an unknown name."""
        if target is not None:
            return next((variant for variant in self._variants if variant.name == target), None)
        weights = [variant.weight for variant in self._variants]
        return self._random.choices(self._variants, weights if any(weights) else None)[0]

    def stop(self) -> None:
        """End every container."""
        for variant in self._variants:
            variant.stop()


def _start_variant(
    backend: EndpointsBackend, endpoint: Endpoint, config: EndpointConfig, wanted: dict[str, Any]
) -> Variant:
    name = wanted["VariantName"]
    model = backend.hosted_model(wanted["ModelName"])
    container = backend.resolve_container(model.containers[0])
    role_arn = model.request["ExecutionRoleArn"]
    count = endpoint.instance_counts.get(name, int(wanted.get("InitialInstanceCount", 1)))
    started: list[ServingContainer] = []
    try:
        artifact = _download(backend, container.get("ModelDataUrl"), role_arn, name)
        for number in range(count):
            started.append(
                _start_container(backend, endpoint, name, number, container, artifact, role_arn)
            )
        for serving in started:
            _wait_until_healthy(serving, name)
    except BaseException:
        for serving in started:
            serving.stop()
        raise
    capture = config.request.get("DataCaptureConfig")
    return Variant(
        name,
        float(wanted.get("InitialVariantWeight", 1.0)),
        started,
        DataCapture(capture, endpoint.name, name, backend.region_name, role_arn)
        if capture
        else None,
    )


def _download(
    backend: EndpointsBackend, url: str | None, role_arn: str, variant: str
) -> Path | None:
    """The model's archive, read as the model's role; None for a model without one."""
    if not url:
        return None
    bucket, _, key = url.removeprefix("s3://").partition("/")
    session = clients.role_session(role_arn, "SageMaker", "sagemaker.amazonaws.com")
    with tempfile.NamedTemporaryFile(
        dir=current().directory("endpoints"), suffix=".tar.gz", delete=False
    ) as archive:
        path = Path(archive.name)
    try:
        clients.client("s3", backend.region_name, session).download_file(bucket, key, str(path))
    except ClientError as error:
        path.unlink(missing_ok=True)
        raise HostingFailure(
            f"Failed to download model data for the container of production variant {variant} from "
            f"{url}: {error}. Please ensure that the object exists and that the role {role_arn} "
            "can read it."
        ) from error
    return path


def _start_container(
    backend: EndpointsBackend,
    endpoint: Endpoint,
    variant: str,
    number: int,
    container: dict[str, Any],
    artifact: Path | None,
    role_arn: str,
) -> ServingContainer:
    group, stream = f"/aws/sagemaker/Endpoints/{endpoint.name}", f"{variant}/i-{number:017d}"

    def log(lines: list[str]) -> None:
        log_groups.append(
            group, stream, lines, account_id=backend.account_id, region=backend.region_name
        )

    def unpack(directory: Path) -> None:
        if artifact is not None:
            with tarfile.open(artifact) as archive:
                archive.extractall(directory, filter="data")

    session = clients.role_session(role_arn, "SageMaker", "sagemaker.amazonaws.com")
    try:
        return start_serving(
            container["Image"],
            fill_model_directory=unpack,
            environment={
                **container.get("Environment", {}),
                "AWS_REGION": backend.region_name,
            },
            session=session,
            log=log,
        )
    except (tarfile.TarError, OSError) as error:
        raise HostingFailure(
            f"Failed to extract model data archive for production variant {variant}: {error}"
        ) from error


def _wait_until_healthy(container: ServingContainer, variant: str) -> None:
    pool = urllib3.PoolManager(retries=False)

    def healthy() -> bool:
        if not container.is_running():
            return True
        try:
            url = f"http://127.0.0.1:{container.port}/ping"
            return bool(pool.request("GET", url, timeout=_PING_SECONDS).status == 200)
        except urllib3.exceptions.HTTPError:
            return False

    passed = current().changes.wait_until(
        healthy, HEALTH_CHECK_SECONDS, stop=current().stopping, recheck_seconds=0.05
    )
    if not passed or not container.is_running():
        raise HostingFailure(
            f"The primary container for production variant {variant} did not pass the ping health "
            "check. Please check CloudWatch logs for this endpoint."
        )
