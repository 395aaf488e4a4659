"""Stage conditions on a running local cloud: rules, results, overrides, and what tells of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import current
from localcloud.codepipeline import engine
from tests.unit.localcloud.codepipeline.conftest import Cloud
from tests.unit.localcloud.codepipeline.declarations import (
    ACTION_ROLE,
    approval,
    condition,
    pipeline,
    rule,
    s3_source,
    stage,
    variable_check,
)

GUIDE = "https://docs.aws.amazon.com/codepipeline/latest/userguide"
ANSWERS = """
import boto3

def lambda_handler(event, context):
    job = event["CodePipeline.job"]
    api = boto3.client("codepipeline")
    said = job["data"]["actionConfiguration"]["configuration"]["UserParameters"]
    if said == "wait":
        return
    if said == "yes":
        api.put_job_success_result(jobId=job["id"])
    else:
        details = {"type": "JobFailed", "message": "it said no"}
        api.put_job_failure_result(jobId=job["id"], failureDetails=details)
"""


def make(cloud: Cloud, name: str, mode: str = "SUPERSEDED", **members: Any) -> str:
    """A pipeline of a source and an approval with conditions; its first execution."""
    cloud.put("manifest.zip", b"first")
    cloud.codepipeline.create_pipeline(
        pipeline=pipeline(
            name,
            cloud.store,
            stage("Source", s3_source(cloud.sources)),
            stage("Approval", approval()) | members,
            variables=[{"name": "deploy", "defaultValue": "yes"}],
            executionMode=mode,
        )
    )
    return cloud.first_execution(name)


def state_of(cloud: Cloud, name: str) -> dict[str, Any]:
    """The approval stage of GetPipelineState."""
    state: dict[str, Any] = cloud.codepipeline.get_pipeline_state(name=name)["stageStates"][1]
    return state


def function_rule(function: str, says: str) -> dict[str, Any]:
    """A rule whose function says yes, no, or nothing."""
    configuration = {"FunctionName": function, "UserParameters": says}
    return rule("LambdaInvoke", configuration=configuration, roleArn=ACTION_ROLE)


@pytest.fixture(scope="module")
def function(make_function: Callable[[str, str], str]) -> str:
    """A function that answers its job as its parameters say."""
    return make_function("conditions-answers", ANSWERS)


@pytest.mark.documented(f"{GUIDE}/rule-reference-VariableCheck.html")
def test_an_entry_condition_that_holds_lets_the_execution_in(cloud: Cloud, name: str) -> None:
    rules = (
        variable_check("#{variables.deploy}", "yes"),
        variable_check("#{Source.ObjectKey}", "mani.*", "MATCHES") | {"name": "Key"},
    )
    execution = make(cloud, name, beforeEntry=condition("FAIL", *rules))
    cloud.token(name, execution)
    state = state_of(cloud, name)["beforeEntryConditionState"]
    assert state["latestExecution"] == {"status": "Succeeded"}
    (condition_state,) = state["conditionStates"]
    assert [each["ruleName"] for each in condition_state["ruleStates"]] == ["VariableCheck", "Key"]
    details = cloud.codepipeline.list_rule_executions(pipelineName=name)["ruleExecutionDetails"]
    assert [each["ruleName"] for each in details] == ["Key", "VariableCheck"]
    assert details[0]["input"]["resolvedConfiguration"]["Variable"] == "manifest.zip"
    assert details[0]["status"] == "Succeeded"


@pytest.mark.documented(f"{GUIDE}/stage-conditions.html")
def test_an_entry_condition_that_fails_fails_the_execution(cloud: Cloud, name: str) -> None:
    check = variable_check("#{variables.deploy}", "no", roleArn=ACTION_ROLE)
    execution = make(cloud, name, beforeEntry=condition("FAIL", check))
    found = cloud.wait(name, execution, "Failed")
    assert found["statusSummary"] == "Approval/BEFORE_ENTRY: Rules that failed: VariableCheck"
    state = state_of(cloud, name)
    assert state["latestExecution"]["status"] == "Failed"
    (condition_state,) = state["beforeEntryConditionState"]["conditionStates"]
    assert condition_state["latestExecution"]["status"] == "Failed"
    error = condition_state["ruleStates"][0]["latestExecution"]["errorDetails"]
    assert error["message"] == "The check did not hold: the variable's value 'yes' EQ 'no'"
    assert cloud.action(name, "Approval", "Approve") == {}


@pytest.mark.documented(f"{GUIDE}/stage-conditions.html")
def test_a_stage_is_skipped(cloud: Cloud, name: str) -> None:
    check = variable_check("#{variables.deploy}", "no")
    execution = make(cloud, name, beforeEntry=condition("SKIP", check))
    cloud.wait(name, execution, "Succeeded")
    assert state_of(cloud, name)["latestExecution"]["status"] == "Skipped"
    for call in ("override", "retry"):
        with pytest.raises(ClientError) as refused:
            _ask(cloud, name, execution, call)
        assert (
            refused.value.response["Error"]["Code"]
            == {
                "override": "ConditionNotOverridableException",
                "retry": "StageNotRetryableException",
            }[call]
        )


def _ask(cloud: Cloud, name: str, execution: str, what: str) -> None:
    which = {"pipelineName": name, "stageName": "Approval", "pipelineExecutionId": execution}
    if what == "override":
        cloud.codepipeline.override_stage_condition(**which, conditionType="BEFORE_ENTRY")
    else:
        cloud.codepipeline.retry_stage_execution(**which, retryMode="FAILED_ACTIONS")


@pytest.mark.documented(f"{GUIDE}/rule-reference-LambdaInvoke.html")
def test_a_function_decides_whether_the_stage_has_succeeded(
    cloud: Cloud, name: str, function: str
) -> None:
    execution = make(cloud, name, onSuccess=condition("FAIL", function_rule(function, "no")))
    cloud.answer(name, cloud.token(name, execution), "Approved")
    cloud.wait(name, execution, "Failed")
    (rule_state,) = state_of(cloud, name)["onSuccessConditionState"]["conditionStates"][0][
        "ruleStates"
    ]
    assert rule_state["latestExecution"]["errorDetails"] == {
        "code": "JobFailed",
        "message": "it said no",
    }
    assert rule_state["latestExecution"]["lastUpdatedBy"] == ACTION_ROLE


@pytest.mark.documented(f"{GUIDE}/stage-conditions.html")
def test_a_condition_is_overridden_while_its_rule_runs(
    cloud: Cloud, name: str, function: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The execution itself is not one too many.
    monkeypatch.setattr(engine, "MAXIMUM_EXECUTIONS", 1)
    waits = condition("FAIL", function_rule(function, "wait"))
    execution = make(cloud, name, "QUEUED", beforeEntry=waits)

    def checks() -> bool:
        state = state_of(cloud, name).get("beforeEntryConditionState", {})
        return bool(state.get("latestExecution", {}).get("status") == "InProgress")

    assert current().changes.wait_until(checks, 20)
    _ask(cloud, name, execution, "override")
    cloud.token(name, execution)
    state = state_of(cloud, name)["beforeEntryConditionState"]
    assert state["latestExecution"]["status"] == "Overridden"
    (rule_state,) = state["conditionStates"][0]["ruleStates"]
    assert rule_state["latestExecution"]["status"] == "Abandoned"


@pytest.mark.documented(f"{GUIDE}/stage-conditions.html")
def test_a_failure_condition_rolls_the_stage_back(cloud: Cloud, name: str, function: str) -> None:
    first = make(cloud, name, onFailure=condition("ROLLBACK", function_rule(function, "no")))
    cloud.answer(name, cloud.token(name, first), "Approved")
    cloud.wait(name, first, "Succeeded")
    second = cloud.codepipeline.start_pipeline_execution(name=name)["pipelineExecutionId"]
    cloud.answer(name, cloud.token(name, second), "Rejected")
    cloud.wait(name, second, "Failed")
    listed = cloud.codepipeline.list_pipeline_executions(pipelineName=name)
    newest = listed["pipelineExecutionSummaries"][0]
    assert newest["rollbackMetadata"] == {"rollbackTargetPipelineExecutionId": first}
