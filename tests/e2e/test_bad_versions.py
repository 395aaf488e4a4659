"""Versions that cannot be deployed: the action says why, people are told, and what is live stays live."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from .deployed import Deployed, reason_of, wait_for
from .versions import archive_of, register_like

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.documented(
        "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModel.html"
    ),
]
UNKNOWN_IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/unknown:1"
Register = Callable[[Deployed, str], str]


@pytest.fixture(scope="module")
def live(deployed: Deployed, first_version: str) -> str:
    """A version in staging and prod."""
    version = register_like(deployed, first_version)
    deployed.decide(version, "Approved")
    assert deployed.live("staging") == deployed.live("prod") == version
    return version


@pytest.fixture(scope="module")
def told(deployed: Deployed) -> Iterator[Callable[[], list[str]]]:
    """What the topic told since, each message once."""
    sqs, sns = deployed.client("sqs"), deployed.client("sns")
    topic = deployed.deploy["AlarmTopicArn"]
    url = sqs.create_queue(QueueName="told-of-bad-versions")["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": attributes["QueueArn"],
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    subscription = sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=attributes["QueueArn"],
        Attributes={"RawMessageDelivery": "true"},
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]

    def messages() -> list[str]:
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in found:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [message["Body"] for message in found]

    yield messages
    sns.unsubscribe(SubscriptionArn=subscription)
    sqs.delete_queue(QueueUrl=url)


def archive(*members: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def without_golden_records(deployed: Deployed, version: str) -> str:
    described = deployed.clients.sagemaker.describe_model_package(ModelPackageName=version)
    metadata = dict(described["CustomerMetadataProperties"])
    metadata.pop("GoldenRecordsS3Uri")
    return register_like(deployed, version, CustomerMetadataProperties=metadata)


def with_golden_records_that_are_gone(deployed: Deployed, version: str) -> str:
    described = deployed.clients.sagemaker.describe_model_package(ModelPackageName=version)
    bucket = deployed.build["ArtifactBucketName"]
    metadata = {
        **described["CustomerMetadataProperties"],
        "GoldenRecordsS3Uri": f"s3://{bucket}/gone.json",
    }
    return register_like(deployed, version, CustomerMetadataProperties=metadata)


# How a version is bad, which action says so, what it says, and whether staging was left alone.
BAD: dict[str, tuple[Register, str, str, bool]] = {
    "no container": (
        lambda deployed, version: register_like(deployed, version, InferenceSpecification=None),
        "Staging/Deploy",
        "has no container",
        True,
    ),
    "an image that nobody knows": (
        lambda deployed, version: register_like(
            deployed, version, container={"Image": UNKNOWN_IMAGE}
        ),
        "Staging/Deploy",
        UNKNOWN_IMAGE,
        True,
    ),
    "an archive that is no archive": (
        lambda deployed, version: register_like(deployed, version, archive=b"not an archive"),
        "Staging/Deploy",
        "model.tar.gz",
        True,
    ),
    "an empty archive": (
        lambda deployed, version: register_like(deployed, version, archive=b""),
        "Staging/Deploy",
        "is empty",
        True,
    ),
    "an archive that is cut off": (
        lambda deployed, version: register_like(
            deployed, version, archive=archive_of(deployed, version)[:-200]
        ),
        "Staging/Deploy",
        "rolled back",
        True,
    ),
    "an archive of rubbish": (
        lambda deployed, version: register_like(
            deployed, version, archive=gzip.compress(b"x" * 5000)
        ),
        "Staging/Deploy",
        "rolled back",
        True,
    ),
    "an archive with a path outside of it": (
        lambda deployed, version: register_like(
            deployed, version, archive=archive(("../../outside", b"x"))
        ),
        "Staging/Deploy",
        "rolled back",
        True,
    ),
    "an archive without a model": (
        lambda deployed, version: register_like(
            deployed, version, archive=archive(("readme.txt", b"no model"))
        ),
        "Staging/Deploy",
        "rolled back",
        True,
    ),
    "no golden records": (
        without_golden_records,
        "SmokeTest/Invoke",
        "was registered without golden records",
        False,
    ),
    "golden records that are gone": (
        with_golden_records_that_are_gone,
        "SmokeTest/Invoke",
        "gone.json",
        False,
    ),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_version_is_refused_and_said(
    deployed: Deployed, live: str, told: Callable[[], list[str]], bad: str
) -> None:
    register, action, said, untouched = BAD[bad]
    version = register(deployed, live)
    told()
    before = deployed.deployments()
    deployed.approve(version)
    execution = deployed.deployment_after(before)
    reason = reason_of(lambda: deployed.follow_deploy(execution, "Rejected", "not wanted"))
    assert reason.startswith(f"{action}: "), reason
    assert said in reason, reason
    assert deployed.live("prod") == live
    assert deployed.live("staging") == (live if untouched else version)
    messages = wait_for(lambda: told(), bool, "the message of the failure")
    assert any(execution in message for message in messages), messages
    deployed.decide(version, "Rejected")
    assert deployed.live("staging") == deployed.live("prod") == live


def test_a_role_that_may_not_be_passed_is_named(deployed: Deployed, live: str) -> None:
    ssm, name = deployed.client("ssm"), "/slipway/abalone/stages/staging"
    before = ssm.get_parameter(Name=name)["Parameter"]["Value"]
    settings: dict[str, Any] = json.loads(before)
    role = settings["target"]["roleArn"]
    settings["executionRoleArn"] = role
    executions = deployed.deployments()
    try:
        ssm.put_parameter(Name=name, Value=json.dumps(settings), Type="String", Overwrite=True)
        execution = deployed.deployment_after(executions)
        reason = reason_of(lambda: deployed.follow_deploy(execution, "Rejected", "not wanted"))
        assert reason.startswith("Staging/Deploy: ")
        assert "iam:PassRole" in reason
        assert role in reason
        assert deployed.live("staging") == deployed.live("prod") == live
    finally:
        executions = deployed.deployments()
        ssm.put_parameter(Name=name, Value=before, Type="String", Overwrite=True)
    deployed.follow_deploy(deployed.deployment_after(executions))


def test_a_pin_that_names_no_version_is_told_and_changes_nothing(
    deployed: Deployed, live: str, told: Callable[[], list[str]]
) -> None:
    ssm, name = deployed.client("ssm"), deployed.deploy["PinParameterName"]
    told()
    before = deployed.deployments()
    ssm.put_parameter(Name=name, Value="latest", Type="String", Description="not a version")
    try:
        messages = wait_for(lambda: told(), bool, "the message")
        assert any("it must be the number or the ARN of a version" in each for each in messages)
    finally:
        ssm.delete_parameter(Name=name)
    assert deployed.deployments() == before
    assert deployed.live("staging") == deployed.live("prod") == live
