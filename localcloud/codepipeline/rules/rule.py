"""What a kind of rule declares and does; one kind per module of this package.

A rule is run as an action is: with a role, a resolved configuration and input artifacts, and it makes
nothing. https://docs.aws.amazon.com/codepipeline/latest/userguide/rule-reference.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from localcloud.codepipeline.actions.action import ActionContext, ActionType


class RuleProvider:
    """A kind of rule. Subclasses are stateless; one instance serves every rule of the kind."""

    type: ClassVar[ActionType]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        _providers[cls.type.provider] = cls()

    def defect(self, configuration: Mapping[str, str]) -> str | None:
        """What is wrong with a rule's configuration, beside its names."""
        return None

    def run(self, context: ActionContext) -> str:
        """Check; answers why the rule succeeded, raises ActionFailed if it did not."""
        raise NotImplementedError


_providers: dict[str, RuleProvider] = {}


def find(provider: str) -> RuleProvider | None:
    """The provider of a name, if the local cloud has it."""
    return _providers.get(provider)


def supported() -> list[str]:
    """The name of every rule provider that the local cloud has."""
    return sorted(_providers)
