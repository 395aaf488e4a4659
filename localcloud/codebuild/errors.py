"""The errors of the CodeBuild API.

https://docs.aws.amazon.com/codebuild/latest/APIReference/API_StartBuild.html#API_StartBuild_Errors
"""

from __future__ import annotations

from collections.abc import Iterable

from localcloud.errors import AwsError, unsupported

INVALID_INPUT = "InvalidInputException"
SERVICE = "codebuild.amazonaws.com"


def invalid_input(message: str) -> AwsError:
    """What CodeBuild answers for anything wrong with a request."""
    return AwsError(INVALID_INPUT, message)


def not_found(message: str) -> AwsError:
    """A project or build that does not exist."""
    return AwsError("ResourceNotFoundException", message)


def refused(kind: str, name: object, supported: Iterable[object]) -> AwsError:
    """Something that CodeBuild has on AWS and not here."""
    return unsupported(kind, name, supported, INVALID_INPUT)


class PhaseFailed(Exception):
    """A phase of a build ends otherwise than well, with a `PhaseContext` that says why.

    https://docs.aws.amazon.com/codebuild/latest/APIReference/API_PhaseContext.html
    """

    def __init__(self, code: str, message: str, status: str = "FAILED") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
