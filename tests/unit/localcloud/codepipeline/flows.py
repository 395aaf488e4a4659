"""Helpers for tests of the state machine."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from localcloud.codepipeline.execution import Action, ActionKey, CheckKey, Stage, Step
from localcloud.codepipeline.flow import Flow
from localcloud.errors import AwsError

SOURCE = Stage("Source", (Action("Source"),))
BUILD = Stage("Build", (Action("Build"),))
DEPLOY = Stage("Deploy", (Action("Deploy"),))


def flow(*stages: Stage, **options: Any) -> Flow:
    """A flow whose own executions are called r1, r2, …"""
    numbers = count(1)
    return Flow(stages, new_id=lambda: f"r{next(numbers)}", **options)


def key(execution: str, stage: str, action: str | None = None) -> ActionKey:
    """An action, called as its stage is if not said otherwise."""
    return ActionKey(execution, stage, action or stage)


def check(execution: str, stage: str, kind: str) -> CheckKey:
    """A condition."""
    return CheckKey(execution, stage, kind)


def status(of: Flow, execution: str) -> str:
    """An execution's status."""
    return of.executions[execution].status


def through(of: Flow, execution: str, *stages: str) -> Step:
    """Let the one action of each stage succeed; the last step."""
    step = Step()
    for stage in stages:
        step = of.finish_action(key(execution, stage), True)
    return step


def told(step: Step) -> list[tuple[str, str | None, str | None, str]]:
    """A step's changes: execution, stage, action, status."""
    return [(each.execution_id, each.stage, each.action, each.status) for each in step.changes]


def refusal(call: Callable[[], object]) -> str:
    """The code with which a call is refused."""
    with pytest.raises(AwsError) as refused:
        call()
    return refused.value.aws_code
