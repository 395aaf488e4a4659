"""How executions move through the stages of a V2 pipeline in SUPERSEDED mode. Pure.

https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html: a stage works on
one execution and is locked meanwhile; one more waits before it, and a newer one supersedes that;
executions are superseded only between stages; a failure or a stop unlocks the stage.

`Flow` holds the state; every method answers a `Step`: what changed, in order, and which actions to
start or to give up. Nothing here knows of time, threads or services. Assumed, because AWS does not
say: when an action fails, those that run beside it are let finish before the stage fails; an action
that fails while its execution stops leaves the execution Stopped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from localcloud.errors import AwsError

IN_PROGRESS = "InProgress"
SUCCEEDED = "Succeeded"
FAILED = "Failed"
STOPPING = "Stopping"
STOPPED = "Stopped"
SUPERSEDED = "Superseded"
CANCELLED = "Cancelled"
ABANDONED = "Abandoned"
RESUMED = "Resumed"


@dataclass(frozen=True)
class Action:
    """An action and when it runs within its stage."""

    name: str
    run_order: int = 1


@dataclass(frozen=True)
class Stage:
    """A stage and its actions."""

    name: str
    actions: tuple[Action, ...]


@dataclass(frozen=True)
class Change:
    """Something became `status`: an execution, one of its stages, or an action of one."""

    execution_id: str
    status: str
    stage: str | None = None
    action: str | None = None


@dataclass(frozen=True)
class ActionKey:
    """One action of one execution."""

    execution_id: str
    stage: str
    action: str


@dataclass
class Step:
    """What a call led to."""

    changes: list[Change] = field(default_factory=list)
    start: list[ActionKey] = field(default_factory=list)
    abandon: list[ActionKey] = field(default_factory=list)


@dataclass
class Execution:
    """One execution: how far it is, and how each action stands."""

    id: str
    number: int
    status: str = IN_PROGRESS
    stages: dict[str, str] = field(default_factory=dict)
    actions: dict[tuple[str, str], str] = field(default_factory=dict)


@dataclass
class Slot:
    """A stage's lock, who waits before it, and who was in it last."""

    stage: Stage
    current: str | None = None
    inbound: str | None = None
    latest: str | None = None
    enabled: bool = True


