"""IAM's errors: a query service answers them as XML."""

from __future__ import annotations

from moto.core.exceptions import ServiceException


class IamError(ServiceException):
    """Any error that IAM answers: `code` is botocore's `Error.Code`."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)
