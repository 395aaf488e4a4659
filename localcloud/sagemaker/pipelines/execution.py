"""The records of a pipeline execution and of the steps it has started, as the API shows them.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribePipelineExecution.html
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_PipelineExecutionStep.html
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from localcloud.errors import ValidationException
from localcloud.sagemaker.pipelines.callbacks import Callback
from localcloud.sagemaker.pipelines.definition import Definition, Step
from localcloud.sagemaker.pipelines.expressions import render

EXECUTING = "Executing"
STOPPING = "Stopping"
STOPPED = "Stopped"
FAILED = "Failed"
SUCCEEDED = "Succeeded"
# The two limits of the API's model, in characters.
_STEP_FAILURE_REASON = 1024
_ERROR_MESSAGE = 3072


@dataclass
class StepRun:
    """One step of one execution, from its start to its end."""

    step: Step
    number: int
    started: datetime
    status: str = "Starting"
    ended: datetime | None = None
    attempts: int = 1
    metadata: dict[str, Any] = field(default_factory=dict)
    # What `Steps.<name>.<path>` can refer to once the step has succeeded.
    properties: Mapping[str, Any] = field(default_factory=dict)
    arguments: Mapping[str, Any] = field(default_factory=dict)
    failure_reason: str | None = None
    cache_source: str | None = None
    # The execution whose result it is, when a selective execution did not run it.
    selective_source: str | None = None

    @property
    def name(self) -> str:
        """The step's name."""
        return self.step.name

    def describe(self) -> dict[str, Any]:
        """The step as ListPipelineExecutionSteps answers it."""
        members = self.step.members
        described: dict[str, Any] = {
            "StepName": self.name,
            "StepDisplayName": members.get("DisplayName"),
            "StepDescription": members.get("Description"),
            "StartTime": self.started,
            "EndTime": self.ended,
            "StepStatus": self.status,
            "FailureReason": (self.failure_reason or "")[:_STEP_FAILURE_REASON] or None,
            "Metadata": dict(self.metadata),
            "AttemptCount": self.attempts,
        }
        if self.cache_source:
            described["CacheHitResult"] = {"SourcePipelineExecutionArn": self.cache_source}
        if self.selective_source:
            described["SelectiveExecutionResult"] = {
                "SourcePipelineExecutionArn": self.selective_source
            }
        return {name: value for name, value in described.items() if value is not None}

    def fail_with(self, message: str) -> None:
        """Record a Fail step's message: as its metadata and, if there is one, as its reason."""
        self.metadata["Fail"] = {"ErrorMessage": message[:_ERROR_MESSAGE]}
        self.failure_reason = message or None


@dataclass
class PipelineExecution:
    """One execution of one version of a pipeline."""

    arn: str
    pipeline_name: str
    pipeline_arn: str
    version: int
    definition: Definition
    definition_text: str
    role_arn: str
    parameters: Mapping[str, Any]
    created: datetime
    created_by: Mapping[str, Any]
    account_id: str
    region: str
    number: int
    display_name: str
    description: str | None = None
    max_parallel_steps: int | None = None
    selective_config: Mapping[str, Any] | None = None
    # The steps that may run; None for all of them.
    selected: frozenset[str] | None = None
    status: str = EXECUTING
    failure_reason: str | None = None
    modified: datetime = field(init=False)
    modified_by: Mapping[str, Any] = field(init=False)
    ended: datetime | None = None
    steps: dict[str, StepRun] = field(default_factory=dict)
    stop_requested: threading.Event = field(default_factory=threading.Event)
    # By token, those of steps that were tried again included.
    callbacks: dict[str, Callback] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.modified = self.created
        self.modified_by = self.created_by

    @property
    def id(self) -> str:
        """The last part of the ARN: twelve characters."""
        return self.arn.rpartition("/")[2]

    @property
    def finished(self) -> bool:
        """Whether nothing of it will run any more."""
        return self.status in (SUCCEEDED, FAILED, STOPPED)

    def outcomes(self) -> dict[str, bool]:
        """The outcome of every Condition step that has succeeded."""
        return {
            run.name: run.metadata["Condition"]["Outcome"] == "True"
            for run in list(self.steps.values())
            if run.status == SUCCEEDED and "Condition" in run.metadata
        }

    def require_retryable(self) -> None:
        """ValidationException unless the execution can be retried."""
        if self.status not in (FAILED, STOPPED):
            raise ValidationException(
                f"Pipeline execution '{self.arn}' is in status {self.status} and cannot be retried: "
                f"only {FAILED} and {STOPPED} executions can be."
            )
        if any(run.step.type == "Fail" for run in self.steps.values()):
            raise ValidationException(
                "You cannot retry a pipeline execution ending with a FailStep"
            )

    def begin_again(self, caller: Mapping[str, Any], now: datetime) -> str:
        """Forget what has not succeeded, and be Executing; the status that it had."""
        previous, self.status = self.status, EXECUTING
        self.steps = {name: run for name, run in self.steps.items() if run.status == SUCCEEDED}
        self.failure_reason = self.ended = None
        self.stop_requested.clear()
        self.modified, self.modified_by = now, caller
        return previous

    def describe(self, experiment: Mapping[str, Any]) -> dict[str, Any]:
        """The execution as DescribePipelineExecution answers it."""
        described: dict[str, Any] = {
            "PipelineArn": self.pipeline_arn,
            "PipelineExecutionArn": self.arn,
            "PipelineExecutionDisplayName": self.display_name,
            "PipelineExecutionStatus": self.status,
            "PipelineExecutionDescription": self.description,
            "PipelineExperimentConfig": dict(experiment) or None,
            "SelectiveExecutionConfig": self.selective_config,
            "FailureReason": self.failure_reason,
            "CreationTime": self.created,
            "LastModifiedTime": self.modified,
            "CreatedBy": dict(self.created_by),
            "LastModifiedBy": dict(self.modified_by),
            "PipelineVersionId": self.version,
            "RoleArn": self.role_arn,
        }
        if self.max_parallel_steps is not None:
            described["ParallelismConfiguration"] = {
                "MaxParallelExecutionSteps": self.max_parallel_steps
            }
        return {name: value for name, value in described.items() if value is not None}

    def summary(self) -> dict[str, Any]:
        """The execution as ListPipelineExecutions answers it."""
        described: dict[str, Any] = {
            "PipelineExecutionArn": self.arn,
            "StartTime": self.created,
            "PipelineExecutionStatus": self.status,
            "PipelineExecutionDescription": self.description,
            "PipelineExecutionDisplayName": self.display_name,
            "PipelineExecutionFailureReason": self.failure_reason,
        }
        return {name: value for name, value in described.items() if value is not None}

    def parameter_values(self) -> list[dict[str, str]]:
        """Every parameter with the value that the execution has (assumed: defaults included, since
        the SDK builds the next execution's parameters from them)."""
        return [{"Name": name, "Value": render(value)} for name, value in self.parameters.items()]
