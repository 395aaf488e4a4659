"""Allowed and used, allowed and never used, denied: from a snapshot, without any AWS call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.iam.authorization.service_reference import REFERENCE
from localcloud.iam.conditions import matches_wildcard
from localcloud.iam.policy_evaluation import Decision, Policy, Request, evaluate
from tools.iam_report.snapshot import Call, Snapshot


@dataclass(frozen=True)
class Permission:
    """One action that one statement of a role allows on some resources, and how often it was used."""

    role: str
    action: str
    resources: tuple[str, ...]
    used: int

    @property
    def is_on_any_resource(self) -> bool:
        """Whether the statement says `"Resource": "*"`."""
        return "*" in self.resources


def permissions(snapshot: Snapshot) -> list[Permission]:
    """Every permission of every role; `*` of an administrator is one permission by itself."""
    found = []
    for role, statements in snapshot.statements.items():
        calls = [call for call in snapshot.calls if call.role == role and call.allowed]
        for statement in statements:
            for action in _actions(statement):
                used = sum(call.count for call in calls if _uses(statement, action, call))
                found.append(Permission(role, action, tuple(_list(statement["Resource"])), used))
    return sorted(found, key=lambda each: (each.role, each.action, each.resources))


def denials(snapshot: Snapshot) -> list[Call]:
    """The calls that were denied."""
    return [call for call in snapshot.calls if not call.allowed]


def _uses(statement: Mapping[str, Any], action: str, call: Call) -> bool:
    if not matches_wildcard(action.lower(), call.action.lower()):
        return False
    plain = {name: value for name, value in statement.items() if name != "Condition"}
    request = Request(call.action, call.resource)
    return evaluate([Policy({"Statement": [plain]})], request).decision is Decision.ALLOWED


def _actions(statement: Mapping[str, Any]) -> Iterator[str]:
    """The actions by name: `s3:GetObject*` is each that the service reference has."""
    for pattern in _list(statement["Action"]):
        prefix, _, name = pattern.partition(":")
        if "*" not in name and "?" not in name:
            yield pattern
            continue
        service = REFERENCE.service(prefix)
        if pattern == "*" or name == "*" or service is None:
            yield pattern
            continue
        for action in service.actions.values():
            if matches_wildcard(name.lower(), action.name.lower()):
                yield f"{prefix}:{action.name}"


def _list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
