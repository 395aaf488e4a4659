"""Retries and rollbacks of a stage, by hand and by themselves. Pure."""

from __future__ import annotations

import pytest

from localcloud.codepipeline.execution import Action, Rollback, Stage
from localcloud.codepipeline.flow import Flow
from tests.unit.localcloud.codepipeline.flows import (
    BUILD,
    DEPLOY,
    SOURCE,
    flow,
    key,
    refusal,
    status,
    through,
    told,
)

GUIDE = "https://docs.aws.amazon.com/codepipeline/latest/userguide"
RETRY = pytest.mark.documented(f"{GUIDE}/stage-retry.html")
ROLLBACK = pytest.mark.documented(f"{GUIDE}/stage-rollback.html")
TESTS = Stage("Tests", (Action("A"), Action("B"), Action("C", 2)))
BACK = Stage("Deploy", (Action("Deploy"),), on_failure="ROLLBACK")


def in_tests(on_failure: str | None = None, retry_all_actions: bool = False) -> Flow:
    """A flow whose execution is in a stage of two actions and a third after them."""
    machine = flow(
        SOURCE,
        Stage("Tests", TESTS.actions, on_failure=on_failure, retry_all_actions=retry_all_actions),
    )
    machine.start("1")
    through(machine, "1", "Source")
    return machine


@RETRY
def test_a_failed_action_is_retried_while_another_of_the_stage_is_still_in_progress() -> None:
    machine = in_tests()
    machine.finish_action(key("1", "Tests", "A"), False)
    assert refusal(lambda: machine.retry("1", "Tests", True)) == "StageNotRetryableException"
    step = machine.retry("1", "Tests", all_actions=False)
    assert told(step) == [("1", "Tests", "A", "InProgress")]
    machine.finish_action(key("1", "Tests", "B"), True)
    assert machine.finish_action(key("1", "Tests", "A"), True).start == [key("1", "Tests", "C")]
    assert refusal(lambda: machine.retry("1", "Tests", False)) == "StageNotRetryableException"


@RETRY
def test_a_stage_without_a_failed_action_is_not_retried() -> None:
    machine = in_tests()
    for name in ("A", "B", "C"):
        machine.finish_action(key("1", "Tests", name), True)
    assert status(machine, "1") == "Succeeded"
    assert refusal(lambda: machine.retry("1", "Tests", True)) == "StageNotRetryableException"
    assert refusal(lambda: machine.retry("1", "Nothing", True)) == "StageNotFoundException"


def test_a_retry_resumes_the_execution_and_is_counted() -> None:
    machine = in_tests()
    machine.finish_action(key("1", "Tests", "A"), False)
    machine.finish_action(key("1", "Tests", "B"), True)
    assert told(machine.retry("1", "Tests", all_actions=False)) == [
        ("1", None, None, "Resumed"),
        ("1", "Tests", None, "Resumed"),
        ("1", "Tests", "A", "InProgress"),
    ]
    retries = machine.executions["1"].retries["Tests"]
    assert (retries.automatic, retries.manual, retries.latest) == (0, 1, "ManualStageRetry")


def test_a_stopped_stage_is_retried() -> None:
    machine = in_tests()
    machine.stop("1", abandon=True)
    assert status(machine, "1") == "Stopped"
    assert len(machine.retry("1", "Tests", all_actions=False).start) == 2


@RETRY
@pytest.mark.parametrize("all_actions", [True, False])
def test_a_stage_retries_itself_once(all_actions: bool) -> None:
    machine = in_tests("RETRY", all_actions)
    machine.finish_action(key("1", "Tests", "A"), True)
    step = machine.finish_action(key("1", "Tests", "B"), False)
    assert told(step)[:3] == [
        ("1", "Tests", "B", "Failed"),
        ("1", "Tests", None, "Failed"),
        ("1", "Tests", None, "Resumed"),
    ]
    assert [each.action for each in step.start] == (["A", "B"] if all_actions else ["B"])
    assert machine.executions["1"].retries["Tests"].latest == "AutomatedStageRetry"
    if all_actions:
        machine.finish_action(key("1", "Tests", "A"), True)
    step = machine.finish_action(key("1", "Tests", "B"), False)
    assert (step.start, status(machine, "1")) == ([], "Failed")


