"""What moves through a pipeline: stages, executions, and what a step led to. Data only.

The statuses are the API's, https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_StageExecution.html
and its sisters; `RESUMED` is the state that an event of a retry tells.
"""

from __future__ import annotations

from dataclasses import dataclass, field

IN_PROGRESS = "InProgress"
SUCCEEDED = "Succeeded"
FAILED = "Failed"
STOPPING = "Stopping"
STOPPED = "Stopped"
SUPERSEDED = "Superseded"
CANCELLED = "Cancelled"
ABANDONED = "Abandoned"
SKIPPED = "Skipped"
OVERRIDDEN = "Overridden"
RESUMED = "Resumed"

BEFORE_ENTRY = "BEFORE_ENTRY"
ON_SUCCESS = "ON_SUCCESS"
ON_FAILURE = "ON_FAILURE"

FAIL = "FAIL"
SKIP = "SKIP"
RETRY = "RETRY"
ROLLBACK = "ROLLBACK"


@dataclass(frozen=True)
class Action:
    """An action and when it runs within its stage; `waits_for_a_person` is an approval."""

    name: str
    run_order: int = 1
    waits_for_a_person: bool = False


@dataclass(frozen=True)
class Stage:
    """A stage: its actions, the results of its conditions, what follows a failure."""

    name: str
    actions: tuple[Action, ...]
    # What happens when the condition of a kind fails (`FAIL`, `SKIP`, `ROLLBACK`).
    conditions: dict[str, str] = field(default_factory=dict, hash=False)
    # What happens when the stage fails, without a condition: nothing, `RETRY`, `ROLLBACK`.
    on_failure: str | None = None
    retry_all_actions: bool = False


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


@dataclass(frozen=True)
class CheckKey:
    """One condition of a stage, for one execution."""

    execution_id: str
    stage: str
    kind: str


@dataclass(frozen=True)
class Rollback:
    """A new execution that brings a stage back to what `target` did in it.

    `failed` is the execution whose failure led to it; None when somebody asked for it.
    """

    execution_id: str
    stage: str
    target: str
    failed: str | None = None


@dataclass
class Step:
    """What a call led to."""

    changes: list[Change] = field(default_factory=list)
    start: list[ActionKey] = field(default_factory=list)
    abandon: list[ActionKey] = field(default_factory=list)
    # Conditions to look at, and conditions that ended without their rules: with which status.
    check: list[CheckKey] = field(default_factory=list)
    end_check: list[tuple[CheckKey, str]] = field(default_factory=list)
    rollbacks: list[Rollback] = field(default_factory=list)


@dataclass
class Retries:
    """How often a stage was retried in one execution, and by whom last."""

    automatic: int = 0
    manual: int = 0
    latest: str = ""


@dataclass
class Execution:
    """One execution: how far it is, and how each action stands."""

    id: str
    number: int
    status: str = IN_PROGRESS
    # The one stage of a rollback; None for a standard execution.
    only: str | None = None
    # The definition was updated: it is cancelled when its actions in progress have ended.
    leaving: bool = False
    stages: dict[str, str] = field(default_factory=dict)
    actions: dict[tuple[str, str], str] = field(default_factory=dict)
    checks: dict[tuple[str, str], str] = field(default_factory=dict)
    retries: dict[str, Retries] = field(default_factory=dict)

    def actions_of(self, stage: Stage) -> dict[str, str | None]:
        """The status of each action of a stage; None for what has not run."""
        return {each.name: self.actions.get((stage.name, each.name)) for each in stage.actions}

    def checking(self, stage: Stage) -> list[str]:
        """The kinds of a stage's conditions that are being looked at."""
        kinds = (BEFORE_ENTRY, ON_SUCCESS, ON_FAILURE)
        return [kind for kind in kinds if self.checks.get((stage.name, kind)) == IN_PROGRESS]

    def passed(self, stage: Stage, kind: str) -> bool:
        """Whether a condition of a stage lets the execution through, or there is none."""
        status = self.checks.get((stage.name, kind))
        return kind not in stage.conditions or status in (SUCCEEDED, OVERRIDDEN)


@dataclass(eq=False)
class Slot:
    """A stage's lock, who waits before it, who was in it last, and who succeeded in it."""

    stage: Stage
    current: str | None = None
    waiting: list[str] = field(default_factory=list)
    latest: str | None = None
    enabled: bool = True
    # What the stage becomes once an execution of the definition before has left it.
    following: Stage | None = None
    # Standard executions of this definition, in the order in which they succeeded here.
    succeeded: list[str] = field(default_factory=list)

    @property
    def inbound(self) -> str | None:
        """The execution that is next to enter."""
        return self.waiting[0] if self.waiting else None
