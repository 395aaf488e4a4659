"""An older execution's approval is out of the way, and no other."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.stub import Stubber

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.conftest import Stub

ASSET = asset("prepare_approval")
stale = ASSET.module("stale_approval")
PIPELINE = "abalone-model-deploy"


def _state(execution: str, status: str = "InProgress") -> dict[str, Any]:
    action = {"actionName": "Approve", "latestExecution": {"status": status, "token": "t0k3n"}}
    stage = {
        "stageName": "Approval",
        "actionStates": [action],
        "latestExecution": {"pipelineExecutionId": execution, "status": "InProgress"},
    }
    return {"stageStates": [{"stageName": "Source", "actionStates": []}, stage]}


def _reject(stub: Stub, state: dict[str, Any]) -> tuple[Stubber, Any]:
    pipelines = stub(ASSET, "codepipeline")
    pipelines.add_response("get_pipeline_state", state, {"name": PIPELINE})
    client = ASSET.module("slipway_shared.clients").client("codepipeline")
    return pipelines, lambda: stale.reject_stale_approval(
        client, PIPELINE, "Approval", "Approve", "newer", "superseded by version 8"
    )


ANSWER = {
    "pipelineName": PIPELINE,
    "stageName": "Approval",
    "actionName": "Approve",
    "token": "t0k3n",
    "result": {"status": "Rejected", "summary": "superseded by version 8"},
}


def test_the_older_executions_approval_is_rejected_by_its_token(stub: Stub) -> None:
    pipelines, reject = _reject(stub, _state("older"))
    pipelines.add_response("put_approval_result", {}, ANSWER)
    assert reject() == "older"


@pytest.mark.parametrize(
    "state",
    [_state("newer"), _state("older", "Succeeded"), {"stageStates": []}],
    ids=["its own", "answered already", "never entered"],
)
def test_nothing_else_is_rejected(stub: Stub, state: dict[str, Any]) -> None:
    _, reject = _reject(stub, state)
    assert reject() is None


@pytest.mark.parametrize(
    "code", ["ApprovalAlreadyCompletedException", "InvalidApprovalTokenException"]
)
def test_an_answer_that_came_first_stands(stub: Stub, code: str) -> None:
    pipelines, reject = _reject(stub, _state("older"))
    pipelines.add_client_error("put_approval_result", code, expected_params=ANSWER)
    assert reject() is None
