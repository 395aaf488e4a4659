"""What actions ask of other services, and how they tell a failure: pure parts."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.clients import Credentials
from localcloud.codepipeline.actions.action import (
    ActionContext,
    ActionFailed,
    service_failure,
    store_failure,
)
from localcloud.codepipeline.actions.codebuild_build import failure_message, start_build_request
from localcloud.codepipeline.actions.lambda_invoke import job_data, total_seconds
from localcloud.codepipeline.actions.manual_approval import message_body, subject
from localcloud.codepipeline.artifacts import object_key
from localcloud.codepipeline.jobs import Job, JobStore
from localcloud.codepipeline.records import ActionRun, Artifact
from localcloud.errors import AwsError

NOW = datetime(2026, 1, 1, tzinfo=UTC)
GUIDE = "https://docs.aws.amazon.com/codepipeline/latest/userguide"


def context(
    configuration: dict[str, str],
    inputs: tuple[Artifact, ...] = (),
    outputs: tuple[Artifact, ...] = (),
    key: dict[str, str] | None = None,
) -> ActionContext:
    run = ActionRun("e", "Stage", "Action", 1, {}, NOW, NOW, inputs=inputs, outputs=outputs)
    credentials = Credentials("AKID", "secret", "token", NOW)
    return ActionContext(
        "p", "arn", "123456789012", "us-east-1", configuration, run, credentials, key, None, print
    )


@pytest.mark.documented("https://docs.aws.amazon.com/lambda/latest/dg/services-codepipeline.html")
def test_a_job_has_the_shape_of_the_event() -> None:
    given = context(
        {"FunctionName": "my-function", "UserParameters": '{"KEY": "VALUE"}'},
        (Artifact("In", "store", "p/In/abcdefg", "e0c7"),),
        (Artifact("Out", "store", "p/Out/hijklmn"),),
    )
    expected = {
        "actionConfiguration": {
            "configuration": {
                "FunctionName": "my-function",
                "UserParameters": '{"KEY": "VALUE"}',
            }
        },
        "inputArtifacts": [
            {
                "name": "In",
                "revision": "e0c7",
                "location": {
                    "type": "S3",
                    "s3Location": {"bucketName": "store", "objectKey": "p/In/abcdefg"},
                },
            }
        ],
        "outputArtifacts": [
            {
                "name": "Out",
                "revision": None,
                "location": {
                    "type": "S3",
                    "s3Location": {"bucketName": "store", "objectKey": "p/Out/hijklmn"},
                },
            }
        ],
        "artifactCredentials": {
            "accessKeyId": "AKID",
            "secretAccessKey": "secret",
            "sessionToken": "token",
            "expirationTime": 1767225600000,
        },
    }
    assert job_data(given, None) == expected
    key = {"id": "arn:aws:kms:us-east-1:123456789012:key/1", "type": "KMS"}
    again = job_data(context(dict(given.configuration), key=key), "half")
    assert (again["continuationToken"], again["encryptionKey"]) == ("half", key)


@pytest.mark.documented(f"{GUIDE}/limits.html")
def test_a_function_has_a_day_or_what_its_rule_says() -> None:
    given = context({"FunctionName": "f"})
    assert total_seconds(given) == 24 * 60 * 60
    given.run.declaration = {"timeoutInMinutes": 5}
    assert total_seconds(given) == 300


@pytest.mark.documented(f"{GUIDE}/action-reference-CodeBuild.html")
def test_a_build_is_asked_for_with_its_source_artifacts_and_variables() -> None:
    environment = [{"name": "COMMIT", "value": "abc"}]
    request = start_build_request(
        context(
            {"ProjectName": "build", "EnvironmentVariables": json.dumps(environment)},
            (Artifact("Source", "store", "p/Source/abcdefg"),),
            (Artifact("Build", "store", "p/Build/hijklmn"),),
        )
    )
    assert request == {
        "projectName": "build",
        "sourceTypeOverride": "S3",
        "sourceLocationOverride": "store/p/Source/abcdefg",
        "artifactsOverride": {
            "type": "S3",
            "location": "store",
            "path": "p/Build",
            "name": "hijklmn",
            "packaging": "ZIP",
            "namespaceType": "NONE",
        },
        "environmentVariablesOverride": [{"name": "COMMIT", "value": "abc", "type": "PLAINTEXT"}],
    }


def test_a_build_of_two_sources_needs_a_primary_one() -> None:
    inputs = (Artifact("A", "store", "p/A/a"), Artifact("B", "store", "p/B/b"))
    with pytest.raises(ActionFailed, match="PrimarySource is required"):
        start_build_request(context({"ProjectName": "build"}, inputs))
    request = start_build_request(context({"ProjectName": "b", "PrimarySource": "B"}, inputs))
    assert request["sourceLocationOverride"] == "store/p/B/b"
    assert request["secondarySourcesOverride"] == [
        {"type": "S3", "location": "store/p/A/a", "sourceIdentifier": "A"}
    ]
    assert request["artifactsOverride"] == {"type": "NO_ARTIFACTS"}


def test_environment_variables_that_are_no_list_fail_the_action() -> None:
    configuration = {"ProjectName": "b", "EnvironmentVariables": '{"A": 1}'}
    with pytest.raises(ActionFailed, match="must be a JSON array"):
        start_build_request(context(configuration, (Artifact("A", "store", "p/A/a"),)))


def test_a_failed_build_tells_the_phase_that_failed() -> None:
    context = {
        "statusCode": "COMMAND_EXECUTION_ERROR",
        "message": "Error while executing command: exit 1. Reason: exit status 1",
    }
    build: dict[str, Any] = {
        "buildStatus": "FAILED",
        "phases": [
            {"phaseType": "INSTALL", "phaseStatus": "SUCCEEDED"},
            {"phaseType": "BUILD", "phaseStatus": "FAILED", "contexts": [context]},
            {"phaseType": "COMPLETED"},
        ],
    }
    assert failure_message(build) == (
        "Build terminated with state: FAILED. Phase: BUILD, Code: COMMAND_EXECUTION_ERROR, Message: "
        "Error while executing command: exit 1. Reason: exit status 1"
    )
    stopped = {"buildStatus": "STOPPED", "phases": []}
    assert failure_message(stopped) == "Build terminated with state: STOPPED"


def test_a_refused_call_is_told_in_the_words_of_codepipeline() -> None:
    error = ClientError(
        {
            "Error": {"Code": "AccessDeniedException", "Message": "User: x is not authorized"},
            "ResponseMetadata": {"HTTPStatusCode": 400, "RequestId": "r-1"},
        },
        "StartBuild",
    )
    failed = service_failure("startBuild", "AWSCodeBuild", error)
    assert failed.code == "PermissionError"
    assert str(failed) == (
        "Error calling startBuild: User: x is not authorized (Service: AWSCodeBuild; Status Code: "
        "400; Error Code: AccessDeniedException; Request ID: r-1; Proxy: null)"
    )
    denied = ClientError({"Error": {"Code": "AccessDenied", "Message": "Access Denied"}}, "Get")
    assert "permissions required to access the Amazon S3 bucket named b." in str(
        store_failure("b", denied)
    )


@pytest.mark.documented(f"{GUIDE}/approvals-json-format.html")
def test_an_approvals_message_has_the_documented_members() -> None:
    body = message_body(
        "us-east-2",
        "MyFirstPipeline",
        "MyApprovalStage",
        "MyApprovalAction",
        token="t",
        expires=datetime(2016, 7, 7, 20, 22, 41, tzinfo=UTC),
        external_entity_link="http://example.com",
        custom_data="Review",
    )
    assert body["approval"]["expires"] == "2016-07-07T20:22Z"
    assert list(body["approval"]) == [
        *("pipelineName", "stageName", "actionName", "token", "expires"),
        *("externalEntityLink", "approvalReviewLink", "customData"),
    ]
    assert body["approval"]["approvalReviewLink"].endswith(
        "#/MyApprovalStage/MyApprovalAction/approve/t"
    )
    assert subject("ml-cicd-pipeline-xyz", "approval") == (
        "APPROVAL NEEDED: AWS CodePipeline ml-cicd-pipelin... for action approval"
    )


def test_artifact_keys_are_cut_as_in_published_examples() -> None:
    key = object_key("a-pipeline-with-a-long-name", "invokeOutput", lambda: "D0YHsJn")
    assert key == "a-pipeline-with-a-lo/invokeOutp/D0YHsJn"


def answered(result: dict[str, Any]) -> JobStore:
    store = JobStore()
    store.add(Job({}, "123456789012", NOW, id="j"))
    store.succeed("j", result)
    return store


@pytest.mark.documented(
    "https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PutJobSuccessResult.html"
)
def test_a_job_takes_one_answer() -> None:
    store = answered({"outputVariables": {"a": "b"}})
    with pytest.raises(AwsError) as refused:
        store.fail("j", {"failureDetails": {"type": "JobFailed", "message": "m"}})
    assert refused.value.aws_code == "InvalidJobStateException"
    with pytest.raises(AwsError) as refused:
        store.get("another")
    assert refused.value.aws_code == "JobNotFoundException"
    with pytest.raises(AwsError, match="Map keys must satisfy"):
        answered({"outputVariables": {"a b": "c"}})
    with pytest.raises(AwsError, match="no continuationToken"):
        answered({"outputVariables": {"a": "b"}, "continuationToken": "t"})
    with pytest.raises(AwsError) as refused:
        answered({"outputVariables": {"a": "b" * 122_880}})
    assert refused.value.aws_code == "OutputVariablesSizeExceededException"


def test_a_closed_job_takes_no_answer() -> None:
    store = JobStore()
    job = store.add(Job({}, "123456789012", NOW))
    store.close(job)
    with pytest.raises(AwsError) as refused:
        store.succeed(job.id, {})
    assert refused.value.aws_code == "InvalidJobStateException"
