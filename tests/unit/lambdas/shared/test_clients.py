"""Clients: made once, with credentials of the caller where they are handed over, and patient for less
time than their function has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.lambdas.assets import asset

clients = asset("shared").module("slipway_shared.clients")
locations = asset("shared").module("slipway_shared.s3_locations")


def test_a_client_is_made_once() -> None:
    assert clients.client("s3") is clients.client("s3")


def test_handed_over_credentials_are_used_and_not_kept() -> None:
    made = clients.client_with(
        "s3", access_key_id="id", secret_access_key="secret", session_token="token"
    )
    assert made is not clients.client("s3")
    credentials = made._request_signer._credentials
    assert (credentials.access_key, credentials.token) == ("id", "token")


@pytest.mark.parametrize(
    ("service", "function_timeout"), [("sagemaker", 60), ("s3", 60), ("sagemaker-runtime", 120)]
)
def test_a_call_that_hangs_leaves_time_to_answer(service: str, function_timeout: int) -> None:
    config = clients.client(service).meta.config
    attempts = config.retries["total_max_attempts"]
    # Standard mode waits at most 1 s, 2 s, 4 s … between attempts
    # (https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html).
    backoff = sum(2**attempt for attempt in range(attempts - 1))
    longest = attempts * (config.connect_timeout + config.read_timeout) + backoff
    assert longest + 10 <= function_timeout


@given(bucket=st.text("abc-", min_size=3), key=st.text(st.characters(codec="utf-8"), min_size=1))
def test_an_s3_uri_round_trips(bucket: str, key: str) -> None:
    assert locations.parse_s3_uri(f"s3://{bucket}/{key}") == (bucket, key)
    assert locations.S3Location(bucket, key).uri == f"s3://{bucket}/{key}"


@pytest.mark.parametrize("uri", ["", "s3://", "s3://bucket", "s3://bucket/", "https://b/k", "b/k"])
def test_another_uri_is_refused(uri: str) -> None:
    with pytest.raises(ValueError, match="not an S3 URI"):
        locations.parse_s3_uri(uri)
