"""What the API answers about executions: botocore's shapes, made of the engine's records.

https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PipelineExecution.html and its sisters.
Times are seconds since the epoch, as the JSON protocol has them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from localcloud.codepipeline.engine import Engine
from localcloud.codepipeline.records import ActionRun, Artifact, ExecutionRecord

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
    status = engine.execution(record.id).status
    return without_nothing(
        {
            "pipelineName": engine.name,
            "pipelineVersion": record.version,
            "pipelineExecutionId": record.id,
            "status": status,
            "statusSummary": _status_summary(engine, record, status),
            "artifactRevisions": [
                without_nothing(
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
            **_kind(record),
        }
    )


def execution_summary(engine: Engine, record: ExecutionRecord) -> dict[str, Any]:
    """One of ListPipelineExecutions's answer."""
    status = engine.execution(record.id).status
    return without_nothing(
        {
            "pipelineExecutionId": record.id,
            "status": status,
            "statusSummary": _status_summary(engine, record, status),
            "startTime": epoch(record.started),
            "lastUpdateTime": epoch(record.updated),
            "sourceRevisions": [
                without_nothing(
                    {
                        "actionName": revision.action_name,
                        "revisionId": revision.revision_id,
                        "revisionSummary": revision.summary,
                        "revisionUrl": revision.url,
                    }
                )
                for revision in record.revisions
            ],
            "stopTrigger": {"reason": record.stop_reason} if record.stop_reason else None,
            **_kind(record),
        }
    )


def action_execution(run: ActionRun) -> dict[str, Any]:
    """One of ListActionExecutions's answer."""
    declaration = run.declaration
    return without_nothing(
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
            "input": without_nothing(
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
                "executionResult": _result(run),
                "outputVariables": dict(run.variables),
            },
        }
    )


def rule_execution(run: ActionRun) -> dict[str, Any]:
    """One of ListRuleExecutions's answer."""
    rule = run.declaration
    return without_nothing(
        {
            "pipelineExecutionId": run.execution_id,
            "ruleExecutionId": run.id,
            "pipelineVersion": run.version,
            "stageName": run.stage,
            "ruleName": run.action,
            "startTime": epoch(run.started),
            "lastUpdateTime": epoch(run.updated),
            "updatedBy": run.updated_by,
            "status": run.status,
            "input": without_nothing(
                {
                    "ruleTypeId": rule["ruleTypeId"],
                    "configuration": rule.get("configuration") or {},
                    "resolvedConfiguration": dict(run.resolved_configuration),
                    "roleArn": rule.get("roleArn"),
                    "region": rule.get("region"),
                    "inputArtifacts": [_artifact(artifact) for artifact in run.inputs],
                }
            ),
            "output": {"executionResult": _result(run)},
        }
    )


def external_id(run: ActionRun) -> str | None:
    """The id of what a run works with elsewhere; an approval's is its token.

    https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PutApprovalResult.html
    """
    return run.external_id or run.approval_token


def error_details(run: ActionRun) -> dict[str, str] | None:
    """The API's ErrorDetails, if a run failed."""
    if run.error_code is None or run.error_message is None:
        return None
    return {"code": run.error_code, "message": run.error_message}


def _result(run: ActionRun) -> dict[str, Any]:
    return without_nothing(
        {
            "externalExecutionId": external_id(run),
            "externalExecutionSummary": run.summary,
            "externalExecutionUrl": run.external_url,
            "errorDetails": error_details(run),
            "logStreamARN": run.log_stream_arn,
        }
    )


def _kind(record: ExecutionRecord) -> dict[str, Any]:
    """What an execution is, in both descriptions of it."""
    rollback = {"rollbackTargetPipelineExecutionId": record.rollback_target}
    return {
        "trigger": _trigger(record),
        "executionMode": record.mode,
        "executionType": record.type,
        "rollbackMetadata": rollback if record.rollback_target else None,
    }


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
        for condition in reversed(engine.conditions):
            if (condition.execution_id, condition.status) == (record.id, "Failed"):
                return f"{condition.stage}/{condition.kind}: {condition.summary}"
    return SUMMARIES.get(status)


def without_nothing(members: Mapping[str, Any]) -> dict[str, Any]:
    """The members that there are."""
    return {name: value for name, value in members.items() if value is not None}
