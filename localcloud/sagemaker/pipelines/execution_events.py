"""The two events of pipeline executions.

https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html ("SageMaker
Model Building Pipeline Execution Status Change", "… Step Status Change"): the detail is camelCase,
times are ISO 8601, `resources` holds the pipeline's and the execution's ARN. Assumed: the first event
of an execution and of a step has no previous status.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from localcloud.events.bus import emit
from localcloud.sagemaker.pipelines.execution import PipelineExecution, StepRun

EXECUTION_DETAIL_TYPE = "SageMaker Model Building Pipeline Execution Status Change"
STEP_DETAIL_TYPE = "SageMaker Model Building Pipeline Execution Step Status Change"


def execution_changed(execution: PipelineExecution, previous: str | None) -> None:
    """Emit an execution's present status."""
    _emit(EXECUTION_DETAIL_TYPE, execution_detail(execution, previous), execution)


def step_changed(execution: PipelineExecution, run: StepRun, previous: str | None) -> None:
    """Emit a step's present status."""
    _emit(STEP_DETAIL_TYPE, step_detail(execution, run, previous), execution)


def execution_detail(execution: PipelineExecution, previous: str | None) -> dict[str, Any]:
    """The detail of an execution's event."""
    return _present(
        {
            "pipelineExecutionDescription": execution.description,
            "pipelineExecutionDisplayName": execution.display_name,
            "currentPipelineExecutionStatus": execution.status,
            "previousPipelineExecutionStatus": previous,
            "executionStartTime": _iso(execution.created),
            "executionEndTime": _iso(execution.ended),
            "pipelineArn": execution.pipeline_arn,
            "pipelineExecutionArn": execution.arn,
        }
    )


def step_detail(execution: PipelineExecution, run: StepRun, previous: str | None) -> dict[str, Any]:
    """The detail of a step's event."""
    described = run.describe()
    return _present(
        {
            "metadata": _camel_case(run.metadata) or None,
            "stepStartTime": _iso(run.started),
            "stepEndTime": _iso(run.ended),
            "stepName": run.name,
            "stepType": run.step.type,
            "previousStepStatus": previous,
            "currentStepStatus": run.status,
            "failureReason": described.get("FailureReason"),
            "cacheHitResult": _camel_case(described.get("CacheHitResult") or {}) or None,
            "pipelineArn": execution.pipeline_arn,
            "pipelineExecutionArn": execution.arn,
        }
    )


def _emit(detail_type: str, detail: Mapping[str, Any], execution: PipelineExecution) -> None:
    emit(
        "aws.sagemaker",
        detail_type,
        detail,
        resources=[execution.pipeline_arn, execution.arn],
        account_id=execution.account_id,
        region=execution.region,
    )


def _present(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _camel_case(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name[:1].lower() + name[1:]: _camel_case(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_camel_case(item) for item in value]
    return value