class Flow:
    """The stages of one pipeline definition and the executions among them."""

    def __init__(self, stages: Iterable[Stage]) -> None:
        self.slots = [Slot(stage) for stage in stages]
        self.executions: dict[str, Execution] = {}

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
        if execution.actions.get((key.stage, key.action)) != IN_PROGRESS:
            return step
        self._set_action(execution, key.stage, key.action, SUCCEEDED if succeeded else FAILED, step)
        self._go_on(execution, self._index(key.stage), step)
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
        slot = next((slot for slot in self.slots if slot.current == execution_id), None)
        if slot is None:
            self._set_execution(execution, STOPPED, step)
            return step
        if execution.stages[slot.stage.name] == IN_PROGRESS:
            self._set_stage(execution, slot.stage.name, STOPPING, step)
        if abandon:
            self._abandon(execution, slot.stage, step)
        self._go_on(execution, self._index(slot.stage.name), step)
        return step

    def set_transition(self, stage: str, enabled: bool) -> Step:
        """Enable or disable the transition into a stage."""
        step = Step()
        index = self._index(stage)
        self.slots[index].enabled = enabled
        self._admit(index, step)
        return step

    def retry(self, execution_id: str, stage: str, all_actions: bool) -> Step:
        """RetryStageExecution: the failed (or all) actions of a stage again, in the same execution."""
        step = Step()
        slot = self.slots[self._index(stage)]
        execution = self.executions[execution_id]
        if slot.latest != execution_id:
            raise AwsError(
                "NotLatestPipelineExecutionException",
                f"The stage {stage} has since worked on a later execution than {execution_id}, "
                "which therefore cannot be retried.",
            )
        if execution.stages.get(stage) not in (FAILED, STOPPED) or slot.current is not None:
            raise AwsError(
                "StageNotRetryableException",
                f"The stage {stage} cannot be retried for execution {execution_id}: it is "
                f"{execution.stages.get(stage)}.",
            )
        again = [
            action.name
            for action in slot.stage.actions
            if all_actions or execution.actions.get((stage, action.name)) != SUCCEEDED
        ]
        for name in again:
            execution.actions.pop((stage, name), None)
        slot.current = execution_id
        execution.status = IN_PROGRESS
        execution.stages[stage] = IN_PROGRESS
        step.changes.append(Change(execution_id, RESUMED))
        step.changes.append(Change(execution_id, RESUMED, stage))
        self._go_on(execution, self._index(stage), step)
        return step

    def cancel_all(self) -> Step:
        """The definition was updated: whatever has not ended is cancelled."""
        step = Step()
        for slot in self.slots:
            if slot.current is not None:
                execution = self.executions[slot.current]
                self._abandon(execution, slot.stage, step)
                self._set_stage(execution, slot.stage.name, CANCELLED, step)
                slot.current = None
            slot.inbound = None
        for execution in self.executions.values():
            if execution.status in (IN_PROGRESS, STOPPING):
                self._set_execution(execution, CANCELLED, step)
        return step

    def redefine(self, stages: Sequence[Stage]) -> None:
        """Take a new definition; call `cancel_all` first. Stages of the same name stay themselves."""
        old = {slot.stage.name: slot for slot in self.slots}
        self.slots = [
            Slot(
                stage,
                latest=old[stage.name].latest if stage.name in old else None,
                enabled=old[stage.name].enabled if stage.name in old else True,
            )
            for stage in stages
        ]

    def _arrive(self, execution: Execution, index: int, step: Step) -> None:
        if index == len(self.slots):
            self._set_execution(execution, SUCCEEDED, step)
            return
        slot = self.slots[index]
        waiting = self.executions[slot.inbound] if slot.inbound else None
        slot.inbound = execution.id
        if waiting is not None and waiting.status == IN_PROGRESS:
            older, newer = sorted((waiting, execution), key=lambda each: each.number)
            slot.inbound = newer.id
            self._set_execution(older, SUPERSEDED, step)
        self._admit(index, step)

    def _admit(self, index: int, step: Step) -> None:
        """Let in who waits before a stage, if the stage is free."""
        slot = self.slots[index]
        if slot.inbound is None or slot.current is not None or not slot.enabled:
            return
        execution = self.executions[slot.inbound]
        if execution.status != IN_PROGRESS:
            # A stopped execution stays to be seen before the stage, and never enters it.
            return
        slot.inbound = None
        slot.current = slot.latest = execution.id
        self._set_stage(execution, slot.stage.name, IN_PROGRESS, step)
        self._go_on(execution, index, step)

    def _go_on(self, execution: Execution, index: int, step: Step) -> None:
        """Start what is next in a stage, or end the stage."""
        slot = self.slots[index]
        stage = slot.stage
        known = {
            action.name: execution.actions.get((stage.name, action.name))
            for action in stage.actions
        }
        if IN_PROGRESS in known.values():
            return
        if execution.status == STOPPING:
            self._leave(execution, slot, STOPPED, step)
        elif FAILED in known.values():
            self._leave(execution, slot, FAILED, step)
        elif all(status == SUCCEEDED for status in known.values()):
            self._set_stage(execution, stage.name, SUCCEEDED, step)
            slot.current = None
            self._arrive(execution, index + 1, step)
        else:
            left = [action for action in stage.actions if known[action.name] is None]
            order = min(action.run_order for action in left)
            for action in left:
                if action.run_order == order:
                    self._set_action(execution, stage.name, action.name, IN_PROGRESS, step)
                    step.start.append(ActionKey(execution.id, stage.name, action.name))
            return
        self._admit(index, step)

    def _leave(self, execution: Execution, slot: Slot, status: str, step: Step) -> None:
        self._set_stage(execution, slot.stage.name, status, step)
        self._set_execution(execution, status, step)
        slot.current = None

    def _abandon(self, execution: Execution, stage: Stage, step: Step) -> None:
        for action in stage.actions:
            if execution.actions.get((stage.name, action.name)) == IN_PROGRESS:
                self._set_action(execution, stage.name, action.name, ABANDONED, step)
                step.abandon.append(ActionKey(execution.id, stage.name, action.name))

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

    def _index(self, stage: str) -> int:
        for index, slot in enumerate(self.slots):
            if slot.stage.name == stage:
                return index
        raise AwsError("StageNotFoundException", f"The pipeline has no stage named {stage}.")
