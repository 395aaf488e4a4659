"""Execution modes: queues before stages, and what a new definition does to what runs. Pure."""

from __future__ import annotations

import pytest

from localcloud.codepipeline.execution import Action, Stage
from tests.unit.localcloud.codepipeline.flows import (
    BUILD,
    DEPLOY,
    SOURCE,
    flow,
    key,
    status,
    through,
    told,
)

MODES = pytest.mark.documented(
    "https://docs.aws.amazon.com/codepipeline/latest/userguide/execution-modes.html"
)
APPROVAL = Stage("Approval", (Action("Approval", waits_for_a_person=True),))


@pytest.mark.documented(
    "https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html"
)
def test_queued_executions_go_one_by_one_in_their_order() -> None:
    queue = flow(SOURCE, BUILD, queued=True)
    for name in ("1", "2", "3"):
        queue.start(name)
    assert queue.slots[0].waiting == ["2", "3"]
    step = through(queue, "1", "Source")
    assert step.start == [key("1", "Build"), key("2", "Source")]
    step = through(queue, "2", "Source")
    assert step.start == [key("3", "Source")]
    assert queue.slots[1].waiting == ["2"]
    through(queue, "3", "Source")
    assert queue.slots[1].waiting == ["2", "3"]
    assert through(queue, "1", "Build").start == [key("2", "Build")]
    through(queue, "2", "Build")
    through(queue, "3", "Build")
    assert {status(queue, name) for name in "123"} == {"Succeeded"}


def test_a_failure_lets_the_next_of_the_queue_in_and_a_stopped_one_is_passed_over() -> None:
    queue = flow(SOURCE, BUILD, queued=True)
    for name in ("1", "2", "3"):
        queue.start(name)
    queue.stop("2", abandon=False)
    assert status(queue, "2") == "Stopped"
    step = queue.finish_action(key("1", "Source"), False)
    assert status(queue, "1") == "Failed"
    assert step.start == [key("3", "Source")]


@MODES
def test_a_new_definition_cancels_the_pending_and_lets_actions_in_progress_complete() -> None:
    machine = flow(SOURCE, BUILD)
    for name in ("1", "2"):
        machine.start(name)
        through(machine, name, "Source")
    machine.start("3")
    step = machine.redefine([SOURCE, BUILD, DEPLOY])
    assert told(step) == [("2", None, None, "Cancelled")]
    assert (step.abandon, status(machine, "1"), status(machine, "3")) == (
        [],
        "InProgress",
        "InProgress",
    )
    machine.start("4")
    assert machine.slots[0].waiting == ["4"]
    step = through(machine, "3", "Source")
    assert ("3", "Source", None, "Cancelled") in told(step)
    assert step.start == [key("4", "Source")]
    through(machine, "4", "Source")
    step = through(machine, "1", "Build")
    assert status(machine, "1") == "Cancelled"
    assert step.start == [key("4", "Build")]
    assert through(machine, "4", "Build").start == [key("4", "Deploy")]


@MODES
def test_an_action_of_a_stage_that_is_no_more_completes_too() -> None:
    machine = flow(SOURCE, BUILD)
    machine.start("1")
    through(machine, "1", "Source")
    assert machine.redefine([SOURCE, DEPLOY], queued=True).changes == []
    machine.start("2")
    assert through(machine, "2", "Source").start == [key("2", "Deploy")]
    assert told(machine.finish_action(key("1", "Build"), False))[1:] == [
        ("1", "Build", None, "Cancelled"),
        ("1", None, None, "Cancelled"),
    ]


def test_an_approval_is_given_up_by_a_new_definition() -> None:
    machine = flow(SOURCE, APPROVAL)
    machine.start("1")
    through(machine, "1", "Source")
    step = machine.redefine([SOURCE, APPROVAL])
    assert step.abandon == [key("1", "Approval")]
    assert status(machine, "1") == "Cancelled"
    machine.start("2")
    assert through(machine, "2", "Source").start == [key("2", "Approval")]


def test_a_stage_that_is_changed_is_the_new_one_once_the_old_execution_has_left() -> None:
    machine = flow(SOURCE, BUILD)
    machine.start("1")
    through(machine, "1", "Source")
    machine.redefine([SOURCE, Stage("Build", (Action("Other"),))])
    machine.start("2")
    through(machine, "2", "Source")
    assert machine.slots[1].waiting == ["2"]
    assert through(machine, "1", "Build").start == [key("2", "Build", "Other")]
