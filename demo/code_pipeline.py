"""Following one execution of a CodePipeline as a person would: stage by stage, until it ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from demo.clients import Clients
from demo.errors import StageFailed

POLL_SECONDS = 0.1
ENDED = ("Succeeded", "Failed", "Stopped", "Superseded", "Cancelled")


def wait_for_execution(
    clients: Clients, pipeline: str, wanted: Callable[[dict[str, Any]], bool], what: str
) -> str:
    """The id of the newest execution that `wanted` accepts; waits up to a minute for one."""
    for _ in _until(60.0):
        page = clients.codepipeline.list_pipeline_executions(pipelineName=pipeline, maxResults=20)
        for summary in page["pipelineExecutionSummaries"]:
            if wanted(summary):
                return str(summary["pipelineExecutionId"])
    raise StageFailed(pipeline, f"no execution was started by {what} within a minute")


def follow(
    clients: Clients,
    pipeline: str,
    execution_id: str,
    told: Callable[[str, str, float], None],
    *,
    on_approval: Callable[[dict[str, Any], dict[str, Any]], None] | None = None,
    meanwhile: Callable[[], None] = lambda: None,
    timeout_seconds: float = 1800.0,
) -> list[dict[str, Any]]:
    """Follow an execution to its end; returns its actions, oldest first.

    `told` is called for each action that ends, with its name, summary and seconds; `on_approval` for
    a manual approval that waits, with its stage's and action's state. Raises StageFailed with the
    failed action's own message.
    """
    ended: set[str] = set()
    approved: set[str] = set()
    for _ in _until(timeout_seconds):
        # The execution first: what it says has ended has ended when its actions are read.
        execution = clients.codepipeline.get_pipeline_execution(
            pipelineName=pipeline, pipelineExecutionId=execution_id
        )["pipelineExecution"]
        actions = _actions(clients, pipeline, execution_id)
        for action in actions:
            key = action["actionExecutionId"]
            if action["status"] != "InProgress" and key not in ended:
                ended.add(key)
                seconds = _seconds(action["startTime"], action["lastUpdateTime"])
                told(f"{action['stageName']}/{action['actionName']}", _summary(action), seconds)
        meanwhile()
        if execution["status"] == "Succeeded":
            return actions
        if execution["status"] in ENDED:
            raise StageFailed(pipeline, _reason(clients, pipeline, execution_id, execution))
        if on_approval is not None:
            for stage, action in _waiting_approvals(clients, pipeline, execution_id):
                token = action["latestExecution"]["token"]
                if token not in approved:
                    approved.add(token)
                    on_approval(stage, action)
    raise StageFailed(pipeline, f"execution {execution_id} did not end in {timeout_seconds:.0f} s")


def _until(seconds: float) -> Iterator[None]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        yield
        time.sleep(POLL_SECONDS)


def _actions(clients: Clients, pipeline: str, execution_id: str) -> list[dict[str, Any]]:
    pages = clients.codepipeline.get_paginator("list_action_executions").paginate(
        pipelineName=pipeline, filter={"pipelineExecutionId": execution_id}
    )
    actions = [action for page in pages for action in page["actionExecutionDetails"]]
    return sorted(actions, key=lambda action: action["startTime"])


def _waiting_approvals(
    clients: Clients, pipeline: str, execution_id: str
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    state = clients.codepipeline.get_pipeline_state(name=pipeline)
    for stage in state["stageStates"]:
        if stage.get("latestExecution", {}).get("pipelineExecutionId") != execution_id:
            continue
        for action in stage["actionStates"]:
            latest = action.get("latestExecution", {})
            if latest.get("status") == "InProgress" and latest.get("token"):
                yield stage, action


def _summary(action: dict[str, Any]) -> str:
    result = action.get("output", {}).get("executionResult", {})
    text = str(result.get("externalExecutionSummary") or "").splitlines()
    error = result.get("errorDetails", {}).get("message")
    return error or (text[0] if text else action["status"])


def _reason(clients: Clients, pipeline: str, execution_id: str, execution: dict[str, Any]) -> str:
    failed = [
        f"{action['stageName']}/{action['actionName']}: {_summary(action)}"
        for action in _actions(clients, pipeline, execution_id)
        if action["status"] in ("Failed", "Abandoned")
    ]
    return "\n".join(failed) or f"{execution['status']}: {execution.get('statusSummary', '')}"


def _seconds(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds()
