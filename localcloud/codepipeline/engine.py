"""What may be asked of the executions of one pipeline.

Every decision is `flow.Flow`'s, taken under the lock, and carried out by `progress.Progress`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from localcloud.cloud import current
from localcloud.codepipeline import structure, variables
from localcloud.codepipeline.execution import IN_PROGRESS, STOPPING, SUCCEEDED
from localcloud.codepipeline.progress import Progress
from localcloud.codepipeline.records import ExecutionRecord, Override, Trigger, new_id
from localcloud.errors import AwsError

MAXIMUM_EXECUTIONS = 50


class Engine(Progress):
    """The executions of one pipeline, and what is asked of them."""

    def start(
        self,
        trigger: Trigger,
        *,
        overrides: Mapping[str, Override] | None = None,
        given: Mapping[str, str] | None = None,
        client_token: str | None = None,
    ) -> str:
        """Start an execution; the same client token answers the same execution again."""
        with self.lock:
            if client_token is not None and client_token in self._tokens:
                return self._tokens[client_token]
            resolved = variables.of_execution(self.declaration, given or {})
            self._check_limit()
            record = self._record(new_id(), trigger)
            record.overrides = dict(overrides or {})
            record.variables = resolved
            if client_token is not None:
                self._tokens[client_token] = record.id
            flow = self.flow
            if self.mode == "PARALLEL":
                flow = self._parallel[record.id] = self._new_flow()
                for own, shared in zip(flow.slots, self.flow.slots, strict=True):
                    own.enabled = shared.enabled
            self._apply(flow.start(record.id))
            return record.id

    def stop(self, execution_id: str, abandon: bool, reason: str | None) -> None:
        """StopPipelineExecution."""
        with self.lock:
            step = self._flow_of(execution_id).stop(execution_id, abandon)
            record = self.records[execution_id]
            record.stop_reason = reason or record.stop_reason
            self._apply(step)

    def retry(self, stage: str, execution_id: str, all_actions: bool) -> None:
        """RetryStageExecution."""
        with self.lock:
            self._check_version(execution_id, "StageNotRetryableException", f"retry stage {stage}")
            self._check_limit(execution_id)
            flow = self._flow_of(execution_id)
            self._apply(flow.retry(execution_id, stage, all_actions))

    def override(self, stage: str, execution_id: str, kind: str) -> None:
        """OverrideStageCondition."""
        with self.lock:
            self._check_version(
                execution_id, "ConditionNotOverridableException", f"override stage {stage}"
            )
            self._check_limit(execution_id)
            self._apply(self._flow_of(execution_id).override(execution_id, stage, kind))

    def roll_back(self, stage: str, target: str, caller: str) -> str:
        """RollbackStage; the new execution."""
        with self.lock:
            if self.mode == "PARALLEL" or target in self._parallel:
                # https://docs.aws.amazon.com/codepipeline/latest/userguide/execution-modes.html
                raise AwsError(
                    "UnableToRollbackStageException",
                    f"Unable to roll back stage {stage}: not in PARALLEL mode.",
                )
            self._check_version(target, "PipelineExecutionOutdatedException", f"roll back {stage}")
            step = self.flow.roll_back(stage, target)
            self._apply(step, caller)
            return step.rollbacks[0].execution_id

    def succeeded_in(self, stage: str, records: Iterable[ExecutionRecord]) -> list[ExecutionRecord]:
        """The executions of the current version that have succeeded in a stage.

        https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_SucceededInStageFilter.html
        """
        return [
            record
            for record in records
            if record.version == self.declaration["version"]
            and self.execution(record.id).stages.get(stage) == SUCCEEDED
        ]

    def set_transition(self, stage: str, enabled: bool) -> None:
        """EnableStageTransition and DisableStageTransition, also of what runs in PARALLEL mode."""
        with self.lock:
            self._apply(self.flow.set_transition(stage, enabled))
            for execution_id, flow in self._parallel.items():
                if self.records[execution_id].version == self.declaration["version"]:
                    self._apply(flow.set_transition(stage, enabled))

    def update(self, declaration: Mapping[str, Any]) -> None:
        """Take a new definition; executions in PARALLEL mode go on with theirs (see `Flow.redefine`)."""
        with self.lock:
            self.declaration = declaration
            stages = structure.flow_stages(declaration)
            self._apply(self.flow.redefine(stages, queued=self.mode == "QUEUED"))

    def delete(self) -> None:
        """The pipeline is deleted: give up whatever runs."""
        with self.lock:
            for run in self._running.values():
                run.abandoned.set()
            for condition in self.conditions:
                for rule in condition.rules:
                    rule.abandoned.set()
            self._running.clear()
        current().changes.announce()

    def _check_limit(self, execution_id: str | None = None) -> None:
        """Refuse one more execution beside as many as may be active (assumed of SUPERSEDED: any).

        https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_StartPipelineExecution.html; the
        number is AWS's quota.
        """
        if self.mode == "SUPERSEDED":
            return
        active = [
            each
            for each in self.records
            if each != execution_id and self.execution(each).status in (IN_PROGRESS, STOPPING)
        ]
        if len(active) >= MAXIMUM_EXECUTIONS:
            raise AwsError(
                "ConcurrentPipelineExecutionsLimitExceededException",
                f"The pipeline {self.name} has reached the limit for concurrent pipeline "
                f"executions: {MAXIMUM_EXECUTIONS}.",
            )

    def _check_version(self, execution_id: str, code: str, what: str) -> None:
        if self.records[execution_id].version != self.declaration["version"]:
            raise AwsError(
                code,
                f"Unable to {what} for execution {execution_id}: the pipeline's structure has "
                "changed since.",
            )
