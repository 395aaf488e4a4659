"""What an AWS client's exception says, without importing botocore for it.

SageMaker's control plane has no modelled error for "not found", "already there" or "busy": all are
`ValidationException`, told apart by their text only (observed; the texts are in the functions that
look for them).
"""

from __future__ import annotations

THROTTLING_CODES = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "RequestLimitExceeded",
        "SlowDown",
    }
)


def code_of(error: Exception) -> str:
    """The error code of a botocore ClientError; empty for any other exception."""
    response = getattr(error, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))


def message_of(error: Exception) -> str:
    """The service's message of a botocore ClientError; the exception's text for any other."""
    response = getattr(error, "response", None) or {}
    return str(response.get("Error", {}).get("Message") or error)


def says(error: Exception, text: str) -> bool:
    """Whether the service's message contains this text, in any casing."""
    return text.casefold() in message_of(error).casefold()


def is_transient(error: Exception) -> bool:
    """Whether asking again later may well succeed: throttled, a service's fault, or no answer."""
    response = getattr(error, "response", None)
    if response:
        status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return code_of(error) in THROTTLING_CODES or status >= 500
    from botocore.exceptions import ConnectionError, HTTPClientError

    # Not one family: ReadTimeoutError is of the second, ConnectTimeoutError of the first.
    return isinstance(error, ConnectionError | HTTPClientError)
