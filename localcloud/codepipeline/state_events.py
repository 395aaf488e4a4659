"""What CodePipeline tells EventBridge when a pipeline, stage or action changes its state. Pure.

https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from localcloud.codepipeline.execution import Change
from localcloud.codepipeline.records import ActionRun, Artifact, ExecutionRecord

STATES = {
    "InProgress": "STARTED",
    "Succeeded": "SUCCEEDED",
    "Failed": "FAILED",
    "Stopping": "STOPPING",
    "Stopped": "STOPPED",
    "Resumed": "RESUMED",
    "Cancelled": "CANCELED",
    "Superseded": "SUPERSEDED",
    "Abandoned": "ABANDONED",
}


def state_change(
    pipeline: str, change: Change, record: ExecutionRecord, run: ActionRun | None, region: str
) -> tuple[str, dict[str, Any]] | None:
    """The event's detail-type and detail; None where AWS's page names no state (a stage is skipped)."""
    if change.status not in STATES:
        return None
    detail: dict[str, Any] = {
        "pipeline": pipeline,
        "execution-id": change.execution_id,
        "state": STATES[change.status],
        "version": record.version,
    }
    if change.stage is None:
        if change.status == "InProgress":
            detail["execution-trigger"] = {
                "trigger-type": record.trigger.type,
                "trigger-detail": record.trigger.detail,
            }
        if change.status in ("Stopping", "Stopped") and record.stop_reason:
            detail["stop-execution-comments"] = record.stop_reason
        return "CodePipeline Pipeline Execution State Change", detail
    detail["stage"] = change.stage
    if change.action is None or run is None:
        return "CodePipeline Stage Execution State Change", detail
    kind = run.declaration["actionTypeId"]
    detail |= {
        "action": change.action,
        "region": region,
        "type": {name: kind[name] for name in ("owner", "provider", "category", "version")},
    }
    if change.status == "InProgress" and run.inputs:
        detail["input-artifacts"] = _artifacts(run.inputs)
    if change.status in ("Succeeded", "Failed"):
        result = {
            "external-execution-url": run.external_url,
            "external-execution-summary": run.summary,
            "external-execution-id": run.external_id,
            "error-code": run.error_code,
        }
        told = {name: value for name, value in result.items() if value}
        if told:
            detail["execution-result"] = told
    if change.status == "Succeeded" and run.outputs:
        detail["output-artifacts"] = _artifacts(run.outputs)
    return "CodePipeline Action Execution State Change", detail


def _artifacts(artifacts: Sequence[Artifact]) -> list[dict[str, Any]]:
    return [{"name": artifact.name, "s3location": artifact.s3_location} for artifact in artifacts]
