"""A local cloud for the tests of jobs, and the jobs that they make."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from localcloud.cloud import current
from localcloud.sagemaker.containers import images
from localcloud.sagemaker.containers.frameworks import Framework
from tests.unit.localcloud.sagemaker.service import Service, image, running

CODE = "/opt/ml/processing/input/code"
OUT = "/opt/ml/processing/out"
_ENDED = ("Completed", "Failed", "Stopped")


class Jobs:
    """Makes jobs, waits for them."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.sagemaker = service.sagemaker

    def processing_request(self, script: str, *arguments: str, **members: Any) -> dict[str, Any]:
        """CreateProcessingJob's members for a script, with an output `out`."""
        name = f"job-{uuid4().hex[:8]}"
        code = self.service.put(f"{name}/code/script.py", script)
        return {
            "ProcessingJobName": name,
            "RoleArn": self.service.role,
            "AppSpecification": {
                "ImageUri": image("sagemaker-scikit-learn"),
                "ContainerEntrypoint": ["python3", f"{CODE}/script.py"],
                **({"ContainerArguments": list(arguments)} if arguments else {}),
            },
            "ProcessingResources": {"ClusterConfig": cluster()},
            "ProcessingInputs": [source("code", code, CODE)],
            "ProcessingOutputConfig": {
                "Outputs": [output("out", self.service.uri(f"{name}/out"), OUT)]
            },
            **members,
        }

    def process(self, script: str, *arguments: str, **members: Any) -> dict[str, Any]:
        """Run a processing job to its end; its description."""
        request = self.processing_request(script, *arguments, **members)
        self.sagemaker.create_processing_job(**request)
        return self.processed(request["ProcessingJobName"])

    def processed(self, name: str) -> dict[str, Any]:
        """A processing job, once it has ended."""
        return self._ended("processing", name)

    def training_request(self, script: str = "", **members: Any) -> dict[str, Any]:
        """CreateTrainingJob's members for a script in the channel `code`."""
        name = f"job-{uuid4().hex[:8]}"
        channels = [channel("code", self.service.put(f"{name}/code/script.py", script))]
        return {
            "TrainingJobName": name,
            "RoleArn": self.service.role,
            "AlgorithmSpecification": {
                "TrainingImage": image("sagemaker-scikit-learn"),
                "TrainingInputMode": "File",
                "ContainerEntrypoint": ["python3", "/opt/ml/input/data/code/script.py"],
            },
            "InputDataConfig": channels,
            "OutputDataConfig": {"S3OutputPath": self.service.uri("models")},
            "ResourceConfig": cluster(),
            "StoppingCondition": {"MaxRuntimeInSeconds": 60},
            **members,
        }

    def train(self, script: str = "", **members: Any) -> dict[str, Any]:
        """Run a training job to its end; its description."""
        request = self.training_request(script, **members)
        self.sagemaker.create_training_job(**request)
        return self.trained(request["TrainingJobName"])

    def trained(self, name: str) -> dict[str, Any]:
        """A training job, once it has ended."""
        return self._ended("training", name)

    def until_log(self, group: str, name: str, line: str) -> None:
        """Wait until a job has said something."""

        def said() -> bool:
            try:
                return line in self.service.log(group, name)
            except Exception:  # noqa: BLE001 (no stream yet)
                return False

        assert current().changes.wait_until(said, 30, recheck_seconds=0.05)

    def _ended(self, kind: str, name: str) -> dict[str, Any]:
        noun = f"{kind.title()}Job"
        describe = getattr(self.sagemaker, f"describe_{kind}_job")

        def ended() -> bool:
            return describe(**{f"{noun}Name": name})[f"{noun}Status"] in _ENDED

        assert current().changes.wait_until(ended, 60), describe(**{f"{noun}Name": name})
        described: dict[str, Any] = describe(**{f"{noun}Name": name})
        return described


def cluster() -> dict[str, Any]:
    """One instance."""
    return {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}


def source(name: str, uri: str, path: str) -> dict[str, Any]:
    """A processing job's input."""
    location = {"S3Uri": uri, "LocalPath": path, "S3DataType": "S3Prefix", "S3InputMode": "File"}
    return {"InputName": name, "S3Input": location}


def output(name: str, uri: str, path: str, mode: str = "EndOfJob") -> dict[str, Any]:
    """A processing job's output."""
    return {
        "OutputName": name,
        "S3Output": {"S3Uri": uri, "LocalPath": path, "S3UploadMode": mode},
    }


def channel(name: str, uri: str, **members: Any) -> dict[str, Any]:
    """A training job's channel."""
    location = {"S3DataType": "S3Prefix", "S3Uri": uri}
    return {"ChannelName": name, "DataSource": {"S3DataSource": location}, **members}


@pytest.fixture(scope="module")
def framework() -> Framework | None:
    """What scripts of the scikit-learn image start from, if not from scikit-learn: little, and fast."""
    return Framework("small", ("json",))


@pytest.fixture(scope="module")
def service(
    tmp_path_factory: pytest.TempPathFactory, framework: Framework | None
) -> Iterator[Service]:
    with pytest.MonkeyPatch.context() as patch:
        if framework is not None:
            stand_in = type(images.resolve(image("sagemaker-scikit-learn")))
            patch.setattr(stand_in, "framework", framework)
        with running(tmp_path_factory.mktemp("state")) as started:
            yield started


@pytest.fixture
def jobs(service: Service) -> Iterator[Jobs]:
    """Every answer that a test got must have had the form that botocore's model gives it."""
    yield Jobs(service)
    assert not service.defects
