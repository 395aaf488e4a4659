"""A local cloud for the tests of endpoints, with models that were really trained."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.sagemaker import sagemaker_backends

from localcloud.cloud import current
from localcloud.sagemaker.endpoints.fleet import Fleet
from tests.local_server import ACCOUNT, REGION, LocalCloud
from tests.unit.localcloud.sagemaker.artifacts import archive, trained
from tests.unit.localcloud.sagemaker.service import Service, image, running

VARIANT = "AllTraffic"


class Hosting:
    """Makes models, configurations and endpoints under names of their own."""

    def __init__(self, service: Service, artifacts: dict[str, str]) -> None:
        self.service = service
        self.sagemaker = service.sagemaker
        self.runtime = service.client("sagemaker-runtime")
        self.artifacts = artifacts

    def model(self, artifact: str = "one", **members: Any) -> str:
        """A model of an artifact: `one`, `two` (which answer so), `broken`, or an address."""
        name = f"model-{uuid4().hex[:8]}"
        url = self.artifacts.get(artifact, artifact)
        self.sagemaker.create_model(
            ModelName=name,
            ExecutionRoleArn=self.service.role,
            PrimaryContainer={"Image": image("sagemaker-xgboost"), "ModelDataUrl": url, **members},
        )
        return name

    def config(self, *models: str, capture: Any = None, **members: Any) -> str:
        """A configuration with a variant for each model."""
        name = f"config-{uuid4().hex[:8]}"
        variants = [variant(model, number, **members) for number, model in enumerate(models)]
        extra = {"DataCaptureConfig": capture} if capture else {}
        self.sagemaker.create_endpoint_config(
            EndpointConfigName=name, ProductionVariants=variants, **extra
        )
        return name

    def endpoint(self, config: str, **members: Any) -> str:
        """An endpoint, once it is in service."""
        name = f"endpoint-{uuid4().hex[:8]}"
        self.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=config, **members)
        assert self.settled(name)["EndpointStatus"] == "InService", self.describe(name)
        return name

    def describe(self, endpoint: str) -> dict[str, Any]:
        """DescribeEndpoint."""
        described: dict[str, Any] = self.sagemaker.describe_endpoint(EndpointName=endpoint)
        return described

    def settled(self, endpoint: str) -> dict[str, Any]:
        """An endpoint, once nothing happens to it any more."""

        def settled() -> bool:
            return self.describe(endpoint)["EndpointStatus"] in ("InService", "Failed")

        assert current().changes.wait_until(settled, 30), self.describe(endpoint)
        return self.describe(endpoint)

    def update(self, endpoint: str, config: str, **members: Any) -> dict[str, Any]:
        """Update an endpoint, and describe it when that is over."""
        self.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=config, **members)
        return self.settled(endpoint)

    def ask(self, endpoint: str, body: str = "1,2", **members: Any) -> str:
        """Invoke an endpoint; the answer's text."""
        members.setdefault("ContentType", "text/csv")
        answer = self.runtime.invoke_endpoint(EndpointName=endpoint, Body=body, **members)
        return str(answer["Body"].read().decode())

    def number(self, endpoint: str, **members: Any) -> int:
        """Which of the models answers."""
        return round(float(self.ask(endpoint, **members)))


class Asking:
    """Asks an endpoint again and again, several at a time, for as long as the block lasts."""

    def __init__(self, hosting: Hosting, endpoint: str, at_once: int = 3) -> None:
        # An error must not be hidden by a second attempt.
        once = Config(retries={"total_max_attempts": 1})
        self._runtime = LocalCloud(hosting.service.endpoint, once).client("sagemaker-runtime")
        self._endpoint = endpoint
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(at_once)]
        self.answers: list[int] = []
        self.errors: list[str] = []

    def __enter__(self) -> Asking:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(70)
            assert not thread.is_alive()

    def next(self, count: int) -> list[int]:
        """The next so many answers."""
        begun = len(self.answers)
        assert current().changes.wait_until(
            lambda: len(self.answers) >= begun + count or bool(self.errors),
            30,
            recheck_seconds=0.01,
        )
        assert not self.errors
        return self.answers[begun : begun + count]

    def _ask(self) -> None:
        while not self._over.is_set():
            try:
                answer = self._runtime.invoke_endpoint(
                    EndpointName=self._endpoint, Body="1,2", ContentType="text/csv"
                )
                self.answers.append(round(float(answer["Body"].read())))
            except ClientError as error:
                self.errors.append(str(error))


def fleet_of(endpoint: str) -> Fleet:
    """The fleet of an endpoint's live configuration."""
    fleet = sagemaker_backends[ACCOUNT][REGION].deployments.fleets.live(endpoint)
    assert isinstance(fleet, Fleet)
    return fleet


def fleet_pids(endpoint: str) -> list[int]:
    """The processes of an endpoint's live configuration."""
    return [
        container._container.pid
        for each in fleet_of(endpoint).variants.values()
        for container in each.containers
    ]


def variant(model: str, number: int = 0, **members: Any) -> dict[str, Any]:
    """A production variant."""
    return {
        "VariantName": VARIANT if number == 0 else f"{VARIANT}{number}",
        "ModelName": model,
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": 1,
        **members,
    }


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    state: Path = tmp_path_factory.mktemp("state")
    with running(state) as started:
        yield started


@pytest.fixture(scope="module")
def artifacts(service: Service) -> dict[str, str]:
    """Addresses of artifacts in S3."""
    bodies: dict[str, Callable[[], bytes]] = {
        "one": lambda: trained(1.0),
        "two": lambda: trained(2.0),
        "broken": lambda: archive(xgboost_model=b"not a model"),
        "no-archive": lambda: b"not an archive",
    }
    return {name: service.put(f"{name}/model.tar.gz", body()) for name, body in bodies.items()}


@pytest.fixture
def hosting(service: Service, artifacts: dict[str, str]) -> Iterator[Hosting]:
    """Every answer that a test got must have had the form that botocore's model gives it."""
    yield Hosting(service, artifacts)
    assert not service.defects
