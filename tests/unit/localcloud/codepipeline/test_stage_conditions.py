"""Conditions of a stage: what follows when they hold, fail, are overridden or given up. Pure."""

from __future__ import annotations

import pytest

from localcloud.codepipeline.execution import Stage
from localcloud.codepipeline.flow import Flow
from tests.unit.localcloud.codepipeline.flows import (
    BUILD,
    DEPLOY,
    SOURCE,
    check,
    flow,
    key,
    refusal,
    status,
    through,
    told,
)

CONDITIONS = pytest.mark.documented(
    "https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-conditions.html"
)


def before(**conditions: str) -> Flow:
    """A flow whose execution has come to a stage with these conditions."""
    machine = flow(SOURCE, Stage("Build", BUILD.actions, conditions=conditions), DEPLOY)
    machine.start("1")
    through(machine, "1", "Source")
    return machine


@CONDITIONS
def test_a_stage_starts_once_its_entry_condition_holds() -> None:
    machine = before(BEFORE_ENTRY="FAIL")
    assert machine.executions["1"].actions == {("Source", "Source"): "Succeeded"}
    step = machine.finish_check(check("1", "Build", "BEFORE_ENTRY"), True)
    assert step.start == [key("1", "Build")]
    assert machine.finish_check(check("1", "Build", "BEFORE_ENTRY"), False).changes == []


@CONDITIONS
def test_an_entry_condition_that_fails_fails_the_stage_or_skips_it() -> None:
    machine = before(BEFORE_ENTRY="FAIL")
    step = machine.finish_check(check("1", "Build", "BEFORE_ENTRY"), False)
    assert told(step) == [("1", "Build", None, "Failed"), ("1", None, None, "Failed")]
    assert refusal(lambda: machine.retry("1", "Build", True)) == "StageNotRetryableException"
    machine = before(BEFORE_ENTRY="SKIP")
    step = machine.finish_check(check("1", "Build", "BEFORE_ENTRY"), False)
    assert told(step)[0] == ("1", "Build", None, "Skipped")
    assert step.start == [key("1", "Deploy")]
    through(machine, "1", "Deploy")
    assert status(machine, "1") == "Succeeded"
    assert refusal(lambda: machine.retry("1", "Build", True)) == "StageNotRetryableException"
    assert refusal(lambda: machine.roll_back("Build", "1")) == "UnableToRollbackStageException"


@CONDITIONS
def test_a_stage_has_succeeded_once_its_success_condition_holds() -> None:
    machine = before(ON_SUCCESS="FAIL")
    step = through(machine, "1", "Build")
    assert step.check == [check("1", "Build", "ON_SUCCESS")]
    assert machine.executions["1"].stages["Build"] == "InProgress"
    step = machine.finish_check(check("1", "Build", "ON_SUCCESS"), True)
    assert step.start == [key("1", "Deploy")]
    machine = before(ON_SUCCESS="FAIL")
    through(machine, "1", "Build")
    machine.finish_check(check("1", "Build", "ON_SUCCESS"), False)
    assert status(machine, "1") == "Failed"


@CONDITIONS
@pytest.mark.parametrize("kind", ["ON_SUCCESS", "ON_FAILURE"])
def test_a_condition_that_fails_rolls_the_stage_back(kind: str) -> None:
    machine = before(**{kind: "ROLLBACK"})
    through(machine, "1", "Build")
    if kind == "ON_SUCCESS":
        machine.finish_check(check("1", "Build", kind), True)
    machine.start("2")
    through(machine, "2", "Source")
    machine.finish_action(key("2", "Build"), kind == "ON_SUCCESS")
    step = machine.finish_check(check("2", "Build", kind), False)
    (rollback,) = step.rollbacks
    assert (rollback.target, rollback.failed, status(machine, "2")) == ("1", "2", "Failed")


@CONDITIONS
def test_a_failure_condition_that_holds_has_no_result() -> None:
    machine = before(ON_FAILURE="ROLLBACK")
    through(machine, "1", "Build")
    machine.start("2")
    through(machine, "2", "Source")
    machine.finish_action(key("2", "Build"), False)
    step = machine.finish_check(check("2", "Build", "ON_FAILURE"), True)
    assert (step.rollbacks, status(machine, "2")) == ([], "Failed")


@CONDITIONS
def test_a_condition_is_overridden_while_its_rules_run_and_after_it_failed_the_stage() -> None:
    machine = before(BEFORE_ENTRY="FAIL")
    step = machine.override("1", "Build", "BEFORE_ENTRY")
    assert step.end_check == [(check("1", "Build", "BEFORE_ENTRY"), "Overridden")]
    assert step.start == [key("1", "Build")]
    machine = before(BEFORE_ENTRY="FAIL")
    machine.finish_check(check("1", "Build", "BEFORE_ENTRY"), False)
    step = machine.override("1", "Build", "BEFORE_ENTRY")
    assert told(step)[:2] == [("1", None, None, "Resumed"), ("1", "Build", None, "Resumed")]
    assert step.start == [key("1", "Build")]


@CONDITIONS
def test_what_cannot_be_overridden_is_refused() -> None:
    machine = before(BEFORE_ENTRY="SKIP")
    code = "ConditionNotOverridableException"
    assert refusal(lambda: machine.override("1", "Build", "BEFORE_ENTRY")) == code
    assert refusal(lambda: machine.override("1", "Source", "BEFORE_ENTRY")) == code
    machine = before(ON_SUCCESS="FAIL")
    assert refusal(lambda: machine.override("1", "Build", "ON_SUCCESS")) == code
    machine = before(BEFORE_ENTRY="FAIL")
    machine.finish_check(check("1", "Build", "BEFORE_ENTRY"), False)
    machine.start("2")
    through(machine, "2", "Source")
    code = "NotLatestPipelineExecutionException"
    assert refusal(lambda: machine.override("1", "Build", "BEFORE_ENTRY")) == code


def test_a_stop_and_a_new_definition_end_the_rules() -> None:
    machine = before(BEFORE_ENTRY="FAIL")
    step = machine.stop("1", abandon=False)
    assert (step.end_check, status(machine, "1")) == ([], "Stopping")
    step = machine.stop("1", abandon=True)
    assert step.end_check == [(check("1", "Build", "BEFORE_ENTRY"), "Abandoned")]
    assert status(machine, "1") == "Stopped"
    assert machine.retry("1", "Build", False).check == [check("1", "Build", "BEFORE_ENTRY")]
    step = machine.redefine([SOURCE, BUILD])
    assert step.end_check == [(check("1", "Build", "BEFORE_ENTRY"), "Cancelled")]
    assert status(machine, "1") == "Cancelled"
