"""Errors are told apart by their code and text, and transient ones are those worth another try."""

from __future__ import annotations

import pytest
from botocore import exceptions
from botocore.exceptions import ClientError

from tests.unit.lambdas.assets import asset

errors = asset("shared").module("slipway_shared.service_errors")


def _error(code: str, status: int = 400) -> ClientError:
    metadata = {"HTTPStatusCode": status}
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": metadata}, "Op")


def test_code_and_message() -> None:
    error = ClientError({"Error": {"Code": "ValidationException", "Message": "No"}}, "Op")
    assert (errors.code_of(error), errors.message_of(error)) == ("ValidationException", "No")
    assert errors.says(error, "nO")
    assert (errors.code_of(ValueError("x")), errors.message_of(ValueError("x"))) == ("", "x")


def test_a_null_message_gives_the_exceptions_text() -> None:
    error = ClientError({"Error": {"Code": "ThrottlingException", "Message": None}}, "Invoke")
    assert "ThrottlingException" in errors.message_of(error)


@pytest.mark.parametrize(
    "error",
    [
        _error("ThrottlingException"),
        _error("SlowDown", 503),
        _error("InternalFailure", 500),
        exceptions.ReadTimeoutError(endpoint_url="u"),
        exceptions.ConnectTimeoutError(endpoint_url="u"),
        exceptions.EndpointConnectionError(endpoint_url="u"),
        exceptions.ConnectionClosedError(endpoint_url="u"),
    ],
    ids=lambda error: f"{type(error).__name__}",
)
def test_transient(error: Exception) -> None:
    assert errors.is_transient(error)


@pytest.mark.parametrize(
    "error", [_error("ValidationException"), _error("AccessDeniedException", 403), ValueError("x")]
)
def test_lasting(error: Exception) -> None:
    assert not errors.is_transient(error)
