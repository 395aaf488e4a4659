"""What the policies of a template's roles allow."""

from __future__ import annotations

import re
from typing import Any

from .assemblies import Template
from .synthesis import resources


def statements(found: Template, name: str) -> list[dict[str, Any]]:
    """The statements of a role's policy, actions and resources as lists."""
    (policy,) = (
        policy["Properties"]["PolicyDocument"]
        for key, policy in resources(found, "AWS::IAM::Policy").items()
        if key.startswith(name)
    )
    return [
        statement
        | {
            member: [statement[member]] if isinstance(statement[member], str) else statement[member]
            for member in ("Action", "Resource")
        }
        for statement in policy["Statement"]
    ]


def allowed(found: Template, name: str) -> dict[str, set[str]]:
    """The resources of each action that a role may do, without account and region."""
    may: dict[str, set[str]] = {}
    for statement in statements(found, name):
        for action in statement["Action"]:
            plain = [re.sub(r"\$\{AWS::(\w+)\}", r"\1", arn) for arn in statement["Resource"]]
            names = {re.sub(r"^arn:(?:[^:]*:){4}", "", arn) for arn in plain}
            may.setdefault(action, set()).update(names)
    return may
