"""What may be asked of the executions of a pipeline definition, and what is refused. Pure.

`Flow` holds the state; every method answers a `Step`: what changed, in order, which actions to start
or to give up, which conditions to look at. Nothing here knows of time, threads or services. The rules
by which executions move are in `movement`.
"""

from __future__ import annotations

from collections.abc import Iterable

from localcloud.codepipeline.execution import (
    ABANDONED,
    CANCELLED,
    FAIL,
    FAILED,
    IN_PROGRESS,
    OVERRIDDEN,
    RESUMED,
    SKIP,
    STOPPED,
    STOPPING,
    SUCCEEDED,
    ActionKey,
    Change,
    CheckKey,
    Execution,
    Retries,
    Slot,
    Stage,
    Step,
)
from localcloud.codepipeline.movement import Movement
from localcloud.errors import AwsError


class Flow(Movement):
    """The stages of one pipeline definition and the executions among them."""

    def start(self, execution_id: str) -> Step:
        """A new execution arrives before the first stage."""
        step = Step()
        execution = Execution(execution_id, len(self.executions) + 1)
        self.executions[execution_id] = execution
        step.changes.append(Change(execution_id, IN_PROGRESS))
        self._arrive(execution, 0, step)
        return step

    def finish_action(self, key: ActionKey, succeeded: bool) -> Step:
        """An action has ended by itself; nothing happens if it was given up before."""
        step = Step()
        execution = self.executions[key.execution_id]
        slot = self._slot_of(key.execution_id)
        if execution.actions.get((key.stage, key.action)) != IN_PROGRESS or slot is None:
            return step
        self._set_action(execution, key.stage, key.action, SUCCEEDED if succeeded else FAILED, step)
        self._go_on(execution, slot, step)
        return step

    def finish_check(self, key: CheckKey, met: bool) -> Step:
        """The rules of a condition have ended; nothing happens if it was overridden or given up."""
        step = Step()
        execution = self.executions[key.execution_id]
        slot = self._slot_of(key.execution_id)
        if execution.checks.get((key.stage, key.kind)) == IN_PROGRESS and slot is not None:
            self._checked(execution, slot, key.kind, met, step)
        return step

    def stop(self, execution_id: str, abandon: bool) -> Step:
        """StopPipelineExecution; raises AwsError when there is nothing to stop."""
        step = Step()
        execution = self.executions[execution_id]
        if execution.status == STOPPING and not abandon:
            raise AwsError(
                "DuplicatedStopRequestException",
                f"The pipeline execution {execution_id} is already in a Stopping state. If you "
                "already chose to stop and wait, you cannot make that request again. You can "
                "choose to stop and abandon now.",
            )
        if execution.status not in (IN_PROGRESS, STOPPING):
            raise AwsError(
                "PipelineExecutionNotStoppableException",
                f"Unable to stop the pipeline execution {execution_id}. The execution might "
                f"already be in a Stopped state, or it might no longer be in progress "
                f"(it is {execution.status}).",
            )
        if execution.status == IN_PROGRESS:
            self._set_execution(execution, STOPPING, step)
        slot = self._slot_of(execution_id)
        if slot is None:
            self._set_execution(execution, STOPPED, step)
            return step
        if execution.stages[slot.stage.name] == IN_PROGRESS:
            self._set_stage(execution, slot.stage.name, STOPPING, step)
        if abandon:
            self._abandon(execution, slot.stage, step)
            self._end_checks(execution, slot.stage, ABANDONED, step)
        self._go_on(execution, slot, step)
        return step

    def set_transition(self, stage: str, enabled: bool) -> Step:
        """Enable or disable the transition into a stage."""
        step = Step()
        slot = self._slot(stage)
        slot.enabled = enabled
        self._admit(slot, step)
        return step

    def retry(self, execution_id: str, stage: str, all_actions: bool) -> Step:
        """RetryStageExecution: the failed (or all) actions of a stage again, in the same execution.

        https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-retry.html: failed actions may
        be retried while others of the stage are still in progress, all actions may not.
        """
        step = Step()
        slot = self._slot(stage)
        execution = self.executions[execution_id]
        self._check_latest(slot, execution_id)
        known = execution.actions_of(slot.stage)
        failed = [name for name, status in known.items() if status == FAILED]
        working = slot.current == execution_id and execution.status == IN_PROGRESS
        if working and failed and not all_actions and not execution.checking(slot.stage):
            self._count_retry(execution, stage)
            self._start(execution, slot.stage, failed, step)
            return step
        status = execution.stages.get(stage)
        if (
            status not in (FAILED, STOPPED)
            or slot.current is not None
            or all(each == SUCCEEDED for each in known.values())
            or (status == FAILED and not failed)
        ):
            raise AwsError(
                "StageNotRetryableException",
                f"Unable to retry. The stage {stage} is {status} for execution {execution_id}, and "
                f"its failed actions are: {', '.join(failed) or 'none'}.",
            )
        self._count_retry(execution, stage)
        slot.current = execution_id
        execution.status = IN_PROGRESS
        step.changes.append(Change(execution_id, RESUMED))
        self._again(execution, slot, all_actions, step)
        return step

    def override(self, execution_id: str, stage: str, kind: str) -> Step:
        """OverrideStageCondition: go on as if the condition had succeeded.

        https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-conditions.html: while the rules
        run; never where the result is SKIP. That a stage which its condition has failed goes on again is
        assumed, from the operation's errors.
        """
        step = Step()
        slot = self._slot(stage)
        execution = self.executions[execution_id]
        self._check_latest(slot, execution_id)
        result = slot.stage.conditions.get(kind)
        status = execution.checks.get((stage, kind))
        working = slot.current == execution_id and execution.status == IN_PROGRESS
        failed = (status, result, slot.current) == (FAILED, FAIL, None)
        if result in (None, SKIP) or not (failed or (status == IN_PROGRESS and working)):
            raise AwsError(
                "ConditionNotOverridableException",
                f"Unable to override the condition {kind} of stage {stage} for execution "
                f"{execution_id}: its result is {result}, and it is {status}.",
            )
        execution.checks[(stage, kind)] = OVERRIDDEN
        step.end_check.append((CheckKey(execution_id, stage, kind), OVERRIDDEN))
        if failed:
            slot.current = execution_id
            execution.status = execution.stages[stage] = IN_PROGRESS
            step.changes.append(Change(execution_id, RESUMED))
            step.changes.append(Change(execution_id, RESUMED, stage))
        self._go_on(execution, slot, step)
        return step

    def roll_back(self, stage: str, target: str) -> Step:
        """RollbackStage, to an execution that succeeded in the stage; see `Step.rollbacks`.

        https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-rollback.html
        """
        step = Step()
        slot = self._slot(stage)
        if slot is self.slots[0]:
            raise _not_rolled_back(stage, "a source stage cannot be rolled back")
        if self.executions[target].only is not None:
            raise _not_rolled_back(stage, f"the execution {target} is a rollback itself")
        if target not in slot.succeeded:
            raise _not_rolled_back(stage, f"the execution {target} has not succeeded in it")
        if slot.current is not None:
            raise _not_rolled_back(stage, f"it is running, for execution {slot.current}")
        self._roll_back(slot, target, None, step)
        return step

    def redefine(self, stages: Iterable[Stage], *, queued: bool = False) -> Step:
        """Take a new definition. Stages of the same name stay themselves.

        https://docs.aws.amazon.com/codepipeline/latest/userguide/execution-modes.html: pending
        executions are cancelled, active ones after their actions in progress complete. Assumed: an
        approval is given up at once, and so are the rules of a condition.
        """
        step = Step()
        old = {slot.stage.name: slot for slot in self.slots}
        self._queued = queued
        self.slots = [Slot(stage) for stage in stages]
        for slot in self.slots:
            before = old.pop(slot.stage.name, None)
            if before is not None:
                slot.latest, slot.enabled = before.latest, before.enabled
                if before.current is not None:
                    slot.current, slot.following = before.current, slot.stage
                    slot.stage = before.stage
        self._gone += [slot for slot in old.values() if slot.current is not None]
        working = {slot.current: slot for slot in (*self.slots, *self._gone) if slot.current}
        for execution in self.executions.values():
            if execution.status not in (IN_PROGRESS, STOPPING):
                continue
            execution.leaving = True
            inside = working.get(execution.id)
            if inside is None:
                self._set_execution(execution, CANCELLED, step)
            else:
                self._abandon(execution, inside.stage, step, approvals_only=True)
                self._end_checks(execution, inside.stage, CANCELLED, step)
                self._go_on(execution, inside, step)
        return step

    def _count_retry(self, execution: Execution, stage: str) -> None:
        retries = execution.retries.setdefault(stage, Retries())
        retries.manual += 1
        retries.latest = "ManualStageRetry"

    def _check_latest(self, slot: Slot, execution_id: str) -> None:
        if slot.latest != execution_id:
            raise AwsError(
                "NotLatestPipelineExecutionException",
                f"The stage {slot.stage.name} has since worked on a later execution than "
                f"{execution_id}, which is out of date.",
            )

    def _slot(self, stage: str) -> Slot:
        for slot in self.slots:
            if slot.stage.name == stage:
                return slot
        raise AwsError("StageNotFoundException", f"The pipeline has no stage named {stage}.")


def _not_rolled_back(stage: str, why: str) -> AwsError:
    return AwsError("UnableToRollbackStageException", f"Unable to roll back stage {stage}: {why}.")
