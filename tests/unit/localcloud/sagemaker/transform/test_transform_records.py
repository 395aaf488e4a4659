"""Transform jobs are listed, tagged, named once, and tell of their state by events."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from .conftest import Transforms

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html"
)


def test_a_job_is_listed_tagged_and_unique(transforms: Transforms) -> None:
    transforms.put("a.csv", "1,0\n")
    described = transforms.run(Tags=[{"Key": "team", "Value": "a"}])
    name, arn = described["TransformJobName"], described["TransformJobArn"]
    listed = transforms.sagemaker.list_transform_jobs(NameContains=name, StatusEquals="Completed")
    (summary,) = listed["TransformJobSummaries"]
    assert summary["TransformJobArn"] == arn
    assert summary["TransformEndTime"] == described["TransformEndTime"]
    assert transforms.sagemaker.list_tags(ResourceArn=arn)["Tags"] == [
        {"Key": "team", "Value": "a"}
    ]
    with pytest.raises(
        ClientError, match="a transform job with this name already exists"
    ) as caught:
        transforms.sagemaker.create_transform_job(**transforms.request())
    assert caught.value.response["Error"]["Code"] == "ResourceInUse"


def test_the_newest_job_is_listed_first(transforms: Transforms) -> None:
    transforms.put("a.csv", "1,0\n")
    for number in (1, 2):
        transforms.run(TransformJobName=f"{transforms.prefix}-{number}")
    listed = transforms.sagemaker.list_transform_jobs(NameContains=transforms.prefix)
    names = [each["TransformJobName"] for each in listed["TransformJobSummaries"]]
    assert names == [f"{transforms.prefix}-2", f"{transforms.prefix}-1"]


def test_a_job_emits_its_states(transforms: Transforms) -> None:
    transforms.put("bad.csv", "x\n")
    described = transforms.run(Tags=[{"Key": "team", "Value": "a"}])
    events = transforms.service.events(
        described["TransformJobArn"], lambda detail: detail["TransformJobStatus"] == "Failed"
    )
    started, ended = (event["detail"] for event in events)
    assert {event["detail-type"] for event in events} == {"SageMaker Transform Job State Change"}
    assert started["TransformJobStatus"] == "InProgress"
    assert started["TransformEndTime"] is None
    assert started["FailureReason"] is None
    assert started["Tags"] == {"team": "a"}
    assert ended["FailureReason"] == described["FailureReason"]
    assert ended["TransformEndTime"] == int(described["TransformEndTime"].timestamp() * 1000)
    assert ended["TransformOutput"] == described["TransformOutput"]
