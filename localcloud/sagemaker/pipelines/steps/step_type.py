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

    def resolve(self, value: Any) -> Any:
        """A value of the definition, with every expression replaced by what it stands for."""
        ...

    def job_ended(self, operation_noun: str, name: str) -> bool:
        """Whether a job has reached its last status; cheap, asked after every change."""
        ...

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Wait for a condition; raises StepStopped when the local cloud itself ends."""
        ...

    def enter(self, status: str) -> None:
        """Say that the step's status, or its metadata, has changed."""
        ...


class StepType(ABC):
    """A step type. Subclasses are stateless; one instance serves every step of the type."""

    name: ClassVar[str]
    # Members besides COMMON_MEMBERS.
    members: ClassVar[frozenset[str]] = frozenset()
    # The arguments that decide whether an earlier run can be used again; none: never cached.
    cache_keys: ClassVar[tuple[str, ...]] = ()
    # The operation whose response is the step's properties, or the properties themselves.
    describe_operation: ClassVar[str | None] = None
    plain_properties: ClassVar[frozenset[str]] = frozenset()

    @abstractmethod
    def check(self, step: Step, definition: Definition) -> None:
        """Refuse a step that could not run; raises ValidationException."""

    @abstractmethod
    def run(self, context: StepContext) -> None:
        """Run to the end; sets the run's metadata and properties."""

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
