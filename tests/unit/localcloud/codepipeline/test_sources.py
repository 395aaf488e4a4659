"""Source actions on a running local cloud: objects, versions, and what starts a pipeline."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import current
from tests.local_server import ACCOUNT, REGION
from tests.unit.localcloud.codepipeline.conftest import Cloud, start
from tests.unit.localcloud.codepipeline.declarations import (
    ACTION_ROLE,
    approval,
    pipeline,
    s3_source,
    stage,
)

GUIDE = "https://docs.aws.amazon.com/codepipeline/latest/userguide"


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
