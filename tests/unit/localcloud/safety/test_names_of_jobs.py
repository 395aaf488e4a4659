"""No name in a job's request, and nothing that a job leaves behind, leads out of its directory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import current
from tests.local_server import ACCOUNT
from tests.unit.localcloud.codebuild.conftest import Cloud
from tests.unit.localcloud.safety.conftest import SECRET
from tests.unit.localcloud.sagemaker.service import image

pytestmark = pytest.mark.usefixtures("surroundings")


def processing(cloud: Cloud, **members: Any) -> dict[str, Any]:
    """A processing job's description, once it has ended."""
    sagemaker, name = cloud.client("sagemaker"), f"job-{uuid4().hex[:8]}"
    sagemaker.create_processing_job(
        **{
            "ProcessingJobName": name,
            "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/jobs",
            "AppSpecification": {
                "ImageUri": image("sagemaker-scikit-learn"),
                "ContainerEntrypoint": ["true"],
            },
            "ProcessingResources": {
                "ClusterConfig": {
                    "InstanceCount": 1,
                    "InstanceType": "ml.m5.large",
                    "VolumeSizeInGB": 1,
                }
            },
            **members,
        }
    )

    def described() -> dict[str, Any]:
        found: dict[str, Any] = sagemaker.describe_processing_job(ProcessingJobName=name)
        return found

    ended = ("Completed", "Failed", "Stopped")
    assert current().changes.wait_until(lambda: described()["ProcessingJobStatus"] in ended, 60)
    return described()


@pytest.mark.parametrize(
    "key", ["../../../../out", "a/../../../../../out", "x" * 800, "n\\..\\..\\b", "é\U0001f600"]
)
def test_keys_of_inputs(cloud: Cloud, key: str) -> None:
    prefix = f"inputs-{uuid4().hex[:8]}/"
    cloud.client("s3").put_object(Bucket=cloud.bucket, Key=prefix + key, Body=b"x")
    given = {
        "InputName": "data",
        "S3Input": {
            "S3Uri": f"s3://{cloud.bucket}/{prefix}",
            "LocalPath": "/opt/ml/processing/data",
            "S3DataType": "S3Prefix",
            "S3InputMode": "File",
        },
    }
    job = processing(cloud, ProcessingInputs=[given])
    stays = key.startswith(("n", "é"))
    assert job["ProcessingJobStatus"] == ("Completed" if stays else "Failed"), job
    assert stays or "Cannot download s3://" in job["FailureReason"]


@pytest.mark.parametrize("path", ["/opt/ml/../../../../out", "/etc", "/opt/mlx", "/opt/ml/a/../.."])
def test_local_paths_of_jobs(cloud: Cloud, path: str) -> None:
    output = {
        "OutputName": "out",
        "S3Output": {
            "S3Uri": f"s3://{cloud.bucket}/out",
            "LocalPath": path,
            "S3UploadMode": "EndOfJob",
        },
    }
    try:
        job = processing(cloud, ProcessingOutputConfig={"Outputs": [output]})
    except ClientError as error:
        assert "LocalPath" in str(error)
    else:
        assert job["ProcessingJobStatus"] == "Failed", job
        assert "/opt/ml" in job["FailureReason"] or "leads out" in job["FailureReason"]


def test_an_output_that_became_a_link_is_not_followed(cloud: Cloud, surroundings: Path) -> None:
    output = {
        "OutputName": "out",
        "S3Output": {
            "S3Uri": f"s3://{cloud.bucket}/stolen",
            "LocalPath": "/opt/ml/processing/out",
            "S3UploadMode": "EndOfJob",
        },
    }
    swap = (
        f"rmdir /opt/ml/processing/out && ln -s {surroundings} /opt/ml/processing/out;"
        f"mkdir -p /opt/ml/output; ln -s {surroundings}/secret /opt/ml/output/message"
    )
    job = processing(
        cloud,
        ProcessingOutputConfig={"Outputs": [output]},
        AppSpecification={
            "ImageUri": image("sagemaker-scikit-learn"),
            "ContainerEntrypoint": ["sh", "-c", swap],
        },
    )
    assert job["ProcessingJobStatus"] == "Failed"
    assert "leads out of /opt/ml" in job["FailureReason"]
    assert SECRET not in json.dumps(job, default=str)
    listed = cloud.client("s3").list_objects_v2(Bucket=cloud.bucket, Prefix="stolen")
    assert "Contents" not in listed


@pytest.mark.parametrize("name", ["..", "."])
def test_channels_of_training_jobs(cloud: Cloud, name: str) -> None:
    cloud.client("s3").put_object(Bucket=cloud.bucket, Key="channel/config", Body=b"x")
    sagemaker, job = cloud.client("sagemaker"), f"job-{uuid4().hex[:8]}"
    sagemaker.create_training_job(
        TrainingJobName=job,
        RoleArn=f"arn:aws:iam::{ACCOUNT}:role/jobs",
        AlgorithmSpecification={
            "TrainingImage": image("sagemaker-scikit-learn"),
            "TrainingInputMode": "File",
            "ContainerEntrypoint": ["true"],
        },
        InputDataConfig=[
            {
                "ChannelName": name,
                "DataSource": {
                    "S3DataSource": {
                        "S3DataType": "S3Prefix",
                        "S3Uri": f"s3://{cloud.bucket}/channel",
                    }
                },
            }
        ],
        OutputDataConfig={"S3OutputPath": f"s3://{cloud.bucket}/models"},
        ResourceConfig={"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1},
        StoppingCondition={"MaxRuntimeInSeconds": 60},
    )

    def failed() -> bool:
        found = sagemaker.describe_training_job(TrainingJobName=job)
        return found["TrainingJobStatus"] == "Failed" and "directory" in found["FailureReason"]

    assert current().changes.wait_until(failed, 60) or name == "."
