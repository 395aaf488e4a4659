"""What the API answers about executions: botocore's shapes, made of the engine's records.

https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_GetPipelineState.html and its sisters.
Times are seconds since the epoch, as the JSON protocol has them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from localcloud.codepipeline.engine import Engine
from localcloud.codepipeline.execution import Slot
from localcloud.codepipeline.records import ActionRun, Artifact, ExecutionRecord, SourceRevision

SUMMARIES = {
    "Superseded": "While this pipeline execution was waiting for the next stage to be completed, a "
    "newer pipeline execution advanced and continued through the pipeline instead.",
    "Cancelled": "The pipeline\u2019s definition was updated before the pipeline execution could be "
    "completed.",
}


def epoch(moment: datetime) -> float:
    """As the protocol writes a time."""
    return moment.timestamp()


def pipeline_execution(engine: Engine, record: ExecutionRecord) -> dict[str, Any]:
    """GetPipelineExecution's answer."""
    status = engine.flow.executions[record.id].status
    return _without_nothing(
        {
            "pipelineName": engine.name,
            "pipelineVersion": record.version,
            "pipelineExecutionId": record.id,
            "status": status,
            "statusSummary": _status_summary(engine, record, status),
            "artifactRevisions": [
                _without_nothing(
                    {
                        "name": revision.artifact_name,
                        "revisionId": revision.revision_id,
                        "revisionChangeIdentifier": revision.change_identifier,
                        "revisionSummary": revision.summary,
                        "created": epoch(revision.created) if revision.created else None,
                        "revisionUrl": revision.url,
                    }
                )
                for revision in record.revisions
            ],
            "variables": [
                {"name": name, "resolvedValue": value} for name, value in record.variables.items()
            ],
            "trigger": _trigger(record),
            "executionMode": "SUPERSEDED",
            "executionType": "STANDARD",
        }
    )


def execution_summary(engine: Engine, record: ExecutionRecord) -> dict[str, Any]:
    """One of ListPipelineExecutions's answer."""
    status = engine.flow.executions[record.id].status
    return _without_nothing(
        {
            "pipelineExecutionId": record.id,
            "status": status,
            "statusSummary": _status_summary(engine, record, status),
            "startTime": epoch(record.started),
            "lastUpdateTime": epoch(record.updated),
            "sourceRevisions": [
                _without_nothing(
                    {
                        "actionName": revision.action_name,
                        "revisionId": revision.revision_id,
                        "revisionSummary": revision.summary,
                        "revisionUrl": revision.url,
                    }
                )
                for revision in record.revisions
            ],
            "trigger": _trigger(record),
            "stopTrigger": {"reason": record.stop_reason} if record.stop_reason else None,
            "executionMode": "SUPERSEDED",
            "executionType": "STANDARD",
        }
    )


def action_execution(run: ActionRun) -> dict[str, Any]:
    """One of ListActionExecutions's answer."""
    declaration = run.declaration
    return _without_nothing(
        {
            "pipelineExecutionId": run.execution_id,
            "actionExecutionId": run.id,
            "pipelineVersion": run.version,
            "stageName": run.stage,
            "actionName": run.action,
            "startTime": epoch(run.started),
            "lastUpdateTime": epoch(run.updated),
            "updatedBy": run.updated_by,
            "status": run.status,
            "input": _without_nothing(
                {
                    "actionTypeId": declaration["actionTypeId"],
                    "configuration": declaration.get("configuration") or {},
                    "resolvedConfiguration": dict(run.resolved_configuration),
                    "roleArn": declaration.get("roleArn"),
                    "region": declaration.get("region"),
                    "inputArtifacts": [_artifact(artifact) for artifact in run.inputs],
                    "namespace": declaration.get("namespace"),
                }
            ),
            "output": {
                "outputArtifacts": [_artifact(artifact) for artifact in run.outputs]
                if run.status == "Succeeded"
                else [],
                "executionResult": _without_nothing(
                    {
                        "externalExecutionId": _external_id(run),
                        "externalExecutionSummary": run.summary,
                        "externalExecutionUrl": run.external_url,
                        "errorDetails": _error(run),
                        "logStreamARN": run.log_stream_arn,
                    }
                ),
                "outputVariables": dict(run.variables),
            },
        }
    )


