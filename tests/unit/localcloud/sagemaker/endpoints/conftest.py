"""A local cloud for the tests of endpoints, with models that were really trained."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from localcloud.cloud import current
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
