"""How executions move through stages: superseding, locks, failures, stops, retries."""

from __future__ import annotations

import pytest

from localcloud.codepipeline.execution import Action, ActionKey, Stage, Step
from localcloud.codepipeline.flow import Flow
from localcloud.codepipeline.records import new_id
from localcloud.errors import AwsError

HOW_IT_WORKS = pytest.mark.documented(
    "https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html"
)
STAGES = (
    Stage("Source", (Action("Source"),)),
    Stage("Build", (Action("Build"),)),
    Stage("Prod", (Action("Approve", 1), Action("Deploy", 2))),
)


def key(execution: str, stage: str, action: str | None = None) -> ActionKey:
    return ActionKey(execution, stage, action or stage)


def status(flow: Flow, execution: str) -> str:
    return flow.executions[execution].status


def through(flow: Flow, execution: str, *stages: str) -> Step:
    step = Step()
    for stage in stages:
        step = flow.finish_action(key(execution, stage), True)
    return step


@HOW_IT_WORKS
def test_an_execution_goes_through_every_stage_and_succeeds() -> None:
    flow = Flow(STAGES, new_id=new_id)
    assert flow.start("1").start == [key("1", "Source")]
    assert through(flow, "1", "Source").start == [key("1", "Build")]
    assert through(flow, "1", "Build").start == [key("1", "Prod", "Approve")]
    step = flow.finish_action(key("1", "Prod", "Approve"), True)
    assert step.start == [key("1", "Prod", "Deploy")]
    step = flow.finish_action(key("1", "Prod", "Deploy"), True)
    told = [(change.stage, change.action, change.status) for change in step.changes]
    assert told == [
        ("Prod", "Deploy", "Succeeded"),
        ("Prod", None, "Succeeded"),
        (None, None, "Succeeded"),
    ]


@HOW_IT_WORKS
def test_a_newer_execution_supersedes_the_one_that_waits_before_a_locked_stage() -> None:
    flow = Flow(STAGES, new_id=new_id)
    flow.start("1")
    through(flow, "1", "Source", "Build")
    for newer in ("2", "3"):
        flow.start(newer)
        through(flow, newer, "Source", "Build")
    assert status(flow, "1") == "InProgress"
    assert status(flow, "2") == "Superseded"
    assert flow.slots[2].inbound == "3"
    flow.finish_action(key("1", "Prod", "Approve"), True)
    step = flow.finish_action(key("1", "Prod", "Deploy"), True)
    assert step.start == [key("3", "Prod", "Approve")]


@HOW_IT_WORKS
def test_an_execution_inside_a_stage_at_an_approval_is_not_superseded() -> None:
    flow = Flow(STAGES, new_id=new_id)
    for execution in ("1", "2"):
        flow.start(execution)
        through(flow, execution, "Source", "Build")
    assert flow.slots[2].current == "1"
    assert status(flow, "1") == status(flow, "2") == "InProgress"


@HOW_IT_WORKS
def test_starts_while_the_source_stage_is_busy_wait_before_it() -> None:
    flow = Flow(STAGES, new_id=new_id)
    assert [len(flow.start(name).start) for name in ("1", "2", "3")] == [1, 0, 0]
    assert status(flow, "2") == "Superseded"
    assert key("3", "Source") in through(flow, "1", "Source").start


@HOW_IT_WORKS
def test_a_failure_fails_the_execution_and_unlocks_the_stage() -> None:
    flow = Flow(STAGES, new_id=new_id)
    flow.start("1")
    through(flow, "1", "Source")
    flow.start("2")
    through(flow, "2", "Source")
    step = flow.finish_action(key("1", "Build"), False)
    assert status(flow, "1") == "Failed"
    assert step.start == [key("2", "Build")]


