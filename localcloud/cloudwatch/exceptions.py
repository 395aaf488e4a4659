"""CloudWatch's errors: moto writes them in the form in which the request came, JSON or query."""

from __future__ import annotations

from collections.abc import Iterable

from moto.core.exceptions import ServiceException

from localcloud.errors import unsupported


class CloudWatchError(ServiceException):
    """An error by its code and text; the status is that of botocore's model, 400 for others."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)


class AlarmNotFound(CloudWatchError):
    """Alarms that are not there."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__("ResourceNotFound", f"Unable to find alarms: {', '.join(sorted(names))}")


def invalid(message: str) -> CloudWatchError:
    """What CloudWatch answers for a wrong request."""
    return CloudWatchError("ValidationError", message)


def refused(kind: str, name: object, supported: Iterable[object]) -> CloudWatchError:
    """What is there on AWS and not here: names it, and what there is."""
    return invalid(unsupported(kind, name, supported).message)
