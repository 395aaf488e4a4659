"""Rollbacks and automatic retries of a stage on a running local cloud."""

from __future__ import annotations

from typing import Any

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


def make(cloud: Cloud, name: str, **members: Any) -> str:
    """A pipeline whose approval tells the source's version; its first execution has succeeded."""
    cloud.put("manifest.zip", b"first")
    last = stage("Approval", approval(configuration={"CustomData": "#{Source.VersionId}"}))
    cloud.codepipeline.create_pipeline(
        pipeline=pipeline(
            name, cloud.store, stage("Source", s3_source(cloud.sources)), last | members
        )
    )
    first = cloud.first_execution(name)
    cloud.answer(name, cloud.token(name, first), "Approved")
    cloud.wait(name, first, "Succeeded")
    return first


def told_version(cloud: Cloud, name: str, execution: str) -> str:
    """The source version that an execution's approval tells."""
    details = cloud.codepipeline.list_action_executions(
        pipelineName=name, filter={"pipelineExecutionId": execution}
    )["actionExecutionDetails"]
    assert details[0]["actionName"] == "Approve"
    return str(details[0]["input"]["resolvedConfiguration"]["CustomData"])


@pytest.mark.documented(f"{GUIDE}/stage-rollback-view-details.html")
def test_a_stage_is_rolled_back_by_hand(cloud: Cloud, name: str) -> None:
    first = make(cloud, name)
    cloud.put("manifest.zip", b"second")
    second = start(cloud, name)
    cloud.answer(name, cloud.token(name, second), "Approved")
    cloud.wait(name, second, "Succeeded")
    rollback = cloud.codepipeline.rollback_stage(
        pipelineName=name, stageName="Approval", targetPipelineExecutionId=first
    )["pipelineExecutionId"]
    cloud.answer(name, cloud.token(name, rollback), "Approved")
    found = cloud.wait(name, rollback, "Succeeded")
    assert (found["executionType"], found["trigger"]["triggerType"]) == (
        "ROLLBACK",
        "ManualRollback",
    )
    assert found["rollbackMetadata"] == {"rollbackTargetPipelineExecutionId": first}
    assert found["artifactRevisions"] == cloud.execution(name, first)["artifactRevisions"]
    assert told_version(cloud, name, rollback) == told_version(cloud, name, first)
    assert told_version(cloud, name, rollback) != told_version(cloud, name, second)
    listed = cloud.codepipeline.list_pipeline_executions(pipelineName=name)
    summary = listed["pipelineExecutionSummaries"][0]
    assert summary["pipelineExecutionId"] == rollback
    assert summary["rollbackMetadata"] == {"rollbackTargetPipelineExecutionId": first}
    assert "rollbackMetadata" not in listed["pipelineExecutionSummaries"][1]
    states = cloud.codepipeline.get_pipeline_state(name=name)["stageStates"]
    assert states[1]["latestExecution"] == {
        "pipelineExecutionId": rollback,
        "status": "Succeeded",
        "type": "ROLLBACK",
    }
    assert states[0]["latestExecution"]["pipelineExecutionId"] == second


@pytest.mark.documented(f"{GUIDE}/stage-rollback-auto.html")
def test_a_stage_that_fails_rolls_itself_back(cloud: Cloud, name: str) -> None:
    first = make(cloud, name, onFailure={"result": "ROLLBACK"})
    second = start(cloud, name)
    cloud.answer(name, cloud.token(name, second), "Rejected")
    cloud.wait(name, second, "Failed")
    (newest, *_) = cloud.codepipeline.list_pipeline_executions(pipelineName=name)[
        "pipelineExecutionSummaries"
    ]
    assert newest["rollbackMetadata"] == {"rollbackTargetPipelineExecutionId": first}
    assert newest["trigger"] == {"triggerType": "AutomatedRollback", "triggerDetail": second}
    cloud.answer(name, cloud.token(name, newest["pipelineExecutionId"]), "Approved")
    cloud.wait(name, newest["pipelineExecutionId"], "Succeeded")


def refused(cloud: Cloud, name: str, target: str, stage_name: str = "Approval") -> str:
    with pytest.raises(ClientError) as error:
        cloud.codepipeline.rollback_stage(
            pipelineName=name, stageName=stage_name, targetPipelineExecutionId=target
        )
    return str(error.value.response["Error"]["Code"])


