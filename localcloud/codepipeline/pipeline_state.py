"""GetPipelineState's stages: botocore's shapes, made of the engine's records.

https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_StageState.html. A pipeline in PARALLEL
mode has no state, https://docs.aws.amazon.com/codepipeline/latest/userguide/execution-modes.html: its
stages are told without executions (that form is assumed).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localcloud.codepipeline.descriptions import epoch, error_details, external_id, without_nothing
from localcloud.codepipeline.engine import Engine
from localcloud.codepipeline.execution import (
    BEFORE_ENTRY,
    ON_FAILURE,
    ON_SUCCESS,
    Retries,
    Slot,
    Stage,
)
from localcloud.codepipeline.records import ActionRun, ConditionRun, SourceRevision

CONDITION_STATES = {
    BEFORE_ENTRY: "beforeEntryConditionState",
    ON_SUCCESS: "onSuccessConditionState",
    ON_FAILURE: "onFailureConditionState",
}


def stage_states(
    engine: Engine, transitions: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The stages' states; `transitions` says who disabled which, when and why."""
    latest: dict[tuple[str, str], ActionRun] = {}
    conditions: dict[tuple[str, str], ConditionRun] = {}
    if engine.mode != "PARALLEL":
        seen = {each.id for each in engine.records.values() if each.mode != "PARALLEL"}
        latest = {(run.stage, run.action): run for run in engine.runs if run.execution_id in seen}
        conditions = {
            (run.stage, run.kind): run for run in engine.conditions if run.execution_id in seen
        }
    return [
        _stage_state(engine, slot, latest, conditions, transitions.get(_stage_of(slot).name, {}))
        for slot in engine.flow.slots
    ]


def _stage_of(slot: Slot) -> Stage:
    return slot.following or slot.stage


def _stage_state(
    engine: Engine,
    slot: Slot,
    latest: Mapping[tuple[str, str], ActionRun],
    conditions: Mapping[tuple[str, str], ConditionRun],
    transition: Mapping[str, Any],
) -> dict[str, Any]:
    stage = _stage_of(slot)
    parallel = engine.mode == "PARALLEL"
    inbound = [] if parallel else [_execution(engine, each) for each in slot.waiting]
    state: dict[str, Any] = {
        "stageName": stage.name,
        "inboundExecution": inbound[0] if inbound else None,
        "inboundExecutions": inbound,
        "inboundTransitionState": {"enabled": slot.enabled, **transition},
        "actionStates": [
            _action_state(action.name, latest.get((stage.name, action.name)))
            for action in stage.actions
        ],
    }
    if slot.latest is not None and not parallel:
        state["latestExecution"] = _execution(engine, slot.latest, stage.name)
        retries = engine.execution(slot.latest).retries.get(stage.name)
        state["retryStageMetadata"] = _retries(retries) if retries else None
    for kind, member in CONDITION_STATES.items():
        condition = conditions.get((stage.name, kind))
        if condition is not None:
            state[member] = _condition_state(condition)
    return without_nothing(state)


def _execution(engine: Engine, execution_id: str, stage: str | None = None) -> dict[str, Any]:
    """An execution before a stage, or in one."""
    execution = engine.execution(execution_id)
    status = execution.stages.get(stage, "InProgress") if stage else execution.status
    kind = engine.records[execution_id].type
    return {"pipelineExecutionId": execution_id, "status": status, "type": kind}


def _retries(retries: Retries) -> dict[str, Any] | None:
    told = {
        "autoStageRetryAttempt": retries.automatic or None,
        "manualStageRetryAttempt": retries.manual or None,
        "latestRetryTrigger": retries.latest or None,
    }
    return without_nothing(told) or None


def _condition_state(condition: ConditionRun) -> dict[str, Any]:
    latest = {"status": condition.status, "summary": condition.summary}
    return {
        "latestExecution": without_nothing(latest),
        "conditionStates": [
            {
                "latestExecution": without_nothing(
                    {**latest, "lastStatusChange": epoch(condition.updated)}
                ),
                "ruleStates": [_rule_state(rule) for rule in condition.rules],
            }
        ],
    }


def _rule_state(run: ActionRun) -> dict[str, Any]:
    execution = {
        "ruleExecutionId": run.id,
        "status": run.status,
        "summary": run.summary,
        "lastStatusChange": epoch(run.updated),
        "lastUpdatedBy": run.updated_by,
        "externalExecutionId": run.external_id,
        "externalExecutionUrl": run.external_url,
        "errorDetails": error_details(run),
    }
    return {"ruleName": run.action, "latestExecution": without_nothing(execution)}


def _action_state(name: str, run: ActionRun | None) -> dict[str, Any]:
    if run is None:
        return {"actionName": name}
    waits = run.status == "InProgress" and run.approval is None
    return without_nothing(
        {
            "actionName": name,
            "currentRevision": _current_revision(run.revision),
            "latestExecution": without_nothing(
                {
                    "actionExecutionId": run.id,
                    "status": run.status,
                    "summary": run.summary,
                    "lastStatusChange": epoch(run.updated),
                    "token": run.approval_token if waits else None,
                    "lastUpdatedBy": run.approval.caller if run.approval else None,
                    "externalExecutionId": external_id(run),
                    "externalExecutionUrl": run.external_url,
                    "percentComplete": run.percent_complete,
                    "errorDetails": error_details(run),
                    "logStreamARN": run.log_stream_arn,
                }
            ),
            "entityUrl": run.entity_url,
            "revisionUrl": run.revision.url if run.revision else None,
        }
    )


def _current_revision(revision: SourceRevision | None) -> dict[str, Any] | None:
    if revision is None:
        return None
    return without_nothing(
        {
            "revisionId": revision.revision_id,
            "revisionChangeId": revision.change_identifier,
            "created": epoch(revision.created) if revision.created else None,
        }
    )
