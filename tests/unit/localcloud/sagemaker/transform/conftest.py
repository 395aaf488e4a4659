"""A local cloud for the tests of batch transform, with a model that answers its first feature."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from localcloud.cloud import current
from tests.unit.localcloud.sagemaker.artifacts import archive, echoing
from tests.unit.localcloud.sagemaker.service import Service, image, running

_ENDED = ("Completed", "Failed", "Stopped")


class Transforms:
    """Makes transform jobs, waits for them."""

    def __init__(self, service: Service, model: str) -> None:
        self.service = service
        self.sagemaker = service.sagemaker
        self.model = model
        self.prefix = f"job-{uuid4().hex[:8]}"

    def put(self, name: str, body: str | bytes) -> str:
        """Write an input object; its address."""
        return self.service.put(f"{self.prefix}/in/{name}", body)

    def request(self, **members: Any) -> dict[str, Any]:
        """CreateTransformJob's members; `Input` and `Output` are merged into what is there."""
        source = {
            "DataSource": {
                "S3DataSource": {
                    "S3DataType": "S3Prefix",
                    "S3Uri": self.service.uri(f"{self.prefix}/in/"),
                }
            },
            "ContentType": "text/csv",
            "SplitType": "Line",
            **members.pop("Input", {}),
        }
        target = {
            "S3OutputPath": self.service.uri(f"{self.prefix}/out"),
            "Accept": "text/csv",
            "AssembleWith": "Line",
            **members.pop("Output", {}),
        }
        return {
            "TransformJobName": self.prefix,
            "ModelName": self.model,
            "TransformInput": source,
            "TransformOutput": target,
            "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
            **members,
        }

    def run(self, **members: Any) -> dict[str, Any]:
        """Run a job to its end; its description."""
        request = self.request(**members)
        self.sagemaker.create_transform_job(**request)
        return self.ended(request["TransformJobName"])

    def ended(self, name: str) -> dict[str, Any]:
        """A job, once it has ended."""

        def done() -> bool:
            return self.describe(name)["TransformJobStatus"] in _ENDED

        assert current().changes.wait_until(done, 60), self.describe(name)
        return self.describe(name)

    def describe(self, name: str) -> dict[str, Any]:
        """DescribeTransformJob."""
        described: dict[str, Any] = self.sagemaker.describe_transform_job(TransformJobName=name)
        return described

    def results(self) -> dict[str, str]:
        """What the job has written, by the name below its output path."""
        start = f"{self.prefix}/out/"
        keys = self.service.keys(start)
        return {key.removeprefix(start): self.service.get(key).decode() for key in keys}

    def data_log(self, name: str) -> list[str]:
        """What the service said of the data."""
        return self._log(name, data=True)

    def container_log(self, name: str) -> list[str]:
        """What the container printed."""
        return self._log(name, data=False)

    def _log(self, name: str, *, data: bool) -> list[str]:
        logs, group = self.service.client("logs"), "/aws/sagemaker/TransformJobs"
        found = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=f"{name}/")
        names = [each["logStreamName"] for each in found["logStreams"]]
        (stream,) = [each for each in names if each.endswith("/data-log") is data]
        events = logs.get_log_events(logGroupName=group, logStreamName=stream)["events"]
        return [event["message"] for event in events]


def make_model(service: Service, body: bytes, **members: Any) -> str:
    """A model of an archive."""
    name = f"model-{uuid4().hex[:8]}"
    url = service.put(f"{name}/model.tar.gz", body)
    service.sagemaker.create_model(
        ModelName=name,
        ExecutionRoleArn=service.role,
        PrimaryContainer={"Image": image("sagemaker-xgboost"), "ModelDataUrl": url, **members},
    )
    return name


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("state")) as started:
        yield started


@pytest.fixture(scope="module")
def model(service: Service) -> str:
    return make_model(service, echoing())


@pytest.fixture(scope="module")
def broken_model(service: Service) -> str:
    return make_model(service, archive(xgboost_model=b"not a model"))


@pytest.fixture
def transforms(service: Service, model: str) -> Iterator[Transforms]:
    """Every answer that a test got must have had the form that botocore's model gives it."""
    yield Transforms(service, model)
    assert not service.defects
