"""Who may answer an approval, which tokens are good, what its message says, and what waits for it."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import current
from tests.local_server import ACCOUNT, REGION
from tests.unit.localcloud.codepipeline.conftest import Cloud, start
from tests.unit.localcloud.codepipeline.declarations import (
    approval,
    pipeline,
    s3_source,
    stage,
)

GUIDE = "https://docs.aws.amazon.com/codepipeline/latest/userguide"


def refusal(cloud: Cloud, name: str, token: str, status: str = "Approved") -> str:
    with pytest.raises(ClientError) as refused:
        cloud.answer(name, token, status)
    return str(refused.value.response["Error"]["Code"])


@pytest.mark.documented(f"{GUIDE}/actions-variables.html")
def test_variables_stand_in_what_a_person_reads(cloud: Cloud, name: str) -> None:
    version = cloud.put("manifest.zip", b"x")
    topic = cloud.client("sns").create_topic(Name=name)["TopicArn"]
    url = cloud.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
    cloud.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    configuration = {
        "NotificationArn": topic,
        "CustomData": "version #{Source.VersionId} for #{variables.who}",
        "ExternalEntityLink": "https://example.com/runs/#{codepipeline.PipelineExecutionId}",
    }
    cloud.codepipeline.create_pipeline(
        pipeline=pipeline(
            name,
            cloud.store,
            stage("Source", s3_source(cloud.sources)),
            stage("Approval", approval(configuration=configuration)),
            variables=[{"name": "who", "defaultValue": "the team"}],
        )
    )
    execution = cloud.first_execution(name)
    cloud.token(name, execution)
    (message,) = cloud.client("sqs").receive_message(QueueUrl=url)["Messages"]
    told = json.loads(json.loads(message["Body"])["Message"])["approval"]
    link = f"https://example.com/runs/{execution}"
    assert told["customData"] == f"version {version} for the team"
    assert told["externalEntityLink"] == link
    ran = cloud.codepipeline.list_action_executions(pipelineName=name)["actionExecutionDetails"]
    assert ran[0]["input"]["configuration"] == configuration
    assert ran[0]["input"]["resolvedConfiguration"]["ExternalEntityLink"] == link
    assert ran[0]["input"]["resolvedConfiguration"]["CustomData"] == told["customData"]


@pytest.mark.documented(f"{GUIDE}/approvals-iam-permissions.html")
def test_a_role_answers_the_approvals_that_it_may(cloud: Cloud, approved: str) -> None:
    arn = f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:{approved}/Approval/Approve"
    allowed = {"Effect": "Allow", "Action": "codepipeline:PutApprovalResult", "Resource": arn}
    role = cloud.make_role(approved, {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, allowed)
    assumed = cloud.client("sts").assume_role(RoleArn=role, RoleSessionName="approver")
    approver = boto3.client(
        "codepipeline",
        region_name=REGION,
        endpoint_url=cloud.endpoint,
        aws_access_key_id=assumed["Credentials"]["AccessKeyId"],
        aws_secret_access_key=assumed["Credentials"]["SecretAccessKey"],
        aws_session_token=assumed["Credentials"]["SessionToken"],
    )

    def answer(stage: str, action: str, token: str) -> None:
        result = {"status": "Approved", "summary": "by a role"}
        approver.put_approval_result(
            pipelineName=approved, stageName=stage, actionName=action, token=token, result=result
        )

    answer("Approval", "Approve", cloud.token(approved, cloud.first_execution(approved)))
    assert current().changes.wait_until(
        lambda: "token" in cloud.action(approved, "Last", "Second"), 20
    )
    found = cloud.action(approved, "Approval", "Approve")
    assert found["lastUpdatedBy"] == assumed["AssumedRoleUser"]["Arn"]
    with pytest.raises(ClientError) as refused:
        answer("Last", "Second", str(cloud.action(approved, "Last", "Second")["token"]))
    error = refused.value.response["Error"]
    assert error["Code"] == "AccessDeniedException"
    other = arn.replace("/Approval/Approve", "/Last/Second")
    assert f"codepipeline:PutApprovalResult on resource: {other} because" in error["Message"]


@pytest.mark.documented(
    "https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PutApprovalResult.html"
)
def test_the_token_of_an_earlier_try_is_refused(cloud: Cloud, approved: str) -> None:
    execution = cloud.first_execution(approved)
    rejected = cloud.token(approved, execution)
    cloud.answer(approved, rejected, "Rejected")
    cloud.wait(approved, execution, "Failed")
    assert refusal(cloud, approved, rejected) == "ApprovalAlreadyCompletedException"
    retried = {"pipelineName": approved, "stageName": "Approval", "retryMode": "FAILED_ACTIONS"}
    cloud.codepipeline.retry_stage_execution(**retried, pipelineExecutionId=execution)
    again = cloud.token(approved, execution)
    assert refusal(cloud, approved, rejected) == "ApprovalAlreadyCompletedException"
    abandoned = {"pipelineName": approved, "pipelineExecutionId": execution, "abandon": True}
    cloud.codepipeline.stop_pipeline_execution(**abandoned)
    cloud.wait(approved, execution, "Stopped")
    second = start(cloud, approved)
    token = cloud.token(approved, second)
    # The approval of the second execution has taken its place.
    assert refusal(cloud, approved, again) == "InvalidApprovalTokenException"
    cloud.answer(approved, token, "Approved")


@pytest.mark.documented(f"{GUIDE}/concepts-how-it-works.html")
@pytest.mark.parametrize("answer", ["Rejected", "Approved"])
def test_newer_executions_wait_before_an_approval_and_supersede_each_other(
    cloud: Cloud, approved: str, answer: str
) -> None:
    first = cloud.first_execution(approved)
    token = cloud.token(approved, first)

    def stage_state() -> dict[str, Any]:
        found: dict[str, Any] = cloud.codepipeline.get_pipeline_state(name=approved)["stageStates"][
            1
        ]
        return found

    def waits(execution: str) -> bool:
        inbound = stage_state().get("inboundExecution", {})
        return bool(inbound.get("pipelineExecutionId") == execution)

    second = start(cloud, approved)
    assert current().changes.wait_until(lambda: waits(second), 20)
    third = start(cloud, approved)
    assert current().changes.wait_until(lambda: waits(third), 20)
    assert cloud.status(approved, second) == "Superseded"
    assert cloud.status(approved, first) == "InProgress"
    assert stage_state()["latestExecution"]["pipelineExecutionId"] == first
    assert cloud.token(approved, first) == token
    cloud.answer(approved, token, answer)
    cloud.token(approved, third)
    assert stage_state()["latestExecution"]["pipelineExecutionId"] == third
    assert "inboundExecution" not in stage_state()
    expected = "Failed" if answer == "Rejected" else "InProgress"
    assert cloud.wait(approved, first, expected)["pipelineExecutionId"] == first