def deployed(*stages: Stage) -> Flow:
    """A flow whose execution 1 has succeeded everywhere, and 2 is before its last action."""
    machine = flow(SOURCE, *stages)
    for name in ("1", "2"):
        machine.start(name)
        through(machine, name, "Source")
    through(machine, "1", stages[0].name)
    return machine


@ROLLBACK
def test_a_failed_stage_rolls_itself_back_to_the_last_that_succeeded_in_it() -> None:
    machine = deployed(BACK)
    machine.start("3")
    through(machine, "3", "Source")
    step = machine.finish_action(key("2", "Deploy"), False)
    assert step.rollbacks == [Rollback("r1", "Deploy", "1", failed="2")]
    assert told(step)[1:] == [
        ("2", "Deploy", None, "Failed"),
        ("2", None, None, "Failed"),
        ("r1", None, None, "InProgress"),
        ("r1", "Deploy", None, "InProgress"),
        ("r1", "Deploy", "Deploy", "InProgress"),
    ]
    # Who waited before the stage comes after the rollback (assumed).
    assert machine.slots[1].waiting == ["3"]
    assert refusal(lambda: machine.retry("2", "Deploy", False)) == (
        "NotLatestPipelineExecutionException"
    )
    step = through(machine, "r1", "Deploy")
    assert status(machine, "r1") == "Succeeded"
    assert step.start == [key("3", "Deploy")]


@ROLLBACK
def test_a_stage_is_rolled_back_to_the_most_recent_of_those_that_succeeded_in_it() -> None:
    machine = deployed(BACK)
    through(machine, "2", "Deploy")
    machine.start("3")
    through(machine, "3", "Source")
    step = machine.finish_action(key("3", "Deploy"), False)
    assert [each.target for each in step.rollbacks] == ["2"]


@ROLLBACK
def test_nothing_is_rolled_back_without_an_execution_that_succeeded() -> None:
    machine = flow(SOURCE, BACK)
    machine.start("1")
    through(machine, "1", "Source")
    step = machine.finish_action(key("1", "Deploy"), False)
    assert (step.rollbacks, status(machine, "1")) == ([], "Failed")


def test_a_failed_rollback_is_not_rolled_back() -> None:
    machine = deployed(BACK)
    machine.finish_action(key("2", "Deploy"), False)
    step = machine.finish_action(key("r1", "Deploy"), False)
    assert (step.rollbacks, status(machine, "r1")) == ([], "Failed")


@ROLLBACK
def test_a_stage_is_rolled_back_by_hand_and_only_that_stage_runs() -> None:
    machine = deployed(BUILD, DEPLOY)
    through(machine, "2", "Build")
    through(machine, "1", "Deploy")
    through(machine, "2", "Deploy")
    step = machine.roll_back("Build", "1")
    assert step.rollbacks == [Rollback("r1", "Build", "1")]
    assert step.start == [key("r1", "Build")]
    assert told(through(machine, "r1", "Build"))[-1] == ("r1", None, None, "Succeeded")


@ROLLBACK
def test_what_cannot_be_rolled_back_is_refused() -> None:
    machine = deployed(BUILD, DEPLOY)
    cases = {
        # The stage is running, for 2.
        ("Build", "1"): "UnableToRollbackStageException",
        ("Source", "1"): "UnableToRollbackStageException",
        ("Build", "2"): "UnableToRollbackStageException",
        ("Nothing", "1"): "StageNotFoundException",
    }
    for (stage, target), code in cases.items():
        assert refusal(lambda stage=stage, target=target: machine.roll_back(stage, target)) == code
    through(machine, "2", "Build")
    machine.roll_back("Build", "1")
    through(machine, "r1", "Build")
    assert refusal(lambda: machine.roll_back("Build", "r1")) == "UnableToRollbackStageException"
    machine.redefine([SOURCE, BUILD, DEPLOY])
    assert refusal(lambda: machine.roll_back("Build", "1")) == "UnableToRollbackStageException"
