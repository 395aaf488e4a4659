"""The CodePipeline backend: moto's tags, our pipelines, executions and jobs.

https://docs.aws.amazon.com/codepipeline/latest/APIReference/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from moto.codepipeline.models import CodePipelineBackend as MotoBackend

from localcloud.cloud import current
from localcloud.codepipeline.conditions import RETRY_MODES
from localcloud.codepipeline.engine import Engine
from localcloud.codepipeline.execution import BEFORE_ENTRY, ON_SUCCESS
from localcloud.codepipeline.jobs import JobStore
from localcloud.codepipeline.pipeline import Pipeline
from localcloud.codepipeline.records import (
    ActionRun,
    ApprovalAnswer,
    ExecutionRecord,
    Override,
    Trigger,
)
from localcloud.errors import AwsError, ValidationException

MAXIMUM_REASON = 200
OVERRIDE_TYPES = ("COMMIT_ID", "S3_OBJECT_VERSION_ID", "S3_OBJECT_KEY")


class CodePipelineBackend(MotoBackend):
    """State of CodePipeline in one account and region."""

    pipelines: dict[str, Pipeline]

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.jobs = JobStore()

    def pipeline(self, name: str) -> Pipeline:
        """A pipeline by its name; raises PipelineNotFoundException."""
        found = self.pipelines.get(name)
        if found is None:
            raise AwsError(
                "PipelineNotFoundException",
                f"Account '{self.account_id}' does not have a pipeline with name '{name}'",
            )
        return found

    def create(
        self, declaration: Mapping[str, Any], tags: list[dict[str, str]], caller: str
    ) -> Pipeline:
        """CreatePipeline, which also starts an execution."""
        name = declaration["name"]
        if name in self.pipelines:
            raise AwsError(
                "PipelineNameInUseException",
                f"A pipeline with the name '{name}' already exists in account '{self.account_id}'",
            )
        made = Pipeline(self.account_id, self.region_name, declaration)
        made.validate_tags(tags)
        made.tags.update({tag["key"]: tag["value"] for tag in tags})
        self.pipelines[name] = made
        if all("defaultValue" in each for each in declaration.get("variables") or ()):
            made.engine.start(Trigger("CreatePipeline", caller))
        return made

    def update(self, declaration: Mapping[str, Any]) -> dict[str, Any]:
        """UpdatePipeline."""
        return self.pipeline(declaration["name"]).update(declaration, self.region_name)

    def delete_pipeline(self, name: str) -> None:
        """DeletePipeline; nothing happens if there is none."""
        pipeline = self.pipelines.pop(name, None)
        if pipeline is not None:
            pipeline.engine.delete()

    def start(self, request: Mapping[str, Any], trigger: Trigger) -> str:
        """StartPipelineExecution."""
        pipeline = self.pipeline(request["name"])
        return pipeline.engine.start(
            trigger,
            overrides=_overrides(pipeline, request.get("sourceRevisions") or ()),
            given={each["name"]: each["value"] for each in request.get("variables") or ()},
            client_token=request.get("clientRequestToken"),
        )

    def execution(self, pipeline_name: str, execution_id: str) -> ExecutionRecord:
        """An execution's record; raises PipelineExecutionNotFoundException."""
        record = self.pipeline(pipeline_name).engine.records.get(execution_id)
        if record is None:
            raise AwsError(
                "PipelineExecutionNotFoundException",
                f"Account '{self.account_id}' does not have an execution with id "
                f"'{execution_id}' for pipeline '{pipeline_name}'",
            )
        return record

    def stop(
        self, pipeline_name: str, execution_id: str, abandon: bool, reason: str | None
    ) -> None:
        """StopPipelineExecution."""
        engine = self._engine_with(pipeline_name, execution_id)
        if reason is not None and len(reason) > MAXIMUM_REASON:
            raise ValidationException(
                f"Value at 'reason' failed to satisfy constraint: Member must have length less than "
                f"or equal to {MAXIMUM_REASON}"
            )
        engine.stop(execution_id, abandon, reason)

    def retry(self, pipeline_name: str, stage: str, execution_id: str, mode: str) -> None:
        """RetryStageExecution."""
        _check_one_of("retryMode", mode, RETRY_MODES)
        self._engine_with(pipeline_name, execution_id, stage).retry(
            stage, execution_id, mode == "ALL_ACTIONS"
        )

    def override(self, pipeline_name: str, stage: str, execution_id: str, kind: str) -> None:
        """OverrideStageCondition."""
        _check_one_of("conditionType", kind, (BEFORE_ENTRY, ON_SUCCESS))
        self._engine_with(pipeline_name, execution_id, stage).override(stage, execution_id, kind)

    def roll_back(self, pipeline_name: str, stage: str, target: str, caller: str) -> str:
        """RollbackStage; the new execution."""
        self.execution(pipeline_name, target)
        return self._engine_with(pipeline_name, target, stage).roll_back(stage, target, caller)

    def _engine_with(
        self, pipeline_name: str, execution_id: str, stage: str | None = None
    ) -> Engine:
        """A pipeline's engine, which has the execution (and the stage).

        The operations that call it have no PipelineExecutionNotFoundException: that an unknown
        execution is a ValidationException is assumed.
        """
        engine = self.pipeline(pipeline_name).engine
        if stage is not None and stage not in {s["name"] for s in engine.declaration["stages"]}:
            raise AwsError("StageNotFoundException", f"Unable to find stage with name {stage}")
        if execution_id not in engine.records:
            raise ValidationException(
                f"The pipeline {pipeline_name} has no execution {execution_id}"
            )
        return engine

    def set_transition(
        self, pipeline_name: str, stage: str, direction: str, caller: str, reason: str | None
    ) -> None:
        """EnableStageTransition (`reason` is None) and DisableStageTransition."""
        pipeline = self.pipeline(pipeline_name)
        if direction != "Inbound":
            raise ValidationException(
                f"unsupported: transition type '{direction}'; supported: Inbound"
            )
        pipeline.engine.set_transition(stage, enabled=reason is None)
        changed = {
            "lastChangedBy": caller,
            "lastChangedAt": current().clock.now().timestamp(),
        }
        if reason is not None:
            changed["disabledReason"] = reason
        pipeline.transitions[stage] = changed

    def answer_approval(self, request: Mapping[str, Any], caller: str) -> float:
        """PutApprovalResult; answers when it was approved (or rejected), in epoch seconds."""
        engine = self.pipeline(request["pipelineName"]).engine
        stage, action = request["stageName"], request["actionName"]
        result = request["result"]
        _check_one_of("result.status", result["status"], ("Approved", "Rejected"))
        with engine.lock:
            run = _run_of_token(engine.runs, stage, action, request["token"])
            if run is None:
                _check_action(engine.declaration, stage, action)
                raise AwsError("InvalidApprovalTokenException", "Invalid approval token")
            if run.approval is not None:
                raise AwsError(
                    "ApprovalAlreadyCompletedException",
                    f"The approval action {action} has already been {run.approval.status.lower()}.",
                )
            if run.status != "InProgress":
                raise AwsError(
                    "InvalidApprovalTokenException",
                    f"The approval request has expired: the action is {run.status}",
                )
            run.approval = ApprovalAnswer(result["status"], result["summary"], caller)
        current().changes.announce()
        return current().clock.now().timestamp()


