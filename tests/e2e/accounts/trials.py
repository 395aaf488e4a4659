"""Taking permissions away, one at a time, from a deployment under way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from . import cases
from .permissions import Permission
from .situations import Scene
from .three_accounts import ThreeAccounts
from .walk import PROD, STAGING, Walk

STAGE_OF = {STAGING: "staging", PROD: "prod"}


@dataclass
class Trials:
    """The permissions in force, and what was said when each was away."""

    three: ThreeAccounts
    which: str
    """`all`, or the table's `sample`."""
    permissions: list[Permission]
    said: dict[str, str] = field(default_factory=dict)
    unnamed: list[str] = field(default_factory=list)

    def of(self, stage: str, situation: str) -> list[Permission]:
        """Which are to be taken away from a stage in a situation."""
        return cases.needed(self.permissions, stage, situation, self.which)

    def fail(self, walk: Walk, stage: str, version: str, situations: Sequence[str]) -> None:
        """Let a stage of the pipeline fail once for each permission that these situations need."""
        account = STAGE_OF.get(stage, "staging")
        scene = Scene(self.three, account)
        for situation in situations:
            for permission in self.of(account, situation):
                if situation in (cases.MODEL_THERE, cases.NOT_SERVED) and not scene.models(version):
                    self._leave_model(walk, stage, account)
                scene.prepare(situation, version)
                with permission.removed():
                    self.judge(permission, walk.enter(stage))

    def judge(self, permission: Permission, said: str) -> None:
        """Keep what was said; it has to name the action, and the role that may not do it."""
        self.said[str(permission)] = said
        if permission.action not in said or permission.held.role not in said:
            self.unnamed.append(f"{permission}: {said}")

    def _leave_model(self, walk: Walk, stage: str, account: str) -> None:
        """Fail once, when the model is made."""
        (last,) = (
            each
            for each in self.permissions
            if each.held.stage == account and each.action == "sagemaker:CreateEndpoint"
        )
        with last.removed():
            walk.enter(stage)