def test_actions_beside_a_failed_one_are_let_finish() -> None:
    flow = Flow(
        [STAGES[0], Stage("Test", (Action("A"), Action("B"), Action("C", 2)))], new_id=new_id
    )
    flow.start("1")
    step = through(flow, "1", "Source")
    assert step.start == [key("1", "Test", "A"), key("1", "Test", "B")]
    flow.finish_action(key("1", "Test", "A"), False)
    assert status(flow, "1") == "InProgress"
    step = flow.finish_action(key("1", "Test", "B"), True)
    assert status(flow, "1") == "Failed"
    assert step.start == []


@HOW_IT_WORKS
def test_stop_and_wait_lets_the_action_finish_and_starts_nothing_more() -> None:
    flow = Flow(STAGES, new_id=new_id)
    flow.start("1")
    step = flow.stop("1", abandon=False)
    assert (step.start, step.abandon, status(flow, "1")) == ([], [], "Stopping")
    with pytest.raises(AwsError) as refused:
        flow.stop("1", abandon=False)
    assert refused.value.aws_code == "DuplicatedStopRequestException"
    assert through(flow, "1", "Source").start == []
    assert status(flow, "1") == "Stopped"
    with pytest.raises(AwsError) as refused:
        flow.stop("1", abandon=True)
    assert refused.value.aws_code == "PipelineExecutionNotStoppableException"


@HOW_IT_WORKS
def test_stop_and_abandon_gives_up_the_action_and_unlocks_the_stage() -> None:
    flow = Flow(STAGES, new_id=new_id)
    flow.start("1")
    flow.start("2")
    flow.stop("1", abandon=False)
    step = flow.stop("1", abandon=True)
    assert step.abandon == [key("1", "Source")]
    assert step.start == [key("2", "Source")]
    assert status(flow, "1") == "Stopped"
    late = flow.finish_action(key("1", "Source"), True)
    assert (late.changes, late.start) == ([], [])


@HOW_IT_WORKS
def test_a_stopped_inbound_execution_never_enters() -> None:
    flow = Flow(STAGES, new_id=new_id)
    flow.set_transition("Build", False)
    flow.start("1")
    through(flow, "1", "Source")
    flow.stop("1", abandon=False)
    assert (status(flow, "1"), flow.slots[1].inbound) == ("Stopped", "1")
    assert flow.set_transition("Build", True).start == []


@HOW_IT_WORKS
def test_a_disabled_transition_holds_the_latest_execution() -> None:
    flow = Flow(STAGES, new_id=new_id)
    flow.set_transition("Build", False)
    for execution in ("1", "2"):
        flow.start(execution)
        through(flow, execution, "Source")
    assert status(flow, "1") == "Superseded"
    assert flow.set_transition("Build", True).start == [key("2", "Build")]


def test_a_failed_stage_is_retried_in_the_same_execution() -> None:
    flow = Flow([STAGES[0], Stage("Test", (Action("A"), Action("B")))], new_id=new_id)
    flow.start("1")
    through(flow, "1", "Source")
    flow.finish_action(key("1", "Test", "A"), True)
    flow.finish_action(key("1", "Test", "B"), False)
    assert flow.retry("1", "Test", all_actions=False).start == [key("1", "Test", "B")]
    flow.finish_action(key("1", "Test", "B"), False)
    assert len(flow.retry("1", "Test", all_actions=True).start) == 2
    flow.finish_action(key("1", "Test", "A"), True)
    flow.finish_action(key("1", "Test", "B"), True)
    assert status(flow, "1") == "Succeeded"
    with pytest.raises(AwsError) as refused:
        flow.retry("1", "Test", all_actions=True)
    assert refused.value.aws_code == "StageNotRetryableException"


@HOW_IT_WORKS
def test_a_failed_execution_cannot_be_retried_once_another_entered_its_stage() -> None:
    flow = Flow(STAGES, new_id=new_id)
    for execution in ("1", "2"):
        flow.start(execution)
        flow.finish_action(key(execution, "Source"), False)
    with pytest.raises(AwsError) as refused:
        flow.retry("1", "Source", all_actions=False)
    assert refused.value.aws_code == "NotLatestPipelineExecutionException"
