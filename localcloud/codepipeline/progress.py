"""What is known of a pipeline's executions, and how a step of theirs is carried out.

A step is recorded, told as events, and its actions and conditions are started and given up, all under
the lock. Executions in PARALLEL mode have a flow each, of the definition that they started with; the
others share one.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from localcloud.cloud import current
from localcloud.codepipeline import structure
from localcloud.codepipeline.action_run import new_condition, new_run, take_result
from localcloud.codepipeline.actions.action import ActionFailed, Result
from localcloud.codepipeline.execution import (
    ABANDONED,
    IN_PROGRESS,
    ActionKey,
    Change,
    CheckKey,
    Execution,
    Rollback,
    Step,
)
from localcloud.codepipeline.flow import Flow
from localcloud.codepipeline.records import (
    ActionRun,
    ConditionRun,
    ExecutionRecord,
    Trigger,
    new_id,
)
from localcloud.codepipeline.running import run_action, run_condition
from localcloud.codepipeline.state_events import state_change
from localcloud.events.bus import emit


class Progress:
    """The executions of one pipeline, and what happens to them by itself."""

    def __init__(
        self, declaration: Mapping[str, Any], arn: str, account_id: str, region: str
    ) -> None:
        self.lock = threading.RLock()
        self.arn = arn
        self.account_id = account_id
        self.region = region
        self.declaration = declaration
        self.flow = self._new_flow()
        self.records: dict[str, ExecutionRecord] = {}
        # In the order in which they started.
        self.runs: list[ActionRun] = []
        self.conditions: list[ConditionRun] = []
        self._parallel: dict[str, Flow] = {}
        self._running: dict[ActionKey, ActionRun] = {}
        self._tokens: dict[str, str] = {}

    @property
    def name(self) -> str:
        """The pipeline's name."""
        return str(self.declaration["name"])

    @property
    def mode(self) -> str:
        """The pipeline's execution mode."""
        return str(self.declaration.get("executionMode", "SUPERSEDED"))

    def execution(self, execution_id: str) -> Execution:
        """How far an execution is."""
        return self._flow_of(execution_id).executions[execution_id]

    def end_action(
        self,
        key: ActionKey,
        run: ActionRun,
        *,
        result: Result | None = None,
        failure: ActionFailed | None = None,
    ) -> None:
        """An action has ended by itself."""
        with self.lock:
            if self._running.get(key) is not run:
                return
            record = self.records[key.execution_id]
            if result is not None:
                take_result(record, run, result)
            if failure is not None:
                run.error_code, run.error_message = failure.code, str(failure)
            # The run stays findable for the event of its own end.
            self._apply(self._flow_of(key.execution_id).finish_action(key, failure is None))
            if self._running.get(key) is run:
                del self._running[key]

    def end_rule(
        self,
        condition: ConditionRun,
        rule: ActionRun,
        *,
        summary: str | None = None,
        failure: ActionFailed | None = None,
    ) -> None:
        """A rule has ended by itself; nothing happens if its condition has ended before."""
        with self.lock:
            if condition.status != IN_PROGRESS:
                return
            rule.status = "Succeeded" if failure is None else "Failed"
            rule.summary, rule.updated = summary, current().clock.now()
            if failure is not None:
                rule.error_code, rule.error_message = failure.code, str(failure)
        current().changes.announce()

    def end_condition(self, key: CheckKey, condition: ConditionRun) -> None:
        """Every rule of a condition has ended."""
        with self.lock:
            if condition.status != IN_PROGRESS:
                return
            failed = [rule.action for rule in condition.rules if rule.status == "Failed"]
            condition.status = "Failed" if failed else "Succeeded"
            condition.summary = f"Rules that failed: {', '.join(failed)}" if failed else None
            condition.updated = current().clock.now()
            self._apply(self._flow_of(key.execution_id).finish_check(key, not failed))

    def _apply(self, step: Step, caller: str = "") -> None:
        """Record and tell what changed, start and give up what is to be."""
        now = current().clock.now()
        started: list[tuple[ActionKey, ActionRun]] = []
        for rollback in step.rollbacks:
            self._record_rollback(rollback, caller)
        for change in step.changes:
            record = self.records[change.execution_id]
            record.updated = now
            run = self._changed_run(change, now)
            if run is not None and change.status == IN_PROGRESS:
                started.append((ActionKey(run.execution_id, run.stage, run.action), run))
            self._tell(change, record, run)
        for key in step.abandon:
            abandoned = self._running.pop(key, None)
            if abandoned is not None:
                abandoned.abandoned.set()
        for check, status in step.end_check:
            self._end_check(check, status, now)
        for key, run in started:
            if self._running.get(key) is run:
                current().background(
                    f"{self.name} {key.stage} {key.action}", run_action, self, key, run
                )
        for check in step.check:
            condition = new_condition(self.records[check.execution_id], check, now)
            self.conditions.append(condition)
            current().background(
                f"{self.name} {check.stage} {check.kind}", run_condition, self, check, condition
            )
        current().changes.announce()

    def _changed_run(self, change: Change, now: datetime) -> ActionRun | None:
        """The run that a change is of: a new one if an action starts."""
        if change.stage is None or change.action is None:
            return None
        key = ActionKey(change.execution_id, change.stage, change.action)
        if change.status == IN_PROGRESS:
            run = new_run(self.records[change.execution_id], key, self.name, now)
            self.runs.append(run)
            self._running[key] = run
            return run
        known = self._running.get(key)
        if known is not None:
            known.status, known.updated = change.status, now
        return known

    def _end_check(self, key: CheckKey, status: str, now: datetime) -> None:
        """A condition ends without its rules: overridden, or given up."""
        for condition in reversed(self.conditions):
            if (condition.execution_id, condition.stage, condition.kind) == (
                key.execution_id,
                key.stage,
                key.kind,
            ):
                condition.status, condition.updated = status, now
                for rule in condition.rules:
                    if rule.status == IN_PROGRESS:
                        rule.status, rule.updated = ABANDONED, now
                    rule.abandoned.set()
                return

    def _tell(self, change: Change, record: ExecutionRecord, run: ActionRun | None) -> None:
        told = state_change(self.name, change, record, run, self.region)
        if told is None:
            return
        detail_type, detail = told
        emit(
            "aws.codepipeline",
            detail_type,
            detail,
            resources=[self.arn],
            account_id=self.account_id,
            region=self.region,
        )

    def _record(self, execution_id: str, trigger: Trigger) -> ExecutionRecord:
        now = current().clock.now()
        made = ExecutionRecord(
            execution_id,
            int(self.declaration["version"]),
            trigger,
            now,
            now,
            self.declaration,
            mode=self.mode,
        )
        self.records[execution_id] = made
        return made

    def _record_rollback(self, rollback: Rollback, caller: str) -> None:
        """A rollback has the source revisions, variables and artifacts of its target.

        https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-rollback.html. The detail of an
        automated trigger, the execution that failed, is assumed.
        """
        target = self.records[rollback.target]
        trigger = Trigger("ManualRollback", caller)
        if rollback.failed is not None:
            trigger = Trigger("AutomatedRollback", rollback.failed)
        made = self._record(rollback.execution_id, trigger)
        made.rollback_target = target.id
        made.variables = target.variables
        made.namespaces = dict(target.namespaces)
        made.artifacts = dict(target.artifacts)
        made.revisions = list(target.revisions)

    def _flow_of(self, execution_id: str) -> Flow:
        return self._parallel.get(execution_id, self.flow)

    def _new_flow(self) -> Flow:
        stages = structure.flow_stages(self.declaration)
        return Flow(stages, queued=self.mode == "QUEUED", new_id=new_id)
