"""Captured invocations are in S3, under the documented keys."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import uuid4

import pytest

from localcloud.cloud import current
from tests.local_server import service_principal
from tests.unit.localcloud.sagemaker.service import image

from .conftest import VARIANT, Hosting

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html"
)


def capture(hosting: Hosting, **members: Any) -> dict[str, Any]:
    """A DataCaptureConfig."""
    return {
        "EnableCapture": True,
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": hosting.service.uri("capture"),
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"]},
        **members,
    }


def keys(hosting: Hosting, endpoint: str) -> list[str]:
    found: list[str] = hosting.service.keys(f"capture/{endpoint}/{VARIANT}/")
    return found


def records(hosting: Hosting, endpoint: str) -> list[dict[str, dict[str, str]]]:
    bodies = [hosting.service.get(key).decode() for key in keys(hosting, endpoint)]
    return [json.loads(line) for body in bodies for line in body.splitlines()]


def test_invocations_are_captured_and_kept_at_an_update(hosting: Hosting) -> None:
    config = hosting.config(hosting.model(), capture=capture(hosting))
    endpoint = hosting.endpoint(config)
    summary = hosting.describe(endpoint)["DataCaptureConfig"]
    assert (summary["CaptureStatus"], summary["CurrentSamplingPercentage"]) == ("Started", 100)
    answer = hosting.ask(endpoint, InferenceId="my-id")
    hosting.ask(endpoint, "3,4")
    # What the old fleet has gathered is written before it ends.
    hosting.update(endpoint, config)
    hosting.ask(endpoint, "5,6")
    assert current().changes.wait_until(lambda: len(records(hosting, endpoint)) == 3, 20)
    for key in keys(hosting, endpoint):
        assert re.fullmatch(
            rf"capture/{endpoint}/{VARIANT}/"
            r"\d{4}/\d\d/\d\d/\d\d/\d\d-\d\d-\d{3}-[0-9a-f-]{36}\.jsonl",
            key,
        )
    by_input = {
        each["captureData"]["endpointInput"]["data"]: each for each in records(hosting, endpoint)
    }
    assert set(by_input) == {"1,2", "3,4", "5,6"}
    first = by_input["1,2"]
    assert first["captureData"]["endpointOutput"] == {
        "observedContentType": "text/csv",
        "mode": "OUTPUT",
        "data": answer,
        "encoding": "CSV",
    }
    assert first["eventMetadata"]["inferenceId"] == "my-id"


def test_nothing_is_lost_when_an_endpoint_is_deleted(hosting: Hosting) -> None:
    key = hosting.service.client("kms").create_key()["KeyMetadata"]["Arn"]
    endpoint = hosting.endpoint(
        hosting.config(hosting.model(), capture=capture(hosting, KmsKeyId=key))
    )
    for number in range(50):
        hosting.ask(endpoint, f"{number},2")
    hosting.sagemaker.delete_endpoint(EndpointName=endpoint)
    assert current().changes.wait_until(lambda: len(records(hosting, endpoint)) == 50, 20)
    assert len(keys(hosting, endpoint)) < 10
    head = hosting.service.s3.head_object(
        Bucket=hosting.service.bucket, Key=keys(hosting, endpoint)[0]
    )
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key)


def test_a_bucket_that_refuses_does_not_fail_requests(hosting: Hosting) -> None:
    service = hosting.service
    role = service.make_role(
        f"role-{uuid4().hex[:8]}",
        service_principal("sagemaker"),
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"},
    )
    model = f"model-{uuid4().hex[:8]}"
    hosting.sagemaker.create_model(
        ModelName=model,
        ExecutionRoleArn=role,
        PrimaryContainer={
            "Image": image("sagemaker-xgboost"),
            "ModelDataUrl": hosting.artifacts["one"],
        },
    )
    endpoint = hosting.endpoint(hosting.config(model, capture=capture(hosting)))
    assert hosting.number(endpoint) == 1
    name = role.rpartition("/")[2]
    group = f"/aws/sagemaker/Endpoints/{endpoint}"

    def told() -> list[str]:
        stream = {"logGroupName": group, "logStreamNamePrefix": f"{VARIANT}/data-capture"}
        if not service.client("logs").describe_log_streams(**stream)["logStreams"]:
            return []
        return service.log(group, f"{VARIANT}/data-capture")

    assert current().changes.wait_until(lambda: bool(told()), 20)
    assert told()[0].startswith("1 captured records could not be written: ")
    assert "AccessDenied" in told()[0]
    assert "s3:PutObject" in told()[0]
    assert hosting.number(endpoint) == 1
    # Once it may, it writes what it has kept.
    everything = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
        }
    )
    service.client("iam").put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=everything)
    assert current().changes.wait_until(lambda: len(records(hosting, endpoint)) == 2, 30)
