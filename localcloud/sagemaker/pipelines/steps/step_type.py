"""What a step type is: which members it has, what is checked before anything runs, how it runs.

A type is a subclass of `StepType` in a module of this folder, one type per file; the package finds
it by itself. A step runs in a thread of its own: `run` works until the step is done, or raises
`StepFailure` or `StepStopped`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Protocol

from localcloud.sagemaker.pipelines.definition import Definition, Step
from localcloud.sagemaker.pipelines.execution import PipelineExecution, StepRun
from localcloud.sagemaker.pipelines.expressions import Path

FOREVER = 366 * 24 * 3600.0
COMMON_MEMBERS = frozenset({"Name", "Type", "Arguments", "DependsOn", "DisplayName", "Description"})


class StepFailure(Exception):
    """The step has failed; the text is its FailureReason. `exception_type` is what a retry policy
    calls the cause, where one may name it."""

    def __init__(self, reason: str, exception_type: str | None = None) -> None:
        super().__init__(reason)
        self.exception_type = exception_type


class StepStopped(Exception):
    """The step has ended because the execution was stopped."""


class StepContext(Protocol):
    """What a running step has to work with."""

    execution: PipelineExecution
    run: StepRun

    @property
    def sagemaker(self) -> Any:
        """A client of SageMaker that calls as the pipeline's role."""
        ...

    def client(self, service: str) -> Any:
        """A client of another service that calls as the pipeline's role."""
        ...

    def resolve(self, value: Any) -> Any:
        """A value of the definition, with every expression replaced by what it stands for."""
        ...

    def job_ended(self, operation_noun: str, name: str) -> bool:
        """Whether a job has reached its last status; cheap, asked after every change."""
        ...

    def wait_until(self, condition: Callable[[], bool], seconds: float = FOREVER) -> bool:
        """Wait for a condition; False when the time is up first, StepStopped when the local cloud
        itself ends."""
        ...

    def enter(self, status: str) -> None:
        """Say that the step's status, or its metadata, has changed."""
        ...


class StepType(ABC):
    """A step type. Subclasses are stateless; one instance serves every step of the type."""

    name: ClassVar[str]
    # Members besides COMMON_MEMBERS.
    members: ClassVar[frozenset[str]] = frozenset()
    # Members that may hold expressions and that the type works with beside its arguments: they are
    # resolved along with those, and stand among them.
    argument_members: ClassVar[frozenset[str]] = frozenset()
    # The arguments that decide whether an earlier run can be used again; none: never cached.
    cache_keys: ClassVar[tuple[str, ...]] = ()
    # The operation whose response is the step's properties, or the properties themselves.
    describe_operation: ClassVar[str | None] = None
    # Another operation whose response's members are properties as well.
    list_operation: ClassVar[str | None] = None
    plain_properties: ClassVar[frozenset[str]] = frozenset()

    @abstractmethod
    def check(self, step: Step, definition: Definition) -> None:
        """Refuse a step that could not run; raises ValidationException."""

    @abstractmethod
    def run(self, context: StepContext) -> None:
        """Run to the end; sets the run's metadata and properties."""

    def has_property(self, step: Step, path: Path) -> bool:
        """Whether expressions can refer to a path, when no operation's response says so."""
        return len(path) == 1 and path[0] in self.plain_properties

    def inputs(self, step: Step) -> dict[str, Any]:
        """What the step works with: its arguments, and its `argument_members`."""
        given = {name: step.members[name] for name in self.argument_members if name in step.members}
        return {**step.arguments, **given}

    def images(self, step: Step) -> list[str]:
        """The container images that the step will use, as far as they are literal."""
        return []


def literal(value: Any) -> list[str]:
    """The value in a list if it is a text of its own, and not an expression."""
    return [value] if isinstance(value, str) else []


def nested(arguments: Mapping[str, Any], *names: str) -> Any:
    """A member of a member …; None where there is no such member."""
    value: Any = arguments
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
