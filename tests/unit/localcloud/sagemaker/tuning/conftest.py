"""A local cloud for the tests of tuning jobs; their training jobs run small scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from localcloud.cloud import current
from localcloud.sagemaker.containers import images
from localcloud.sagemaker.containers.frameworks import Framework
from tests.unit.localcloud.sagemaker.service import Service, image, running

_ENDED = ("Completed", "Failed", "Stopped")
SCORE = r"score=([0-9.]+)"


class Tunings:
    """Makes tuning jobs, waits for them."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.sagemaker = service.sagemaker
        self.name = f"tuning-{uuid4().hex[:8]}"

    def request(self, script: str, config: Any = None, **members: Any) -> dict[str, Any]:
        """CreateHyperParameterTuningJob's members for a script that says `score=<number>`."""
        code = self.service.put(f"{self.name}/code/script.py", script)
        self.service.put(f"{self.name}/sourcedir.tar.gz", _source(script))
        archive = self.service.uri(f"{self.name}/sourcedir.tar.gz")
        location = {"S3DataType": "S3Prefix", "S3Uri": code}
        return {
            "HyperParameterTuningJobName": self.name,
            "HyperParameterTuningJobConfig": {
                "Strategy": "Grid",
                "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "score"},
                "ResourceLimits": {"MaxParallelTrainingJobs": 2},
                "ParameterRanges": {
                    "CategoricalParameterRanges": [{"Name": "x", "Values": ["1", "3", "2"]}]
                },
                **(config or {}),
            },
            "TrainingJobDefinition": {
                "StaticHyperParameters": {
                    "sagemaker_program": "script.py",
                    "sagemaker_submit_directory": archive,
                },
                "AlgorithmSpecification": {
                    "TrainingImage": image("sagemaker-scikit-learn"),
                    "TrainingInputMode": "File",
                    "MetricDefinitions": [{"Name": "score", "Regex": SCORE}],
                },
                "InputDataConfig": [
                    {"ChannelName": "code", "DataSource": {"S3DataSource": location}}
                ],
                "RoleArn": self.service.role,
                "OutputDataConfig": {"S3OutputPath": self.service.uri("models")},
                "ResourceConfig": {
                    "InstanceCount": 1,
                    "InstanceType": "ml.m5.large",
                    "VolumeSizeInGB": 1,
                },
                "StoppingCondition": {"MaxRuntimeInSeconds": 60},
            },
            **members,
        }

    def run(self, script: str, config: Any = None, **members: Any) -> dict[str, Any]:
        """Run a tuning job to its end; its description."""
        request = self.request(script, config, **members)
        self.sagemaker.create_hyper_parameter_tuning_job(**request)
        return self.ended()

    def describe(self) -> dict[str, Any]:
        """DescribeHyperParameterTuningJob."""
        described: dict[str, Any] = self.sagemaker.describe_hyper_parameter_tuning_job(
            HyperParameterTuningJobName=self.name
        )
        return described

    def ended(self) -> dict[str, Any]:
        """The job, once it has ended."""

        def done() -> bool:
            return self.describe()["HyperParameterTuningJobStatus"] in _ENDED

        assert current().changes.wait_until(done, 60), self.describe()
        return self.describe()

    def trials(self, **members: Any) -> list[dict[str, Any]]:
        """The training jobs."""
        listed = self.sagemaker.list_training_jobs_for_hyper_parameter_tuning_job(
            HyperParameterTuningJobName=self.name, **members
        )
        found: list[dict[str, Any]] = listed["TrainingJobSummaries"]
        return found


def _source(script: str) -> bytes:
    import io
    import tarfile

    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as members:
        entry = tarfile.TarInfo("script.py")
        entry.size = len(script.encode())
        members.addfile(entry, io.BytesIO(script.encode()))
    return content.getvalue()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with pytest.MonkeyPatch.context() as patch:
        stand_in = type(images.resolve(image("sagemaker-scikit-learn")))
        # Little, and fast.
        patch.setattr(stand_in, "framework", Framework("small", ("json", "boto3")))
        with running(tmp_path_factory.mktemp("state")) as started:
            yield started


@pytest.fixture
def tunings(service: Service) -> Iterator[Tunings]:
    """Every answer that a test got must have had the form that botocore's model gives it."""
    yield Tunings(service)
    assert not service.defects
