"""Pipelines on a running local cloud: sources, approvals, superseding, stops, failures, events."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import current
from localcloud.codepipeline.actions import lambda_invoke, manual_approval
from tests.unit.localcloud.codepipeline.declarations import (
    ACCOUNT,
    REGION,
    action,
    approval,
    function,
    pipeline,
    s3_source,
    stage,
)

GUIDE = "https://docs.aws.amazon.com/codepipeline/latest/userguide"
ACTION_ROLE = f"arn:aws:iam::{ACCOUNT}:role/action"
Cloud = Any


@pytest.fixture
def approved(cloud: Cloud, name: str) -> str:
    """A pipeline of a source, an approval and another one; its name."""
    cloud.put("manifest.zip", b"first")
    cloud.codepipeline.create_pipeline(
        pipeline=pipeline(
            name,
            cloud.store,
            stage("Source", s3_source(cloud.sources, roleArn=ACTION_ROLE)),
            stage("Approval", approval(roleArn=ACTION_ROLE)),
            stage("Last", approval("Second")),
        )
    )
    return name


def start(cloud: Cloud, name: str, **members: Any) -> str:
    answer = cloud.codepipeline.start_pipeline_execution(name=name, **members)
    return str(answer["pipelineExecutionId"])


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


@pytest.mark.documented(f"{GUIDE}/action-reference-S3.html")
def test_a_source_object_becomes_an_artifact_with_its_variables_and_revision(
    cloud: Cloud, approved: str
) -> None:
    execution = cloud.first_execution(approved)
    cloud.token(approved, execution)
    details = cloud.codepipeline.list_action_executions(
        pipelineName=approved, filter={"pipelineExecutionId": execution}
    )["actionExecutionDetails"]
    assert [each["actionName"] for each in details] == ["Approve", "Source"]
    source = details[1]
    (artifact,) = source["output"]["outputArtifacts"]
    prefix, middle, last = artifact["s3location"]["key"].split("/")
    assert (prefix, middle, len(last)) == (approved[:20], "Manifest", 7)
    stored = cloud.client("s3").get_object(Bucket=cloud.store, Key=artifact["s3location"]["key"])
    assert stored["Body"].read() == b"first"
    head = cloud.client("s3").head_object(Bucket=cloud.sources, Key="manifest.zip")
    assert source["output"]["outputVariables"] == {
        "BucketName": cloud.sources,
        "ETag": head["ETag"].strip('"'),
        "ObjectKey": "manifest.zip",
        "VersionId": head["VersionId"],
    }
    (revision,) = cloud.execution(approved, execution)["artifactRevisions"]
    assert (revision["name"], revision["revisionId"]) == ("Manifest", head["VersionId"])
    assert source["updatedBy"] == ACTION_ROLE


@pytest.mark.documented(f"{GUIDE}/pipelines-trigger-source-overrides.html")
def test_an_override_takes_the_version_that_it_names(cloud: Cloud, name: str) -> None:
    old = cloud.put("old.zip", b"old")
    cloud.put("old.zip", b"new")
    cloud.codepipeline.create_pipeline(
        pipeline=pipeline(
            name,
            cloud.store,
            stage("Source", s3_source(cloud.sources, "old.zip")),
            stage("Approval", approval()),
        )
    )
    cloud.answer(name, cloud.token(name, cloud.first_execution(name)), "Approved")
    override = {
        "actionName": "Source",
        "revisionType": "S3_OBJECT_VERSION_ID",
        "revisionValue": old,
    }
    execution = start(cloud, name, sourceRevisions=[override])
    cloud.token(name, execution)
    (revision,) = cloud.execution(name, execution)["artifactRevisions"]
    assert revision["revisionId"] == old
    with pytest.raises(ClientError, match="no source action"):
        start(cloud, name, sourceRevisions=[{**override, "actionName": "Approve"}])


@pytest.mark.documented(f"{GUIDE}/concepts-how-it-works.html")
def test_quick_starts_supersede_the_one_that_waits_before_the_approval(
    cloud: Cloud, approved: str
) -> None:
    first = cloud.first_execution(approved)
    token = cloud.token(approved, first)
    second, third = start(cloud, approved), ""
    assert current().changes.wait_until(lambda: _inbound(cloud, approved, "Approval") == second, 20)
    third = start(cloud, approved)
    found = cloud.wait(approved, second, "Superseded")
    assert "a newer pipeline execution advanced" in found["statusSummary"]
    assert cloud.status(approved, first) == "InProgress"
    cloud.answer(approved, token, "Approved")
    assert cloud.token(approved, third) != token


def _inbound(cloud: Cloud, name: str, stage_name: str) -> str | None:
    state = cloud.codepipeline.get_pipeline_state(name=name)
    (found,) = [each for each in state["stageStates"] if each["stageName"] == stage_name]
    inbound: str | None = found.get("inboundExecution", {}).get("pipelineExecutionId")
    return inbound


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


def test_the_same_client_token_starts_one_execution(cloud: Cloud, approved: str) -> None:
    tokens = {start(cloud, approved, clientRequestToken="same") for _ in range(2)}
    assert len(tokens) == 1


def test_an_update_is_a_new_version_and_cancels_what_runs(cloud: Cloud, approved: str) -> None:
    execution = cloud.first_execution(approved)
    cloud.token(approved, execution)
    declaration = cloud.codepipeline.get_pipeline(name=approved)["pipeline"]
    declaration["stages"].pop()
    made = cloud.codepipeline.update_pipeline(pipeline=declaration)["pipeline"]
    assert made["version"] == 2
    assert cloud.status(approved, execution) == "Cancelled"
    assert cloud.action(approved, "Approval", "Approve")["status"] == "Abandoned"
    first = cloud.codepipeline.get_pipeline(name=approved, version=1)["pipeline"]
    assert len(first["stages"]) == 3


def test_a_disabled_transition_holds_an_execution(cloud: Cloud, approved: str) -> None:
    cloud.answer(approved, cloud.token(approved, cloud.first_execution(approved)), "Rejected")
    transition = {
        "pipelineName": approved,
        "stageName": "Approval",
        "transitionType": "Inbound",
    }
    cloud.codepipeline.disable_stage_transition(**transition, reason="a freeze")
    execution = start(cloud, approved)
    assert current().changes.wait_until(
        lambda: _inbound(cloud, approved, "Approval") == execution, 20
    )
    state = cloud.codepipeline.get_pipeline_state(name=approved)["stageStates"][1]
    assert state["inboundTransitionState"]["disabledReason"] == "a freeze"
    cloud.codepipeline.enable_stage_transition(**transition)
    cloud.token(approved, execution)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"key": "nothing.zip"}, "could not find the object nothing.zip"),
        ({"bucket": "no-such-bucket-here"}, "no-such-bucket-here"),
    ],
)
def test_a_source_that_is_not_there_fails_with_its_name(
    cloud: Cloud, name: str, change: dict[str, str], message: str
) -> None:
    source = s3_source(change.get("bucket", cloud.sources), change.get("key", "manifest.zip"))
    cloud.codepipeline.create_pipeline(
        pipeline=pipeline(name, cloud.store, stage("Source", source), stage("Next", approval()))
    )
    found = cloud.wait(name, cloud.first_execution(name), "Failed")
    error = cloud.action(name, "Source", "Source")["errorDetails"]
    assert message in error["message"]
    assert error["code"] == "ConfigurationError"
    assert message in found["statusSummary"]


def test_a_role_that_cannot_be_assumed_is_refused_and_later_fails_the_action(
    cloud: Cloud, name: str
) -> None:
    iam = cloud.client("iam")
    declaration = pipeline(
        name,
        cloud.store,
        stage("Source", s3_source(cloud.sources)),
        stage("Next", approval(roleArn=f"arn:aws:iam::{ACCOUNT}:role/{name}")),
    )
    with pytest.raises(ClientError, match="is not authorized to perform AssumeRole") as refused:
        cloud.codepipeline.create_pipeline(pipeline=declaration)
    assert refused.value.response["Error"]["Code"] == "InvalidStructureException"
    principal = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/pipeline"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Statement": [statement]}))
    cloud.put("manifest.zip", b"x")
    cloud.codepipeline.create_pipeline(pipeline=declaration)
    execution = cloud.first_execution(name)
    assert current().changes.wait_until(
        lambda: "token" in cloud.action(name, "Next", "Approve"), 20
    )
    cloud.codepipeline.stop_pipeline_execution(
        pipelineName=name, pipelineExecutionId=execution, abandon=True
    )
    iam.delete_role(RoleName=name)
    cloud.wait(name, start(cloud, name), "Failed")
    error = cloud.action(name, "Next", "Approve")["errorDetails"]
    assert error == {
        "code": "PermissionError",
        "message": f"arn:aws:iam::{ACCOUNT}:role/pipeline is not authorized to perform AssumeRole "
        f"on role arn:aws:iam::{ACCOUNT}:role/{name}",
    }


def test_a_variable_that_an_action_did_not_make_fails_the_next_one(cloud: Cloud, name: str) -> None:
    cloud.put("manifest.zip", b"x")
    cloud.codepipeline.create_pipeline(
        pipeline=pipeline(
            name,
            cloud.store,
            stage("Source", s3_source(cloud.sources)),
            stage("Next", approval(configuration={"CustomData": "#{Source.Version}"})),
        )
    )
    cloud.wait(name, cloud.first_execution(name), "Failed")
    error = cloud.action(name, "Next", "Approve")["errorDetails"]
    assert "#{Source.Version} could not be resolved" in error["message"]
    assert "VersionId" in error["message"]


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


@pytest.mark.documented(f"{GUIDE}/detect-state-changes-cloudwatch-events.html")
def test_every_change_of_state_is_an_event(cloud: Cloud, name: str) -> None:
    url = cloud.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    arn = f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:{name}"
    events = cloud.client("events")
    events.put_rule(Name=name, EventPattern=json.dumps({"resources": [arn]}))
    queue = {"Id": "q", "Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"}
    events.put_targets(Rule=name, Targets=[queue])
    version = cloud.put("manifest.zip", b"x")
    cloud.codepipeline.create_pipeline(
        pipeline=pipeline(
            name,
            cloud.store,
            stage("Source", s3_source(cloud.sources)),
            stage("Approval", approval()),
        )
    )
    execution = cloud.first_execution(name)
    cloud.answer(name, cloud.token(name, execution), "Rejected")
    found: list[dict[str, Any]] = []

    def all_came() -> bool:
        messages = cloud.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        found.extend(json.loads(each["Body"]) for each in messages.get("Messages", []))
        return len(found) >= 10

    assert current().changes.wait_until(all_came, 20), len(found)
    kinds = sorted(
        (each["detail-type"].split()[1], each["detail"]["state"], each["detail"].get("stage"))
        for each in found
    )
    assert kinds == [
        ("Action", "FAILED", "Approval"),
        ("Action", "STARTED", "Approval"),
        ("Action", "STARTED", "Source"),
        ("Action", "SUCCEEDED", "Source"),
        ("Pipeline", "FAILED", None),
        ("Pipeline", "STARTED", None),
        ("Stage", "FAILED", "Approval"),
        ("Stage", "STARTED", "Approval"),
        ("Stage", "STARTED", "Source"),
        ("Stage", "SUCCEEDED", "Source"),
    ]
    by_kind = {(each["detail"].get("action"), each["detail"]["state"]): each for each in found}
    source = by_kind[("Source", "SUCCEEDED")]["detail"]
    assert source["type"] == {
        "owner": "AWS",
        "provider": "S3",
        "category": "Source",
        "version": "1",
    }
    assert source["execution-result"]["external-execution-id"] == version
    assert source["output-artifacts"][0]["s3location"]["bucket"] == cloud.store
    assert by_kind[("Approve", "FAILED")]["detail"]["execution-result"]["error-code"] == "JobFailed"
    started = next(each for each in found if "execution-trigger" in each["detail"])
    assert started["detail"]["execution-trigger"]["trigger-type"] == "CreatePipeline"
    assert started["resources"] == [arn]


@pytest.mark.documented(f"{GUIDE}/create-S3-source-events.html")
def test_an_object_created_event_starts_the_pipeline_with_that_version(
    cloud: Cloud, name: str
) -> None:
    key = f"{name}.zip"
    cloud.put(key, b"one")
    cloud.codepipeline.create_pipeline(
        pipeline=pipeline(
            name,
            cloud.store,
            stage("Source", s3_source(cloud.sources, key)),
            stage("Approval", approval()),
        )
    )
    cloud.answer(name, cloud.token(name, cloud.first_execution(name)), "Approved")
    events = cloud.client("events")
    pattern = {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": [cloud.sources]}, "object": {"key": [key]}},
    }
    rule = events.put_rule(Name=name, EventPattern=json.dumps(pattern))["RuleArn"]
    revision = {
        "actionName": "Source",
        "revisionType": "S3_OBJECT_VERSION_ID",
        "revisionValue": "<revision>",
    }
    target = {
        "Id": "Pipeline",
        "Arn": f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:{name}",
        "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/starter",
        "InputTransformer": {
            "InputPathsMap": {"revision": "$.detail.object.version-id"},
            "InputTemplate": json.dumps({"sourceRevisions": [revision]}),
        },
    }
    assert events.put_targets(Rule=name, Targets=[target])["FailedEntries"] == []
    versions = [cloud.put(key, body) for body in (b"two", b"three")]

    def summaries() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = cloud.codepipeline.list_pipeline_executions(
            pipelineName=name
        )["pipelineExecutionSummaries"]
        return [each for each in found if each["trigger"]["triggerType"] == "CloudWatchEvent"]

    def both_ran() -> bool:
        return len(summaries()) == 2 and all(each["sourceRevisions"] for each in summaries())

    assert current().changes.wait_until(both_ran, 20), summaries()
    taken = {each["sourceRevisions"][0]["revisionId"] for each in summaries()}
    assert taken == set(versions)
    assert {each["trigger"]["triggerDetail"] for each in summaries()} == {rule}


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


def test_variables_have_defaults_and_can_be_given(cloud: Cloud, name: str) -> None:
    cloud.put("manifest.zip", b"x")
    cloud.codepipeline.create_pipeline(
        pipeline=pipeline(
            name,
            cloud.store,
            stage("Source", s3_source(cloud.sources)),
            stage("Approval", approval(configuration={"CustomData": "#{variables.why}"})),
            variables=[{"name": "why", "defaultValue": "no reason"}],
        )
    )
    cloud.answer(name, cloud.token(name, cloud.first_execution(name)), "Approved")
    execution = start(cloud, name, variables=[{"name": "why", "value": "a test"}])
    cloud.token(name, execution)
    details = cloud.codepipeline.list_action_executions(
        pipelineName=name, filter={"pipelineExecutionId": execution}
    )["actionExecutionDetails"]
    assert details[0]["input"]["resolvedConfiguration"] == {"CustomData": "a test"}
    assert cloud.execution(name, execution)["variables"] == [
        {"name": "why", "resolvedValue": "a test"}
    ]
    with pytest.raises(ClientError, match="no variables named who"):
        start(cloud, name, variables=[{"name": "who", "value": "x"}])


def test_a_function_answers_its_job(
    cloud: Cloud, name: str, make_function: Callable[[str, str], str]
) -> None:
    handler = """