def stage_states(
    engine: Engine, transitions: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """GetPipelineState's stages; `transitions` says who disabled which, when and why."""
    latest: dict[tuple[str, str], ActionRun] = {(run.stage, run.action): run for run in engine.runs}
    return [
        _stage_state(engine, slot, latest, transitions.get(slot.stage.name, {}))
        for slot in engine.flow.slots
    ]


def _stage_state(
    engine: Engine,
    slot: Slot,
    latest: Mapping[tuple[str, str], ActionRun],
    transition: Mapping[str, Any],
) -> dict[str, Any]:
    name = slot.stage.name
    inbound = None
    if slot.inbound is not None:
        status = engine.flow.executions[slot.inbound].status
        inbound = {"pipelineExecutionId": slot.inbound, "status": status, "type": "STANDARD"}
    state: dict[str, Any] = {
        "stageName": name,
        "inboundExecution": inbound,
        "inboundExecutions": [inbound] if inbound else [],
        "inboundTransitionState": {"enabled": slot.enabled, **transition},
        "actionStates": [
            _action_state(action.name, latest.get((name, action.name)), engine)
            for action in slot.stage.actions
        ],
        "latestExecution": None,
    }
    if slot.latest is not None:
        execution = engine.flow.executions[slot.latest]
        state["latestExecution"] = {
            "pipelineExecutionId": slot.latest,
            "status": execution.stages.get(name, "InProgress"),
            "type": "STANDARD",
        }
        retries = engine.records[slot.latest].retried_stages.get(name)
        if retries:
            state["retryStageMetadata"] = {
                "manualStageRetryAttempt": retries,
                "latestRetryTrigger": "ManualStageRetry",
            }
    return _without_nothing(state)


def _action_state(name: str, run: ActionRun | None, engine: Engine) -> dict[str, Any]:
    if run is None:
        return {"actionName": name}
    waits = run.status == "InProgress" and run.approval is None
    return _without_nothing(
        {
            "actionName": name,
            "currentRevision": _current_revision(run.revision),
            "latestExecution": _without_nothing(
                {
                    "actionExecutionId": run.id,
                    "status": run.status,
                    "summary": run.summary,
                    "lastStatusChange": epoch(run.updated),
                    "token": run.approval_token if waits else None,
                    "lastUpdatedBy": run.approval.caller if run.approval else None,
                    "externalExecutionId": _external_id(run),
                    "externalExecutionUrl": run.external_url,
                    "percentComplete": run.percent_complete,
                    "errorDetails": _error(run),
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
    return _without_nothing(
        {
            "revisionId": revision.revision_id,
            "revisionChangeId": revision.change_identifier,
            "created": epoch(revision.created) if revision.created else None,
        }
    )


def _external_id(run: ActionRun) -> str | None:
    return run.external_id or run.approval_token


def _error(run: ActionRun) -> dict[str, str] | None:
    if run.error_code is None or run.error_message is None:
        return None
    return {"code": run.error_code, "message": run.error_message}


def _trigger(record: ExecutionRecord) -> dict[str, str]:
    return {"triggerType": record.trigger.type, "triggerDetail": record.trigger.detail}


def _artifact(artifact: Artifact) -> dict[str, Any]:
    return {"name": artifact.name, "s3location": artifact.s3_location}


def _status_summary(engine: Engine, record: ExecutionRecord, status: str) -> str | None:
    """Why it stands as it stands (text assumed for failures: AWS leaves it out)."""
    if status == "Failed":
        failed: Sequence[ActionRun] = [
            run for run in engine.runs if run.execution_id == record.id and run.status == "Failed"
        ]
        if failed:
            last = failed[-1]
            return f"{last.stage}/{last.action}: {last.error_message}"
    return SUMMARIES.get(status)


def _without_nothing(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
