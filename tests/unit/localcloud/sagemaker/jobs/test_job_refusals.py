"""What makes no job: refused at once, in SageMaker's form, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .conftest import OUT, Jobs, channel, cluster, output, source

Request = dict[str, Any]


def refusal(call: Callable[..., Any], code: str = "ValidationException", **request: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**request)
    assert refused.value.response["Error"]["Code"] == code
    return str(refused.value.response["Error"]["Message"])


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (
            {"NetworkConfig": {"EnableNetworkIsolation": True}},
            "NetworkConfig.EnableNetworkIsolation",
        ),
        (
            {"ProcessingResources": {"ClusterConfig": {**cluster(), "InstanceCount": 2}}},
            "ProcessingResources.ClusterConfig.InstanceCount 2",
        ),
        (
            {
                "AppSpecification": {
                    "ImageUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:1"
                }
            },
            "container image '123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:1'",
        ),
        (
            {"ProcessingInputs": [source("a", "s3://b/c", "/tmp/a")]},
            "LocalPath '/tmp/a' must be an absolute path that begins with /opt/ml/processing/",
        ),
        (
            {"ProcessingInputs": [source(name, "s3://b/c", f"{OUT}/a") for name in ("a", "b")]},
            f"LocalPath '{OUT}/a' is given to more than one input",
        ),
        (
            {"ProcessingOutputConfig": {"Outputs": [output("a", "s3://b/c", f"{OUT}/../../../x")]}},
            "LocalPath",
        ),
        ({"ProcessingJobName": "a_b"}, "Value 'a_b' at 'processingJobName' failed to satisfy"),
        (
            {"RoleArn": "arn:aws:iam::123456789012:role/nobody"},
            "Could not assume role arn:aws:iam::123456789012:role/nobody",
        ),
    ],
)
def test_a_processing_job_that_cannot_be(jobs: Jobs, change: Request, named: str) -> None:
    request = {**jobs.processing_request("pass"), **change}
    message = refusal(jobs.sagemaker.create_processing_job, **request)
    assert named.replace(" 2", " '2'") in message or named in message, message
    known = jobs.sagemaker.list_processing_jobs(NameContains=request["ProcessingJobName"])
    assert known["ProcessingJobSummaries"] == []


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"EnableManagedSpotTraining": True}, "EnableManagedSpotTraining"),
        ({"EnableNetworkIsolation": True}, "EnableNetworkIsolation"),
        ({"CheckpointConfig": {"S3Uri": "s3://b/c"}}, "CheckpointConfig"),
        (
            {"AlgorithmSpecification": {"TrainingImage": "mine:1", "TrainingInputMode": "File"}},
            "container image 'mine:1'",
        ),
        ({"HyperParameters": {"a": "x" * 2501}}, "Member must have length less than or equal to"),
    ],
)
def test_a_training_job_that_cannot_be(jobs: Jobs, change: Request, named: str) -> None:
    request = {**jobs.training_request("pass"), **change}
    assert named in refusal(jobs.sagemaker.create_training_job, **request)


def test_a_channel_without_objects_makes_no_job(jobs: Jobs) -> None:
    uri = jobs.service.uri("nothing")
    request = jobs.training_request("pass", InputDataConfig=[channel("train", uri)])
    message = refusal(jobs.sagemaker.create_training_job, **request)
    assert message.startswith(
        f'No S3 objects found under S3 URL "{uri}" given in input data source. Please ensure'
    )
    assert refusal(
        jobs.sagemaker.describe_training_job, TrainingJobName=request["TrainingJobName"]
    ) == ("Requested resource not found.")


def test_a_name_is_given_once(jobs: Jobs) -> None:
    processing, training = jobs.processing_request("pass"), jobs.training_request("pass")
    first = jobs.sagemaker.create_processing_job(**processing)["ProcessingJobArn"]
    assert refusal(jobs.sagemaker.create_processing_job, "ResourceInUse", **processing) == (
        "Processing job names must be unique within an AWS account and region, and a processing job "
        f"with this name already exists ({first})"
    )
    first = jobs.sagemaker.create_training_job(**training)["TrainingJobArn"]
    assert first in refusal(jobs.sagemaker.create_training_job, "ResourceInUse", **training)
    jobs.processed(processing["ProcessingJobName"])
    jobs.trained(training["TrainingJobName"])


def test_a_job_that_is_not_there(jobs: Jobs) -> None:
    absent = {"ProcessingJobName": "absent"}
    expected = "Could not find requested job with name: absent"
    assert refusal(jobs.sagemaker.describe_processing_job, **absent) == expected
    assert refusal(jobs.sagemaker.stop_processing_job, **absent) == expected
    assert (
        refusal(jobs.sagemaker.stop_training_job, TrainingJobName="absent")
        == "Requested resource not found."
    )
