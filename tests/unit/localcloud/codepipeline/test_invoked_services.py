"""Actions on a running local cloud that call another service: functions, builds, as their role."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import current
from localcloud.codepipeline.actions import lambda_invoke
from tests.local_server import ACCOUNT
from tests.unit.localcloud.codepipeline.conftest import Cloud, start
from tests.unit.localcloud.codepipeline.declarations import (
    ACTION_ROLE,
    action,
    approval,
    function,
    pipeline,
    s3_source,
    stage,
)

GUIDE = "https://docs.aws.amazon.com/codepipeline/latest/userguide"


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