import boto3, json
def lambda_handler(event, context):
    job = event["CodePipeline.job"]
    data = job["data"]
    given = json.loads(data["actionConfiguration"]["configuration"]["UserParameters"])
    client = boto3.client("codepipeline")
    if "fail" in given:
        client.put_job_failure_result(
            jobId=job["id"], failureDetails={"type": "JobFailed", "message": given["fail"]})
    elif "continuationToken" not in data:
        client.put_job_success_result(jobId=job["id"], continuationToken="half",
            executionDetails={"summary": "half way", "percentComplete": 50})
    else:
        location = data["inputArtifacts"][0]["location"]["s3Location"]
        held = data["artifactCredentials"]
        s3 = boto3.client("s3", aws_access_key_id=held["accessKeyId"],
            aws_secret_access_key=held["secretAccessKey"], aws_session_token=held["sessionToken"])
        body = s3.get_object(Bucket=location["bucketName"], Key=location["objectKey"])["Body"]
        client.put_job_success_result(jobId=job["id"], outputVariables={
            "Content": body.read().decode(), "Token": data["continuationToken"]})
"""
    make_function(name, handler)
    cloud.put("manifest.zip", b"the manifest")
    artifacts = [{"name": "Manifest"}]
    cloud.codepipeline.create_pipeline(
        pipeline=pipeline(
            name,
            cloud.store,
            stage("Source", s3_source(cloud.sources)),
            stage("Staging", function(name, inputArtifacts=artifacts, namespace="Staging")),
            stage("Prod", function(name, '{"fail": "no: #{Staging.Content} #{Staging.Token}"}')),
        )
    )
    cloud.wait(name, cloud.first_execution(name), "Failed")
    assert cloud.action(name, "Staging", "Invoke")["percentComplete"] == 50
    assert cloud.action(name, "Prod", "Invoke")["errorDetails"] == {
        "code": "JobFailed",
        "message": "no: the manifest half",
    }


@pytest.mark.documented(f"{GUIDE}/limits.html")
def test_a_function_that_never_answers_fails_the_action(
    cloud: Cloud,
    name: str,
    make_function: Callable[[str, str], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lambda_invoke, "ANSWER_SECONDS", 0.05)
    make_function(name, "def lambda_handler(event, context):\n    return None\n")
    cloud.put("manifest.zip", b"x")
    cloud.codepipeline.create_pipeline(
        pipeline=pipeline(
            name,
            cloud.store,
            stage("Source", s3_source(cloud.sources)),
            stage("Call", function(name)),
        )
    )
    cloud.wait(name, cloud.first_execution(name), "Failed")
    error = cloud.action(name, "Call", "Invoke")["errorDetails"]
    assert error["message"].startswith(f"The AWS Lambda function {name} failed to return a result.")


def test_a_function_that_is_not_there_fails_the_action(cloud: Cloud, name: str) -> None:
    cloud.put("manifest.zip", b"x")
    cloud.codepipeline.create_pipeline(
        pipeline=pipeline(
            name,
            cloud.store,
            stage("Source", s3_source(cloud.sources)),
            stage("Call", function(f"no-{name}")),
        )
    )
    cloud.wait(name, cloud.first_execution(name), "Failed")
    error = cloud.action(name, "Call", "Invoke")["errorDetails"]
    assert error["code"] == "ConfigurationError"
    assert error["message"].startswith("Error calling invoke: ")
    assert f"no-{name}" in error["message"]


@pytest.mark.documented(f"{GUIDE}/action-reference-CodeBuild.html")
def test_a_build_action_waits_for_its_build(cloud: Cloud, name: str) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(
            "buildspec.yml", 'version: "0.2"\nphases: {build: {commands: ["echo built"]}}\n'
        )
    cloud.put("source.zip", content.getvalue())
    cloud.client("codebuild").create_project(
        name=name,
        source={"type": "CODEPIPELINE", "location": "-"},
        artifacts={"type": "CODEPIPELINE", "location": "-"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
        },
        serviceRole=f"arn:aws:iam::{ACCOUNT}:role/build",
    )
    build = action(
        "Build",
        "CodeBuild",
        configuration={"ProjectName": name},
        inputArtifacts=[{"name": "Manifest"}],
        roleArn=ACTION_ROLE,
    )
    cloud.codepipeline.create_pipeline(
        pipeline=pipeline(
            name,
            cloud.store,
            stage("Source", s3_source(cloud.sources, "source.zip")),
            stage("Build", build),
        )
    )
    cloud.wait(name, cloud.first_execution(name), "Succeeded")
    latest = cloud.action(name, "Build", "CodeBuild")
    assert latest["externalExecutionId"].startswith(f"{name}:")
    assert latest["externalExecutionId"] in latest["externalExecutionUrl"]
