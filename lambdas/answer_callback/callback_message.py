"""What a callback step sends to its queue. Pure.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html (CallbackStep): `token`,
`arguments`, and a second message with the status `Stopping` when the execution is stopped.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Observed; a message without a status is one of a running step.
EXECUTING = "Executing"


class UnreadableMessage(ValueError):
    """The body is not one of a callback step; the text says why."""


@dataclass(frozen=True)
class Message:
    """One message: the token to answer, and what the pipeline hands over."""

    token: str
    status: str
    arguments: Mapping[str, Any]
    execution_arn: str


def parse_message(body: str) -> Message:
    """The message in a body. Raises UnreadableMessage."""
    try:
        members = json.loads(body)
    except ValueError as error:
        raise UnreadableMessage(f"the body is not JSON: {error}") from error
    if not isinstance(members, dict) or not isinstance(members.get("token"), str):
        raise UnreadableMessage("the body has no token: no callback step sent it")
    arguments = members.get("arguments")
    return Message(
        token=members["token"],
        status=str(members.get("status") or EXECUTING),
        arguments=arguments if isinstance(arguments, dict) else {},
        execution_arn=str(members.get("pipelineExecutionArn") or "an execution that is not named"),
    )
