"""Pipelines on a running local cloud: superseding, transitions, new versions, variables, tags."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import current
from tests.unit.localcloud.codepipeline.conftest import Cloud, start
from tests.unit.localcloud.codepipeline.declarations import (
    approval,
    pipeline,
    s3_source,
    stage,
)

GUIDE = "https://docs.aws.amazon.com/codepipeline/latest/userguide"


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


@pytest.mark.documented(f"{GUIDE}/pipelines-tag.html")
def test_a_pipeline_s_tags_are_changed_and_listed(cloud: Cloud, approved: str) -> None:
    api = cloud.codepipeline
    arn = api.get_pipeline(name=approved)["metadata"]["pipelineArn"]
    api.tag_resource(resourceArn=arn, tags=[{"key": k, "value": "1"} for k in ("a", "b")])
    api.tag_resource(resourceArn=arn, tags=[{"key": "a", "value": "2"}])
    api.untag_resource(resourceArn=arn, tagKeys=["b", "absent"])
    assert api.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "a", "value": "2"}]
    with pytest.raises(ClientError, match="Not allowed to modify system tags"):
        api.tag_resource(resourceArn=arn, tags=[{"key": "aws:a", "value": "1"}])
    for call in (
        lambda: api.list_tags_for_resource(resourceArn=arn + "-absent"),
        lambda: api.untag_resource(resourceArn=arn + "-absent", tagKeys=["a"]),
    ):
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            call()
