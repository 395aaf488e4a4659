"""What a kind of alarm action declares, and what it does when an alarm's state has changed.

A kind is a subclass of `Action` in a module of this package; importing the package registers it.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from localcloud.cloudwatch.exceptions import refused

if TYPE_CHECKING:
    from localcloud.cloudwatch.notifications import StateChange


class Action:
    """A kind of action. Subclasses are stateless; one instance serves every action of the kind."""

    service: ClassVar[str]
    # What the resource part of the ARN begins with.
    resource_prefix: ClassVar[str] = ""
    noun: ClassVar[str]
    repeats: ClassVar[bool] = False
    """Whether it is performed again for every period that the alarm stays in its state."""

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        _kinds.append(cls())

    def perform(self, arn: str, change: StateChange) -> None:
        """Do it once; any exception is written to the alarm's history."""
        raise NotImplementedError


_kinds: list[Action] = []


def kind_of(arn: str) -> Action:
    """The kind of action that an ARN names; ValidationError naming it and the known ones."""
    parts = str(arn).split(":", 5)
    if len(parts) == 6 and parts[0] == "arn":
        for kind in _kinds:
            if parts[2] == kind.service and parts[5].startswith(kind.resource_prefix):
                return kind
    raise refused("alarm action", arn, nouns())


def nouns() -> list[str]:
    """Every kind there is."""
    return sorted(kind.noun for kind in _kinds)
