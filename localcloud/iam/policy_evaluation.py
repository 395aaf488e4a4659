"""Evaluating policy documents for one request, as IAM does: deny wins, then allow, else denied.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
moto's own evaluation is not used: it reads an unmet condition and a foreign principal as a denial, and
leaves `NotResource` and policy variables out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Any

from localcloud.iam.conditions import Context, holds, matches_wildcard, missing_keys, substitute


class Decision(Enum):
    """The outcome, in SimulatePrincipalPolicy's words."""

    ALLOWED = "allowed"
    EXPLICIT_DENY = "explicitDeny"
    IMPLICIT_DENY = "implicitDeny"


@dataclass(frozen=True)
class Policy:
    """A policy document and where it comes from."""

    document: Mapping[str, Any]
    source_id: str = ""
    source_type: str = "none"
    arn: str = ""
    """Of a managed policy."""

    @classmethod
    def parse(cls, text: str, source_id: str = "", source_type: str = "none") -> Policy:
        """From a document's JSON text."""
        return cls(_document(text), source_id, source_type)

    def statements(self) -> list[Mapping[str, Any]]:
        """The statements, also when the document has a single one outside a list."""
        statements = self.document.get("Statement", [])
        return [statements] if isinstance(statements, Mapping) else list(statements)


@lru_cache(maxsize=4096)
def _document(text: str) -> Mapping[str, Any]:
    """Read once: the same few policies decide each of thousands of calls."""
    document: Mapping[str, Any] = json.loads(text)
    return document


@dataclass(frozen=True)
class Request:
    """What is asked: `principals` are all names by which the caller may be named in a policy."""

    action: str
    resource: str
    context: Context = field(default_factory=dict)
    principals: Sequence[str] = ()


@dataclass
class Evaluation:
    """A decision and why."""

    decision: Decision
    matched: list[tuple[Policy, Mapping[str, Any]]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    condition_keys: set[str] = field(default_factory=set)
    """The keys that the statements concerned asked for, whether the request has them or not."""


def evaluate(policies: Iterable[Policy], request: Request) -> Evaluation:
    """Decide `request` by these policies together (the identity-based ones of one principal, say)."""
    allowing: list[tuple[Policy, Mapping[str, Any]]] = []
    denying: list[tuple[Policy, Mapping[str, Any]]] = []
    missing: list[str] = []
    asked: set[str] = set()
    for policy in policies:
        for statement in policy.statements():
            if not _concerns(statement, request):
                continue
            condition = statement.get("Condition", {})
            asked.update(key for keys in condition.values() for key in keys)
            missing += [
                key for key in missing_keys(condition, request.context) if key not in missing
            ]
            if holds(condition, request.context):
                target = denying if statement.get("Effect") == "Deny" else allowing
                target.append((policy, statement))
    if denying:
        return Evaluation(Decision.EXPLICIT_DENY, denying, missing, asked)
    if allowing:
        return Evaluation(Decision.ALLOWED, allowing, missing, asked)
    return Evaluation(Decision.IMPLICIT_DENY, [], missing, asked)


def _concerns(statement: Mapping[str, Any], request: Request) -> bool:
    return (
        _principal_matches(statement, request.principals)
        and _action_matches(statement, request.action)
        and _resource_matches(statement, request)
    )


def _action_matches(statement: Mapping[str, Any], action: str) -> bool:
    name = "NotAction" if "NotAction" in statement else "Action"
    found = any(
        matches_wildcard(pattern.lower(), action.lower()) for pattern in _list(statement.get(name))
    )
    return found != (name == "NotAction")


def _resource_matches(statement: Mapping[str, Any], request: Request) -> bool:
    if "Resource" not in statement and "NotResource" not in statement:
        return True  # a trust policy
    name = "NotResource" if "NotResource" in statement else "Resource"
    found = any(
        matches_wildcard(substitute(pattern, request.context), request.resource)
        for pattern in _list(statement[name])
    )
    return found != (name == "NotResource")


def _principal_matches(statement: Mapping[str, Any], principals: Sequence[str]) -> bool:
    if "Principal" not in statement and "NotPrincipal" not in statement:
        return True  # an identity-based policy
    name = "NotPrincipal" if "NotPrincipal" in statement else "Principal"
    named = statement[name]
    values = (
        [item for group in named.values() for item in _list(group)]
        if isinstance(named, Mapping)
        else _list(named)
    )
    found = any(value == "*" or value in principals for value in values)
    return found != (name == "NotPrincipal")


def _list(value: Any) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)
