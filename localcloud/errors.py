"""Errors in AWS's form, and the one way in which something unsupported is refused."""

from __future__ import annotations

import json
from collections.abc import Iterable

from moto.core.exceptions import JsonRESTError


class AwsError(JsonRESTError):
    """An error of a JSON service: `code` becomes `Error.Code` in botocore, `message` its text.

    Raise it inside a request to answer it, or anywhere else as an ordinary exception.
    """

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(code, message)
        self.aws_code = code
        self.message = message
        self.code = status
        self.description = json.dumps({"__type": code, "message": message})

    def __str__(self) -> str:
        return self.message


class ValidationException(AwsError):
    """What SageMaker and others answer for anything wrong with a request (HTTP 400)."""

    def __init__(self, message: str) -> None:
        super().__init__("ValidationException", message)


def unsupported(
    kind: str, name: object, supported: Iterable[object], code: str = "ValidationException"
) -> AwsError:
    """What to raise for a thing that exists on AWS and not here: names it, and what there is."""
    known = ", ".join(sorted(str(item) for item in supported)) or "none"
    return AwsError(
        code, f"unsupported by the local cloud: {kind} {str(name)!r}; supported: {known}"
    )
