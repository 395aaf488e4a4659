"""How executions move through the stages of a V2 pipeline. Pure.

https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html: a stage works on
one execution and is locked meanwhile; a failure or a stop unlocks it. In SUPERSEDED mode one more
waits before it, and a newer one supersedes that, only between stages; in QUEUED mode the others wait
in their order. (An execution in PARALLEL mode has a flow of its own, and so meets nobody.)
https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works-conditions.html: a
condition fails when one of its rules does, and only then its result follows.

Assumed, because AWS does not say: in QUEUED mode the queues are before each stage; when an action
fails, those that run beside it are let finish before the stage fails; an action that fails while its
execution stops leaves the execution Stopped; a stage is locked while its conditions are looked at; a
stage that its condition fails is not retried or rolled back for that by a plain `onFailure.result`; a
failed rollback is not rolled back; a rollback does not wait behind the executions before its stage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from localcloud.codepipeline.execution import (
    ABANDONED,
    BEFORE_ENTRY,
    CANCELLED,
    FAILED,
    IN_PROGRESS,
    ON_FAILURE,
    ON_SUCCESS,
    RESUMED,
    RETRY,
    ROLLBACK,
    SKIP,
    SKIPPED,
    STOPPED,
    STOPPING,
    SUCCEEDED,
    SUPERSEDED,
    ActionKey,
    Change,
    CheckKey,
    Execution,
    Retries,
    Rollback,
    Slot,
    Stage,
    Step,
)


class Movement:
    """The stages of one definition, the executions among them, and what follows from what."""

    def __init__(
        self, stages: Iterable[Stage], *, queued: bool = False, new_id: Callable[[], str]
    ) -> None:
        self.slots = [Slot(stage) for stage in stages]
        self.executions: dict[str, Execution] = {}
        self._queued = queued
        self._new_id = new_id
        # Stages that a newer definition has no more, with an action that still runs.
        self._gone: list[Slot] = []

    def _arrive(self, execution: Execution, index: int, step: Step) -> None:
        """An execution comes before a stage, or out of the last one."""
        if index == len(self.slots):
            self._set_execution(execution, SUCCEEDED, step)
            return
        slot = self.slots[index]
        waiting = [each for each in slot.waiting if self.executions[each].status == IN_PROGRESS]
        slot.waiting = [*waiting, execution.id]
        if waiting and not self._queued:
            older, newer = sorted(
                (self.executions[waiting[0]], execution), key=lambda each: each.number
            )
            slot.waiting = [newer.id]
            self._set_execution(older, SUPERSEDED, step)
        self._admit(slot, step)

    def _admit(self, slot: Slot, step: Step) -> None:
        """Let in who waits before a stage, if the stage is free."""
        if slot not in self.slots or slot.current is not None or not slot.enabled:
            return
        # A stopped execution stays to be seen before the stage, and never enters it.
        going = [each for each in slot.waiting if self.executions[each].status == IN_PROGRESS]
        if not going:
            return
        slot.waiting = going[1:]
        self._enter(self.executions[going[0]], slot, step)

    def _enter(self, execution: Execution, slot: Slot, step: Step) -> None:
        slot.current = slot.latest = execution.id
        self._set_stage(execution, slot.stage.name, IN_PROGRESS, step)
        self._go_on(execution, slot, step)

    def _go_on(self, execution: Execution, slot: Slot, step: Step) -> None:
        """Start what is next in a stage, or end the stage."""
        stage = slot.stage
        known = execution.actions_of(stage)
        if IN_PROGRESS in known.values() or execution.checking(stage):
            return
        if execution.leaving:
            self._leave(execution, slot, CANCELLED, step)
        elif execution.status == STOPPING:
            self._leave(execution, slot, STOPPED, step)
        elif not execution.passed(stage, BEFORE_ENTRY):
            self._check(execution, stage, BEFORE_ENTRY, step)
        elif FAILED in known.values():
            self._failed(execution, slot, step)
        elif all(status == SUCCEEDED for status in known.values()):
            if execution.passed(stage, ON_SUCCESS):
                self._succeeded(execution, slot, step)
            else:
                self._check(execution, stage, ON_SUCCESS, step)
        else:
            left = [action for action in stage.actions if known[action.name] is None]
            order = min(action.run_order for action in left)
            self._start(
                execution, stage, [each.name for each in left if each.run_order == order], step
            )

    def _start(self, execution: Execution, stage: Stage, names: Iterable[str], step: Step) -> None:
        for name in names:
            self._set_action(execution, stage.name, name, IN_PROGRESS, step)
            step.start.append(ActionKey(execution.id, stage.name, name))

    def _failed(self, execution: Execution, slot: Slot, step: Step) -> None:
        """An action of a stage has failed, and none runs any more."""
        stage = slot.stage
        retries = execution.retries.setdefault(stage.name, Retries())
        if stage.on_failure == RETRY and retries.automatic == 0:
            # https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-retry.html
            retries.automatic += 1
            retries.latest = "AutomatedStageRetry"
            self._set_stage(execution, stage.name, FAILED, step)
            self._again(execution, slot, stage.retry_all_actions, step)
        elif ON_FAILURE in stage.conditions and execution.only is None:
            self._check(execution, stage, ON_FAILURE, step)
        else:
            self._leave(execution, slot, FAILED, step, rolls_back=stage.on_failure == ROLLBACK)

    def _again(self, execution: Execution, slot: Slot, all_actions: bool, step: Step) -> None:
        """Run a stage's failed (or all) actions again."""
        stage = slot.stage
        for name, status in execution.actions_of(stage).items():
            if all_actions or status != SUCCEEDED:
                execution.actions.pop((stage.name, name), None)
        for kind in (ON_SUCCESS, ON_FAILURE):
            execution.checks.pop((stage.name, kind), None)
        execution.stages[stage.name] = IN_PROGRESS
        step.changes.append(Change(execution.id, RESUMED, stage.name))
        self._go_on(execution, slot, step)

    def _checked(self, execution: Execution, slot: Slot, kind: str, met: bool, step: Step) -> None:
        """The rules of a condition have ended."""
        result = slot.stage.conditions[kind]
        execution.checks[(slot.stage.name, kind)] = SUCCEEDED if met else FAILED
        if execution.leaving or execution.status == STOPPING:
            self._go_on(execution, slot, step)
        elif kind == ON_FAILURE:
            rolls_back = not met and result == ROLLBACK
            self._leave(execution, slot, FAILED, step, rolls_back=rolls_back)
        elif met:
            self._go_on(execution, slot, step)
        elif result == SKIP:
            self._succeeded(execution, slot, step, SKIPPED)
        else:
            self._leave(execution, slot, FAILED, step, rolls_back=result == ROLLBACK)

    def _succeeded(
        self, execution: Execution, slot: Slot, step: Step, status: str = SUCCEEDED
    ) -> None:
        self._set_stage(execution, slot.stage.name, status, step)
        slot.current = None
        if execution.only is not None:
            self._set_execution(execution, SUCCEEDED, step)
        else:
            if status == SUCCEEDED:
                slot.succeeded.append(execution.id)
            self._arrive(execution, self.slots.index(slot) + 1, step)
        self._admit(slot, step)

    def _leave(
        self, execution: Execution, slot: Slot, status: str, step: Step, *, rolls_back: bool = False
    ) -> None:
        """A stage and its execution end; the stage is unlocked, for a rollback first."""
        self._set_stage(execution, slot.stage.name, status, step)
        self._set_execution(execution, status, step)
        slot.current = None
        if slot.following is not None:
            slot.stage, slot.following = slot.following, None
        if slot in self._gone:
            self._gone.remove(slot)
        earlier = [each for each in slot.succeeded if each != execution.id]
        if rolls_back and execution.only is None and earlier:
            self._roll_back(slot, earlier[-1], execution.id, step)
        self._admit(slot, step)

    def _roll_back(self, slot: Slot, target: str, failed: str | None, step: Step) -> str:
        rollback = Rollback(self._new_id(), slot.stage.name, target, failed)
        execution = Execution(rollback.execution_id, len(self.executions) + 1, only=slot.stage.name)
        self.executions[execution.id] = execution
        step.rollbacks.append(rollback)
        step.changes.append(Change(execution.id, IN_PROGRESS))
        self._enter(execution, slot, step)
        return execution.id

    def _check(self, execution: Execution, stage: Stage, kind: str, step: Step) -> None:
        execution.checks[(stage.name, kind)] = IN_PROGRESS
        step.check.append(CheckKey(execution.id, stage.name, kind))

    def _end_checks(self, execution: Execution, stage: Stage, status: str, step: Step) -> None:
        for kind in execution.checking(stage):
            execution.checks[(stage.name, kind)] = status
            step.end_check.append((CheckKey(execution.id, stage.name, kind), status))

    def _abandon(
        self, execution: Execution, stage: Stage, step: Step, *, approvals_only: bool = False
    ) -> None:
        for action in stage.actions:
            running = execution.actions.get((stage.name, action.name)) == IN_PROGRESS
            if running and (action.waits_for_a_person or not approvals_only):
                self._set_action(execution, stage.name, action.name, ABANDONED, step)
                step.abandon.append(ActionKey(execution.id, stage.name, action.name))

    def _slot_of(self, execution_id: str) -> Slot | None:
        """The stage that an execution is in."""
        return next((s for s in (*self.slots, *self._gone) if s.current == execution_id), None)

    def _set_execution(self, execution: Execution, status: str, step: Step) -> None:
        execution.status = status
        step.changes.append(Change(execution.id, status))

    def _set_stage(self, execution: Execution, stage: str, status: str, step: Step) -> None:
        execution.stages[stage] = status
        step.changes.append(Change(execution.id, status, stage))

    def _set_action(
        self, execution: Execution, stage: str, action: str, status: str, step: Step
    ) -> None:
        execution.actions[(stage, action)] = status
        step.changes.append(Change(execution.id, status, stage, action))
