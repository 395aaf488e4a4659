"""Approvals on a running local cloud: given, refused, abandoned, told of, left until they expire."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import current
from localcloud.codepipeline.actions import manual_approval
from tests.local_server import ACCOUNT, REGION
from tests.unit.localcloud.codepipeline.conftest import Cloud
from tests.unit.localcloud.codepipeline.declarations import (
    approval,
    pipeline,
    s3_source,
    stage,
)

GUIDE = "https://docs.aws.amazon.com/codepipeline/latest/userguide"


@pytest.mark.documented(f"{GUIDE}/approvals.html")
def test_creating_a_pipeline_runs_it_to_the_approval_and_approving_takes_it_on(
    cloud: Cloud, approved: str
) -> None:
    execution = cloud.first_execution(approved)
    token = cloud.token(approved, execution)
    cloud.answer(approved, token, "Approved")
    assert current().changes.wait_until(
        lambda: "token" in cloud.action(approved, "Last", "Second"), 20
    )
    assert cloud.action(approved, "Approval", "Approve")["summary"] == "Approved by a test"
    with pytest.raises(ClientError) as refused:
        cloud.answer(approved, token, "Approved")
    assert refused.value.response["Error"]["Code"] == "ApprovalAlreadyCompletedException"
    with pytest.raises(ClientError) as refused:
        cloud.answer(approved, "11111111-2222-3333-4444-555555555555", "Approved")
    assert refused.value.response["Error"]["Code"] == "InvalidApprovalTokenException"
    found = cloud.execution(approved, execution)
    assert found["trigger"]["triggerType"] == "CreatePipeline"
    assert found["status"] == "InProgress"


@pytest.mark.documented(f"{GUIDE}/approvals.html")
def test_a_rejected_approval_fails_the_execution_and_can_be_retried(
    cloud: Cloud, approved: str
) -> None:
    execution = cloud.first_execution(approved)
    token = cloud.token(approved, execution)
    cloud.answer(approved, token, "Rejected")
    cloud.wait(approved, execution, "Failed")
    latest = cloud.action(approved, "Approval", "Approve")
    assert latest["status"] == "Failed"
    assert latest["summary"] == "Rejected by a test"
    assert "rejected" in latest["errorDetails"]["message"]
    assert latest["lastUpdatedBy"].startswith("arn:aws:")
    cloud.codepipeline.retry_stage_execution(
        pipelineName=approved,
        stageName="Approval",
        pipelineExecutionId=execution,
        retryMode="FAILED_ACTIONS",
    )
    assert cloud.token(approved, execution) != token


@pytest.mark.documented(f"{GUIDE}/pipelines-stop.html")
def test_an_abandoned_approval_stops_the_execution(cloud: Cloud, approved: str) -> None:
    execution = cloud.first_execution(approved)
    token = cloud.token(approved, execution)
    stop = {"pipelineName": approved, "pipelineExecutionId": execution}
    cloud.codepipeline.stop_pipeline_execution(**stop, abandon=False, reason="wait")
    assert cloud.status(approved, execution) == "Stopping"
    with pytest.raises(ClientError) as refused:
        cloud.codepipeline.stop_pipeline_execution(**stop)
    assert refused.value.response["Error"]["Code"] == "DuplicatedStopRequestException"
    cloud.codepipeline.stop_pipeline_execution(**stop, abandon=True, reason="enough")
    assert cloud.status(approved, execution) == "Stopped"
    assert cloud.action(approved, "Approval", "Approve")["status"] == "Abandoned"
    with pytest.raises(ClientError) as refused:
        cloud.answer(approved, token, "Approved")
    assert refused.value.response["Error"]["Code"] == "InvalidApprovalTokenException"
    (summary,) = cloud.codepipeline.list_pipeline_executions(pipelineName=approved)[
        "pipelineExecutionSummaries"
    ]
    assert summary["stopTrigger"] == {"reason": "enough"}


@pytest.mark.documented(f"{GUIDE}/approvals-json-format.html")
def test_an_approval_tells_its_topic(cloud: Cloud, name: str) -> None:
    cloud.put("manifest.zip", b"x")
    topic = cloud.client("sns").create_topic(Name=name)["TopicArn"]
    url = cloud.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    cloud.client("sns").subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
    )
    configuration = {"NotificationArn": topic, "CustomData": "of #{Source.ObjectKey}"}
    cloud.codepipeline.create_pipeline(
        pipeline=pipeline(
            name,
            cloud.store,
            stage("Source", s3_source(cloud.sources)),
            stage("Approval", approval(configuration=configuration, timeoutInMinutes=5)),
        )
    )
    token = cloud.token(name, cloud.first_execution(name))
    (message,) = cloud.client("sqs").receive_message(QueueUrl=url)["Messages"]
    envelope = json.loads(message["Body"])
    body = json.loads(envelope["Message"])
    assert envelope["Subject"].startswith("APPROVAL NEEDED: AWS CodePipeline p-")
    assert body["approval"]["token"] == token
    assert body["approval"]["customData"] == "of manifest.zip"
    assert body["approval"]["externalEntityLink"] is None
    assert set(body) == {"region", "consoleLink", "approval"}
    assert len(body["approval"]["expires"]) == len("2016-07-07T20:22Z")


def test_an_approval_that_nobody_answers_expires(
    cloud: Cloud, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manual_approval, "DEFAULT_TIMEOUT_MINUTES", 0.001)
    cloud.put("manifest.zip", b"x")
    cloud.codepipeline.create_pipeline(
        pipeline=pipeline(
            name,
            cloud.store,
            stage("Source", s3_source(cloud.sources)),
            stage("Approval", approval()),
        )
    )
    cloud.wait(name, cloud.first_execution(name), "Failed")
    error = cloud.action(name, "Approval", "Approve")["errorDetails"]
    assert "has expired" in error["message"]
