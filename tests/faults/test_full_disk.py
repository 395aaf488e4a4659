"""The disk is full in a job: the job fails and says so, and nothing else is harmed."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from tests.e2e.deployed import wait_for
from tests.faults import small_disk
from tests.faults.counts import Counts
from tests.local_server import LocalCloud, service_principal
from tests.unit.localcloud.sagemaker.service import image

MEGABYTES = 60
LOG_GROUP = "/aws/sagemaker/ProcessingJobs"
CODE = "/opt/ml/processing/input/code"
FILL = "open('/opt/ml/{where}/big', 'wb').write(bytes({megabytes} << 20))"
FULL_FOR_A_WHILE = """\
import time
file = open("/opt/ml/processing/big", "wb", buffering=0)
try:
    while file.write(bytes(1 << 12)):
        pass
except OSError:
    print("full", flush=True)
time.sleep(3)
raise SystemExit(1)
"""
ENDED = ("Completed", "Failed", "Stopped")


class Cloud(LocalCloud):
    """A cloud on a small disk, with a role and a bucket."""

    def __init__(self, endpoint: str, counts: Counts) -> None:
        super().__init__(endpoint)
        self.counts = counts
        self.bucket = "bucket"
        self.client("s3").create_bucket(Bucket=self.bucket)
        self.role = self.make_role("role", service_principal("sagemaker"))

    def put(self, key: str, body: bytes) -> str:
        """Write an object; its address."""
        self.client("s3").put_object(Bucket=self.bucket, Key=key, Body=body)
        return f"s3://{self.bucket}/{key}"

    def process(self, script: str, *more: dict[str, Any]) -> dict[str, Any]:
        """Run a processing job to its end; its description."""
        name = f"job-{uuid4().hex[:8]}"
        code = {
            "S3Uri": self.put(f"{name}/script.py", script.encode()),
            "LocalPath": CODE,
            "S3DataType": "S3Prefix",
            "S3InputMode": "File",
        }
        self.client("sagemaker").create_processing_job(
            ProcessingJobName=name,
            RoleArn=self.role,
            AppSpecification={
                "ImageUri": image("sagemaker-scikit-learn"),
                "ContainerEntrypoint": ["python3", f"{CODE}/script.py"],
            },
            ProcessingResources={"ClusterConfig": _cluster()},
            ProcessingInputs=[{"InputName": "code", "S3Input": code}, *more],
        )
        return self._ended("processing", name)

    def train(self, script: str) -> dict[str, Any]:
        """Run a training job to its end; its description."""
        name = f"job-{uuid4().hex[:8]}"
        self.client("sagemaker").create_training_job(
            TrainingJobName=name,
            RoleArn=self.role,
            AlgorithmSpecification={
                "TrainingImage": image("sagemaker-scikit-learn"),
                "TrainingInputMode": "File",
                "ContainerEntrypoint": ["python3", "-c", script],
            },
            OutputDataConfig={"S3OutputPath": f"s3://{self.bucket}/models"},
            ResourceConfig=_cluster(),
            StoppingCondition={"MaxRuntimeInSeconds": 60},
        )
        return self._ended("training", name)

    def _ended(self, kind: str, name: str) -> dict[str, Any]:
        noun = f"{kind.title()}Job"
        describe = getattr(self.client("sagemaker"), f"describe_{kind}_job")
        return wait_for(
            lambda: dict(describe(**{f"{noun}Name": name})),
            lambda seen: seen[f"{noun}Status"] in ENDED,
            f"the end of {name}",
        )


def _cluster() -> dict[str, Any]:
    return {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    state, counts = tmp_path_factory.mktemp("state"), Counts("disk")
    reason = small_disk.obstacle(state)
    if reason:
        pytest.skip(reason)
    with small_disk.serving(state, MEGABYTES) as endpoint:
        yield Cloud(endpoint, counts)
    counts.write()


@pytest.fixture(autouse=True)
def works_again(cloud: Cloud) -> Iterator[None]:
    """What the failed job had is free again: the next one succeeds, and the cloud answers."""
    yield
    assert cloud.process("print('fine')")["ProcessingJobStatus"] == "Completed"
    assert cloud.client("s3").list_buckets()["Buckets"]


def test_script_of_a_processing_job(cloud: Cloud) -> None:
    script = FILL.format(where="processing", megabytes=2 * MEGABYTES)
    job = cloud.process(script)
    assert job["ProcessingJobStatus"] == "Failed"
    assert job["FailureReason"] == "AlgorithmError: Insufficient disk space, exit code: 1"
    cloud.counts.survived_one(
        "a processing job", "disk full", "failed, said why, the next one succeeded"
    )


def test_script_of_a_training_job(cloud: Cloud) -> None:
    job = cloud.train(FILL.format(where="model", megabytes=2 * MEGABYTES))
    assert job["TrainingJobStatus"] == "Failed"
    assert job["FailureReason"] == "AlgorithmError: Insufficient disk space, exit code: 1"
    cloud.counts.survived_one(
        "a training job", "disk full", "failed, said why, the next one succeeded"
    )


def test_model_that_cannot_be_archived(cloud: Cloud) -> None:
    """Random bytes, of which the archive needs as much again."""
    half = (MEGABYTES * 2 // 3) << 20
    job = cloud.train(
        f"import os; open('/opt/ml/model/big', 'wb').write(os.urandom({half}))",
    )
    assert job["TrainingJobStatus"] == "Failed"
    assert job["FailureReason"] == "ClientError: Artifact upload failed:Insufficient disk space"
    cloud.counts.survived_one("an archive", "disk full", "failed, said why, the next one succeeded")


def test_input_that_has_no_room(cloud: Cloud) -> None:
    uri = cloud.put("data/big", bytes(2 * MEGABYTES << 20))
    source = {
        "S3Uri": uri,
        "LocalPath": "/opt/ml/processing/input/data",
        "S3DataType": "S3Prefix",
        "S3InputMode": "File",
    }
    job = cloud.process("print('never')", {"InputName": "data", "S3Input": source})
    assert job["ProcessingJobStatus"] == "Failed"
    assert job["FailureReason"] == "ClientError: Data download failed:Insufficient disk space"
    cloud.counts.survived_one("an input", "disk full", "failed, said why, the next one succeeded")


def test_everything_else_goes_on_while_it_is_full(cloud: Cloud) -> None:
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(cloud.process, FULL_FOR_A_WHILE)
        logs, answered = cloud.client("logs"), 0
        wait_for(lambda: _lines(logs, LOG_GROUP), lambda lines: "full" in lines, "the full disk")
        while not running.done():
            # Each of these is authorised, and written down if there is room.
            cloud.put("while/full", b"x")
            cloud.client("iam").list_roles()
            answered += 2
    job = running.result()
    assert job["FailureReason"] == "AlgorithmError: Insufficient disk space, exit code: 1"
    assert answered > 3
    cloud.counts.survived_one("calls meanwhile", "disk full", "answered")


def _lines(logs: Any, group: str) -> list[str]:
    try:
        return [each["message"] for each in logs.filter_log_events(logGroupName=group)["events"]]
    except logs.exceptions.ResourceNotFoundException:
        return []
