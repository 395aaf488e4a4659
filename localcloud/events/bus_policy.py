"""The policy of an event bus: which other accounts may put events, and rules, on it.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html: one statement by its
members, or a whole policy in the place of what there was (assumed; Terraform's provider relies on it).
moto's own keeps one statement per principal, and a name for `*` that matches nobody.
"""

from __future__ import annotations

import json
import re
from typing import Any

from localcloud.errors import AwsError, ValidationException

ACTION = "events:PutEvents"
_STATEMENT_ID = re.compile(r"[a-zA-Z0-9-_]{1,64}")
_ACCOUNT = re.compile(r"\d{12}|\*")


class Statement:
    """One statement as it was given, in the shape in which moto's bus keeps them."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document

    def describe(self) -> dict[str, Any]:
        """As the policy has it."""
        return self.document


def put_policy(bus: Any, text: str) -> None:
    """Give a bus a whole policy; raises ValidationException for what is none."""
    try:
        statements = json.loads(text)["Statement"]
    except (ValueError, KeyError, TypeError):
        raise ValidationException("This policy contains invalid Json") from None
    listed = statements if isinstance(statements, list) else [statements]
    bus._statements = {
        str(each.get("Sid") or number): Statement(each) for number, each in enumerate(listed)
    }


def put_statement(bus: Any, request: dict[str, Any], partition: str) -> None:
    """Add a statement to a bus's policy, or change the one of this id."""
    principal, condition = request.get("Principal"), request.get("Condition")
    if not principal or not _ACCOUNT.fullmatch(str(principal)):
        raise ValidationException(
            f"1 validation error detected: Value '{principal}' at 'principal' failed to satisfy "
            r"constraint: Member must satisfy regular expression pattern: (\d{12}|\*)"
        )
    if condition and principal != "*":
        raise ValidationException(
            "Value of the parameter 'principal' must be '*' when the parameter 'condition' is set."
        )
    if request.get("Action") != ACTION:
        raise ValidationException("Provided value in parameter 'action' is not supported.")
    sid = str(request.get("StatementId") or "")
    if not _STATEMENT_ID.fullmatch(sid):
        raise ValidationException("StatementId must match ^[a-zA-Z0-9-_]{1,64}$")
    named = "*" if principal == "*" else {"AWS": f"arn:{partition}:iam::{principal}:root"}
    document = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": named,
        "Action": ACTION,
        "Resource": bus.arn,
    }
    if condition:
        document["Condition"] = {condition["Type"]: {condition["Key"]: condition["Value"]}}
    bus._statements[sid] = Statement(document)


def require_name(bus_name: str, known: Any) -> None:
    """Raise ResourceNotFoundException for a bus that is not there."""
    if bus_name not in known:
        raise AwsError("ResourceNotFoundException", f"Event bus {bus_name} does not exist.")
