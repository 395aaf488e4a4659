"""Drives one pipeline: turns what the state machine decides into actions, records and events.

Every decision is `execution.Flow`'s, taken under the engine's lock; an action runs in a thread of its
own and reports back once.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.cloud import current
from localcloud.codepipeline import roles, structure, variables
from localcloud.codepipeline.action_run import new_run, prepare, take_result
from localcloud.codepipeline.actions.action import (
    ActionAbandoned,
    ActionContext,
    ActionFailed,
    Result,
    service_failure,
)
from localcloud.codepipeline.execution import ActionKey, Flow, Step
from localcloud.codepipeline.records import (
    ActionRun,
    ExecutionRecord,
    Override,
    Trigger,
    new_id,
)
from localcloud.codepipeline.state_events import state_change
from localcloud.errors import AwsError
from localcloud.events.bus import emit

logger = logging.getLogger(__name__)


class Engine:
    """The executions of one pipeline."""

    def __init__(
        self, declaration: Mapping[str, Any], arn: str, account_id: str, region: str
    ) -> None:
        self.lock = threading.RLock()
        self.arn = arn
        self.account_id = account_id
        self.region = region
        self.declaration = declaration
        self.flow = Flow(structure.flow_stages(declaration))
        self.records: dict[str, ExecutionRecord] = {}
        # In the order in which they started.
        self.runs: list[ActionRun] = []
        self._running: dict[ActionKey, ActionRun] = {}
        self._tokens: dict[str, str] = {}

    @property
    def name(self) -> str:
        """The pipeline's name."""
        return str(self.declaration["name"])

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
            now = current().clock.now()
            record = ExecutionRecord(
                new_id(),
                int(self.declaration["version"]),
                trigger,
                now,
                now,
                self.declaration,
                overrides=dict(overrides or {}),
                variables=variables.of_execution(self.declaration, given or {}),
            )
            self.records[record.id] = record
            if client_token is not None:
                self._tokens[client_token] = record.id
            self._apply(self.flow.start(record.id))
            return record.id

    def stop(self, execution_id: str, abandon: bool, reason: str | None) -> None:
        """StopPipelineExecution."""
        with self.lock:
            step = self.flow.stop(execution_id, abandon)
            self.records[execution_id].stop_reason = reason
            self._apply(step)

    def retry(self, stage: str, execution_id: str, all_actions: bool) -> None:
        """RetryStageExecution."""
        with self.lock:
            record = self.records[execution_id]
            if record.version != self.declaration["version"]:
                raise AwsError(
                    "StageNotRetryableException",
                    f"The stage {stage} cannot be retried for execution {execution_id}: the "
                    "pipeline's structure has changed since.",
                )
            record.attempt += 1
            record.retried_stages[stage] = record.retried_stages.get(stage, 0) + 1
            try:
                self._apply(self.flow.retry(execution_id, stage, all_actions))
            except AwsError:
                record.attempt -= 1
                record.retried_stages[stage] -= 1
                raise

    def set_transition(self, stage: str, enabled: bool) -> None:
        """EnableStageTransition and DisableStageTransition."""
        with self.lock:
            self._apply(self.flow.set_transition(stage, enabled))

    def update(self, declaration: Mapping[str, Any]) -> None:
        """Take a new definition: executions that have not ended are cancelled.

        https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PipelineExecution.html, status
        Cancelled. That the actions in progress are then Abandoned is assumed.
        """
        with self.lock:
            self._apply(self.flow.cancel_all())
            self.declaration = declaration
            self.flow.redefine(structure.flow_stages(declaration))

    def delete(self) -> None:
        """The pipeline is deleted: give up whatever runs."""
        with self.lock:
            for run in self._running.values():
                run.abandoned.set()
            self._running.clear()
        current().changes.announce()

    def _apply(self, step: Step) -> None:
        """Record and tell what changed, start and give up what is to be."""
        now = current().clock.now()
        for key in step.start:
            run = new_run(self.records[key.execution_id], key, self.name, now)
            self.runs.append(run)
            self._running[key] = run
        for change in step.changes:
            record = self.records[change.execution_id]
            record.updated = now
            changed: ActionRun | None = None
            if change.stage is not None and change.action is not None:
                key = ActionKey(change.execution_id, change.stage, change.action)
                changed = self._running.get(key)
                if changed is not None:
                    changed.status, changed.updated = change.status, now
            detail_type, detail = state_change(self.name, change, record, changed, self.region)
            emit(
                "aws.codepipeline",
                detail_type,
                detail,
                resources=[self.arn],
                account_id=self.account_id,
                region=self.region,
            )
        for key in step.abandon:
            abandoned = self._running.pop(key, None)
            if abandoned is not None:
                abandoned.abandoned.set()
        for key in step.start:
            started = self._running.get(key)
            if started is not None:
                current().background(
                    f"{self.name} {key.stage} {key.action}", self._run, key, started
                )
        current().changes.announce()

    def _run(self, key: ActionKey, run: ActionRun) -> None:
        """Run one action to its end, in a thread of its own."""
        try:
            result = self._perform(key, run)
        except ActionAbandoned:
            return
        except ActionFailed as error:
            self._end(key, run, failure=error)
        except (ClientError, BotoCoreError) as error:
            self._end(key, run, failure=service_failure("a service", "AWS", error))
        # A defect must not leave the stage locked for ever: it fails the action, and is logged.
        except Exception as error:
            logger.exception("action %s of %s failed", key.action, self.name)
            message = f"The local cloud failed in this action: {error!r}"
            self._end(key, run, failure=ActionFailed(message, "SystemUnavailable"))
        else:
            self._end(key, run, result=result)

    def _perform(self, key: ActionKey, run: ActionRun) -> Result:
        record = self.records[key.execution_id]
        provider, configuration = prepare(record, run, self.region)
        role = run.declaration.get("roleArn")
        try:
            credentials = roles.session(record.declaration["roleArn"], role)
        except AwsError as error:
            raise ActionFailed(str(error), "PermissionError") from error
        run.updated_by = role or record.declaration["roleArn"]

        def update(**members: Any) -> None:
            with self.lock:
                for name, value in members.items():
                    setattr(run, name, value)
                run.updated = current().clock.now()
            current().changes.announce()

        return provider.run(
            ActionContext(
                self.name,
                self.arn,
                self.account_id,
                self.region,
                configuration,
                run,
                credentials,
                record.declaration["artifactStore"].get("encryptionKey"),
                record.overrides.get(key.action),
                update,
            )
        )

    def _end(
        self,
        key: ActionKey,
        run: ActionRun,
        *,
        result: Result | None = None,
        failure: ActionFailed | None = None,
    ) -> None:
        with self.lock:
            if self._running.get(key) is not run:
                return
            record = self.records[key.execution_id]
            if result is not None:
                take_result(record, run, result)
            if failure is not None:
                run.error_code, run.error_message = failure.code, str(failure)
            step = self.flow.finish_action(key, failure is None)
            # The run stays findable for the event of its own end.
            self._apply(step)
            if self._running.get(key) is run:
                del self._running[key]
            record.updated = current().clock.now()
