"""Each single permission of a deployment across accounts, which can be taken away and put back."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from .policies import FUNCTION, KEY, TRUST, Document, Held, held_for
from .three_accounts import STAGES, ThreeAccounts

NOBODY = "nobody"


@dataclass(frozen=True)
class Permission:
    """One thing that one statement of a policy allows."""

    held: Held
    action: str
    on: str
    """The resources, or of a trust policy what it asks for."""
    without: Callable[[Document], Document]
    """The policy without this."""

    def __str__(self) -> str:
        return f"{self.held.kind}, {self.held.role}: {self.action} ({self.on})"

    @contextmanager
    def removed(self) -> Iterator[None]:
        """While the block runs nobody has it."""
        before = self.held.read()
        self.held.write(self.without(copy.deepcopy(before)))
        try:
            yield
        finally:
            self.held.write(before)


def permissions(three: ThreeAccounts) -> list[Permission]:
    """All of them, of both stages."""
    return [
        permission
        for stage in STAGES
        for held in held_for(three, stage)
        for permission in (_trusted(held) if held.kind == TRUST else _allowed(three, held))
    ]


def _allowed(three: ThreeAccounts, held: Held) -> Iterator[Permission]:
    """What a policy's statements allow the stage: of a function's role, to go there alone; of a
    resource's policy what concerns the stage's account."""
    account = three.ids[held.stage]
    for number, statement in enumerate(held.read()["Statement"]):
        if statement["Effect"] != "Allow" or not _concerns(held, statement, account):
            continue
        for action in _listed(statement["Action"]):
            if held.kind != FUNCTION or action == "sts:AssumeRole":
                yield from _of_action(held, number, action, statement, account)


def _concerns(held: Held, statement: Document, account: str) -> bool:
    principal = json.dumps(statement.get("Principal", account))
    return account in principal and (
        held.kind != FUNCTION or account in json.dumps(statement["Resource"])
    )


def _of_action(
    held: Held, number: int, action: str, statement: Document, account: str
) -> Iterator[Permission]:
    resources = _listed(statement.get("Resource", "*"))
    if held.kind == FUNCTION:
        # One statement is about both stages.
        yield Permission(
            held,
            action,
            next(each for each in resources if account in each),
            lambda document: _without_account(document, number, "Resource", account),
        )
    elif held.kind == KEY:
        yield Permission(
            held,
            action,
            "the key",
            lambda document: _without_action_for(document, number, action, account),
        )
    else:
        yield Permission(
            held,
            action,
            ", ".join(each.rpartition(":")[2] for each in resources),
            lambda document: _without_action(document, number, action),
        )


def _without_action(document: Document, number: int, action: str) -> Document:
    statement = document["Statement"][number]
    kept = [each for each in _listed(statement["Action"]) if each != action]
    # A policy without a statement is none: one that allows nothing of use is left.
    statement["Action"] = kept or ["sts:GetCallerIdentity"]
    return document


def _without_account(document: Document, number: int, member: str, account: str) -> Document:
    statement = document["Statement"][number]
    named = _listed(statement[member])
    statement[member] = [each for each in named if account not in each] or [
        f"{named[0].rpartition('/')[0]}/{NOBODY}"
    ]
    return document


def _without_action_for(document: Document, number: int, action: str, account: str) -> Document:
    """Without an action for one account: a statement that is for others too is made two."""
    statement = document["Statement"][number]
    others = copy.deepcopy(statement)
    others["Action"] = [action]
    others["Principal"]["AWS"] = [
        each for each in _listed(statement["Principal"]["AWS"]) if account not in each
    ]
    statement["Sid"] = f"{statement['Sid']}Rest"
    statement["Action"] = [each for each in _listed(statement["Action"]) if each != action]
    if not statement["Action"]:
        del document["Statement"][number]
    document["Statement"].append(others)
    return document


def _trusted(held: Held) -> Iterator[Permission]:
    """Of a trust policy: the account, each role of it, the external id."""
    (statement,) = held.read()["Statement"]

    def changed(change: Callable[[Document], None]) -> Callable[[Document], Document]:
        def without(document: Document) -> Document:
            change(document["Statement"][0])
            return document

        return without

    def principal(document: Document) -> None:
        document["Principal"] = {"AWS": document["Principal"]["AWS"].replace("::1", "::9")}

    def external_id(document: Document) -> None:
        document["Condition"]["StringEquals"]["sts:ExternalId"] = NOBODY

    yield Permission(held, "sts:AssumeRole", "the account", changed(principal))
    yield Permission(held, "sts:AssumeRole", "the external id", changed(external_id))
    for arn in _listed(statement["Condition"]["ArnEquals"]["aws:PrincipalArn"]):

        def role(document: Document, arn: str = arn) -> None:
            named = document["Condition"]["ArnEquals"]["aws:PrincipalArn"]
            others = [each for each in _listed(named) if each != arn]
            document["Condition"]["ArnEquals"]["aws:PrincipalArn"] = [
                *others,
                arn.rpartition("/")[0] + f"/{NOBODY}",
            ]

        yield Permission(held, "sts:AssumeRole", arn.rpartition("/")[2], changed(role))


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