@pytest.mark.documented(f"{GUIDE}/stage-rollback.html")
def test_what_cannot_be_rolled_back_is_refused(cloud: Cloud, name: str) -> None:
    first = make(cloud, name)
    unknown = "00000000-0000-4000-8000-000000000000"
    assert refused(cloud, name, unknown) == "PipelineExecutionNotFoundException"
    assert refused(cloud, name, first, "Nothing") == "StageNotFoundException"
    assert refused(cloud, name, first, "Source") == "UnableToRollbackStageException"
    assert refused(cloud, "nobody", first) == "PipelineNotFoundException"
    declaration = cloud.codepipeline.get_pipeline(name=name)["pipeline"]
    cloud.codepipeline.update_pipeline(pipeline=declaration)
    assert refused(cloud, name, first) == "PipelineExecutionOutdatedException"
    declaration["executionMode"] = "PARALLEL"
    cloud.codepipeline.update_pipeline(pipeline=declaration)
    assert refused(cloud, name, first) == "UnableToRollbackStageException"


@pytest.mark.documented(
    "https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_SucceededInStageFilter.html"
)
def test_executions_that_succeeded_in_a_stage_are_listed(cloud: Cloud, name: str) -> None:
    first = make(cloud, name)
    second = start(cloud, name)
    cloud.answer(name, cloud.token(name, second), "Rejected")
    cloud.wait(name, second, "Failed")

    def succeeded(stage_name: str) -> list[str]:
        listed = cloud.codepipeline.list_pipeline_executions(
            pipelineName=name, filter={"succeededInStage": {"stageName": stage_name}}
        )
        return [each["pipelineExecutionId"] for each in listed["pipelineExecutionSummaries"]]

    assert (succeeded("Source"), succeeded("Approval")) == ([second, first], [first])
    declaration = cloud.codepipeline.get_pipeline(name=name)["pipeline"]
    cloud.codepipeline.update_pipeline(pipeline=declaration)
    assert succeeded("Approval") == []


@pytest.mark.documented(f"{GUIDE}/stage-retry.html")
def test_a_stage_retries_itself_once(cloud: Cloud, name: str) -> None:
    retry = {"retryMode": "FAILED_ACTIONS"}
    make(cloud, name, onFailure={"result": "RETRY", "retryConfiguration": retry})
    execution = start(cloud, name)
    token = cloud.token(name, execution)
    cloud.answer(name, token, "Rejected")
    assert current().changes.wait_until(
        lambda: cloud.action(name, "Approval", "Approve").get("token", token) != token, 20
    )
    state = cloud.codepipeline.get_pipeline_state(name=name)["stageStates"][1]
    assert state["retryStageMetadata"] == {
        "autoStageRetryAttempt": 1,
        "latestRetryTrigger": "AutomatedStageRetry",
    }
    assert state["latestExecution"]["status"] == "InProgress"
    cloud.answer(name, cloud.token(name, execution), "Rejected")
    cloud.wait(name, execution, "Failed")
    cloud.codepipeline.retry_stage_execution(
        pipelineName=name,
        stageName="Approval",
        pipelineExecutionId=execution,
        retryMode="ALL_ACTIONS",
    )
    cloud.answer(name, cloud.token(name, execution), "Approved")
    cloud.wait(name, execution, "Succeeded")
    state = cloud.codepipeline.get_pipeline_state(name=name)["stageStates"][1]
    assert state["retryStageMetadata"] == {
        "autoStageRetryAttempt": 1,
        "manualStageRetryAttempt": 1,
        "latestRetryTrigger": "ManualStageRetry",
    }


@pytest.mark.documented(f"{GUIDE}/detect-state-changes-cloudwatch-events.html")
def test_an_automatic_rollback_is_told_as_events(cloud: Cloud, name: str) -> None:
    make(cloud, name, onFailure={"result": "ROLLBACK"})
    url = cloud.listen(name)
    second = start(cloud, name)
    cloud.answer(name, cloud.token(name, second), "Rejected")
    found = [each["detail"] for each in cloud.heard(url, 13)]
    of_rollback = [each for each in found if each["execution-id"] != second]
    told = {(each.get("stage"), each.get("action"), each["state"]) for each in of_rollback}
    assert told == {
        ("Approval", "Approve", "STARTED"),
        ("Approval", None, "STARTED"),
        (None, None, "STARTED"),
    }
    (started,) = [each for each in of_rollback if "stage" not in each]
    assert started["execution-trigger"] == {
        "trigger-type": "AutomatedRollback",
        "trigger-detail": second,
    }