def _run_of_token(
    runs: Sequence[ActionRun], stage: str, action: str, token: str
) -> ActionRun | None:
    for run in reversed(runs):
        if (run.stage, run.action, run.approval_token) == (stage, action, token):
            return run
    return None


def _check_action(declaration: Mapping[str, Any], stage: str, action: str) -> None:
    """Raises for a stage that is none of a pipeline's, and for an action that is none of it."""
    stages = {each["name"]: each for each in declaration["stages"]}
    if stage not in stages:
        raise AwsError("StageNotFoundException", f"Unable to find stage with name {stage}")
    if action not in {each["name"] for each in stages[stage]["actions"]}:
        raise AwsError("ActionNotFoundException", f"Unable to find action with name {action}")


def _check_one_of(member: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        raise ValidationException(
            f"Value '{value}' at '{member}' failed to satisfy constraint: Member must satisfy enum "
            f"value set: [{', '.join(known)}]"
        )


def _overrides(pipeline: Pipeline, revisions: Sequence[Mapping[str, str]]) -> dict[str, Override]:
    sources = {action["name"] for action in pipeline.pipeline["stages"][0]["actions"]}
    overrides: dict[str, Override] = {}
    for revision in revisions:
        name, kind = revision["actionName"], revision["revisionType"]
        if name not in sources:
            raise ValidationException(
                f"sourceRevisions names the action {name}, which is no source action of the "
                f"pipeline; its source actions: {', '.join(sorted(sources))}"
            )
        if kind not in OVERRIDE_TYPES:
            raise ValidationException(
                f"unsupported: source revision type '{kind}'; supported: {', '.join(OVERRIDE_TYPES)}"
            )
        if not revision.get("revisionValue"):
            raise ValidationException(
                f"The revisionValue of the source revision of action {name} must not be empty"
            )
        overrides[name] = Override(kind, revision["revisionValue"])
    return overrides
