"""The errors of CloudFormation's API, in its own codes and words.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

from moto.core.exceptions import ServiceException


class CloudFormationError(ServiceException):
    """Any error that CloudFormation answers: `code` is botocore's `Error.Code`."""

    def __init__(self, message: str, code: str = "ValidationError") -> None:
        self.code = code
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return self.message


class ResourceFailure(Exception):
    """A resource could not be made, changed or deleted; its text becomes the event's reason."""

    def __init__(self, logical_id: str, reason: str) -> None:
        super().__init__(reason)
        self.logical_id = logical_id
        self.reason = reason


def reason_of(error: BaseException, request_token: str) -> str:
    """What a resource's event says about `error`, in the form of AWS's resource handlers."""
    response = getattr(error, "response", None)
    if isinstance(response, dict) and "Error" in response:  # botocore's ClientError
        code = response["Error"].get("Code", "")
        text = str(error)
    else:
        code = str(getattr(error, "aws_code", "") or type(error).__name__)
        text = str(getattr(error, "message", "") or error or type(error).__name__)
    return (
        f'Resource handler returned message: "{text}" '
        f"(RequestToken: {request_token}, HandlerErrorCode: {code})"
    )
