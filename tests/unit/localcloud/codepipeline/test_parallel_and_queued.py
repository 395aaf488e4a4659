"""Execution modes on a running local cloud, and a change from one to another."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import current
from localcloud.codepipeline import engine
from tests.unit.localcloud.codepipeline.conftest import Cloud, start
from tests.unit.localcloud.codepipeline.declarations import (
    approval,
    pipeline,
    s3_source,
    stage,
)

GUIDE = "https://docs.aws.amazon.com/codepipeline/latest/userguide"


def make(cloud: Cloud, name: str, mode: str) -> str:
    """A pipeline of a source and an approval; its first execution."""
    cloud.put("manifest.zip", b"first")
    cloud.codepipeline.create_pipeline(
        pipeline=pipeline(
            name,
            cloud.store,
            stage("Source", s3_source(cloud.sources)),
            stage("Approval", approval()),
            executionMode=mode,
        )
    )
    return cloud.first_execution(name)


def token_of(cloud: Cloud, name: str, execution: str) -> str:
    """The token of an execution in PARALLEL mode: the external id of its approval."""
    found: list[str] = []

    def waits() -> bool:
        details = cloud.codepipeline.list_action_executions(
            pipelineName=name, filter={"pipelineExecutionId": execution}
        )["actionExecutionDetails"]
        result = details[0]["output"]["executionResult"] if details else {}
        if details and details[0]["stageName"] == "Approval":
            found[:] = [result["externalExecutionId"]] if "externalExecutionId" in result else []
        return bool(found)

    assert current().changes.wait_until(waits, 20), "no approval waits"
    return found[0]


def change_mode(cloud: Cloud, name: str, mode: str) -> None:
    declaration = cloud.codepipeline.get_pipeline(name=name)["pipeline"]
    cloud.codepipeline.update_pipeline(pipeline={**declaration, "executionMode": mode})


@pytest.mark.documented(f"{GUIDE}/concepts-how-it-works.html")
def test_parallel_executions_do_not_wait_for_each_other(cloud: Cloud, name: str) -> None:
    first = make(cloud, name, "PARALLEL")
    second = start(cloud, name)
    tokens = {each: token_of(cloud, name, each) for each in (first, second)}
    state = cloud.codepipeline.get_pipeline_state(name=name)["stageStates"]
    assert [each["actionStates"] for each in state] == [
        [{"actionName": "Source"}],
        [{"actionName": "Approve"}],
    ]
    assert not any("latestExecution" in each for each in state)
    cloud.answer(name, tokens[second], "Approved")
    assert cloud.wait(name, second, "Succeeded")["executionMode"] == "PARALLEL"
    cloud.answer(name, tokens[first], "Rejected")
    cloud.wait(name, first, "Failed")
    cloud.codepipeline.retry_stage_execution(
        pipelineName=name,
        stageName="Approval",
        pipelineExecutionId=first,
        retryMode="FAILED_ACTIONS",
    )
    cloud.codepipeline.stop_pipeline_execution(
        pipelineName=name, pipelineExecutionId=first, abandon=True
    )
    cloud.wait(name, first, "Stopped")


@pytest.mark.documented(f"{GUIDE}/execution-modes.html")
def test_a_new_definition_lets_parallel_executions_run_on(cloud: Cloud, name: str) -> None:
    first = make(cloud, name, "PARALLEL")
    token = token_of(cloud, name, first)
    change_mode(cloud, name, "PARALLEL")
    change_mode(cloud, name, "QUEUED")
    assert cloud.status(name, first) == "InProgress"
    state = cloud.codepipeline.get_pipeline_state(name=name)["stageStates"]
    assert not any("latestExecution" in each for each in state)
    assert [each["actionStates"] for each in state] == [
        [{"actionName": "Source"}],
        [{"actionName": "Approve"}],
    ]
    second = start(cloud, name)
    cloud.token(name, second)
    cloud.answer(name, token, "Approved")
    found = cloud.wait(name, first, "Succeeded")
    assert (found["executionMode"], found["pipelineVersion"]) == ("PARALLEL", 1)
    assert cloud.execution(name, second)["executionMode"] == "QUEUED"


@pytest.mark.documented(f"{GUIDE}/execution-modes.html")
def test_a_change_to_parallel_cancels_what_runs(cloud: Cloud, name: str) -> None:
    first = make(cloud, name, "SUPERSEDED")
    cloud.token(name, first)
    change_mode(cloud, name, "PARALLEL")
    cloud.wait(name, first, "Cancelled")
    cloud.answer(name, token_of(cloud, name, start(cloud, name)), "Approved")
    change_mode(cloud, name, "SUPERSEDED")
    state = cloud.codepipeline.get_pipeline_state(name=name)["stageStates"]
    assert [each["latestExecution"]["pipelineExecutionId"] for each in state] == [first, first]
    assert state[1]["latestExecution"]["status"] == "Cancelled"


@pytest.mark.documented(f"{GUIDE}/concepts-how-it-works.html")
def test_queued_executions_wait_in_turn(cloud: Cloud, name: str) -> None:
    executions = [make(cloud, name, "QUEUED"), start(cloud, name), start(cloud, name)]

    def all_wait() -> bool:
        state = cloud.codepipeline.get_pipeline_state(name=name)["stageStates"][1]
        waiting = [each["pipelineExecutionId"] for each in state["inboundExecutions"]]
        return waiting == executions[1:]

    assert current().changes.wait_until(all_wait, 20)
    for execution in executions:
        cloud.answer(name, cloud.token(name, execution), "Approved")
    for execution in executions:
        cloud.wait(name, execution, "Succeeded")


@pytest.mark.documented(
    "https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_StartPipelineExecution.html"
)
@pytest.mark.parametrize("mode", ["QUEUED", "PARALLEL"])
def test_no_more_executions_are_active_than_allowed(
    cloud: Cloud, name: str, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert engine.MAXIMUM_EXECUTIONS == 50
    monkeypatch.setattr(engine, "MAXIMUM_EXECUTIONS", 2)
    first = make(cloud, name, mode)
    start(cloud, name)
    with pytest.raises(
        cloud.codepipeline.exceptions.ConcurrentPipelineExecutionsLimitExceededException
    ):
        start(cloud, name)
    token = token_of(cloud, name, first)
    cloud.answer(name, token, "Rejected")
    cloud.wait(name, first, "Failed")
    third = start(cloud, name)
    with pytest.raises(ClientError) as refused:
        cloud.codepipeline.retry_stage_execution(
            pipelineName=name,
            stageName="Approval",
            pipelineExecutionId=first,
            retryMode="FAILED_ACTIONS",
        )
    code = refused.value.response["Error"]["Code"]
    assert code == "ConcurrentPipelineExecutionsLimitExceededException"
    assert cloud.status(name, third) == "InProgress"
