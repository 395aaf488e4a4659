"""Clients: made once, with credentials of the caller where they are handed over, and patient for less
time than their function has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.conftest import Stub

SHARED = asset("shared")
clients = SHARED.module("slipway_shared.clients")
locations = SHARED.module("slipway_shared.s3_locations")
Target = SHARED.module("slipway_shared.stage_settings").Target
TARGET = Target(
    account_id="222222222222",
    region="eu-central-1",
    role_arn="arn:aws:iam::222222222222:role/abalone-prod-deploy-eu-central-1",
    external_id="slipway-abalone",
)


@pytest.fixture
def sts(stub: Stub) -> Iterator[Stubber]:
    """STS, with no session known."""
    clients.forget_sessions()
    yield stub(SHARED, "sts")
    clients.forget_sessions()


def _expect_assume_role(sts: Stubber, key: str, session: str = "deploy-prod-1") -> None:
    sts.add_response(
        "assume_role",
        {
            "Credentials": {
                "AccessKeyId": key,
                "SecretAccessKey": "secret",
                "SessionToken": f"token of {key}",
                "Expiration": datetime(2026, 11, 25, tzinfo=UTC),
            }
        },
        {
            "RoleArn": TARGET.role_arn,
            "RoleSessionName": session,
            "ExternalId": "slipway-abalone",
            "DurationSeconds": 900,
        },
    )


def test_a_client_is_made_once() -> None:
    assert clients.client("s3") is clients.client("s3")


def test_handed_over_credentials_are_used_and_not_kept() -> None:
    made = clients.client_with(
        "s3", access_key_id="id", secret_access_key="secret", session_token="token"
    )
    assert made is not clients.client("s3")
    credentials = made._request_signer._credentials
    assert (credentials.access_key, credentials.token) == ("id", "token")


def test_a_stages_client_is_its_deployment_roles_in_its_region(sts: Stubber) -> None:
    _expect_assume_role(sts, "ASIAEXAMPLEEXAMPLE01")
    made = clients.client_in(TARGET, "sagemaker", "deploy-prod-1")
    credentials = made._request_signer._credentials
    assert credentials.access_key == "ASIAEXAMPLEEXAMPLE01"
    assert credentials.token == "token of ASIAEXAMPLEEXAMPLE01"
    assert made.meta.region_name == "eu-central-1"


def test_the_role_is_assumed_once_for_all_services(sts: Stubber) -> None:
    _expect_assume_role(sts, "ASIAEXAMPLEEXAMPLE01")
    first = clients.client_in(TARGET, "sagemaker", "deploy-prod-1")
    other = clients.client_in(TARGET, "cloudwatch", "deploy-prod-1")
    assert clients.client_in(TARGET, "sagemaker", "deploy-prod-1") is first
    keys = {made._request_signer._credentials.access_key for made in (first, other)}
    assert keys == {"ASIAEXAMPLEEXAMPLE01"}


def test_a_forgotten_session_is_assumed_anew(sts: Stubber) -> None:
    for key in ("ASIAEXAMPLEEXAMPLE01", "ASIAEXAMPLEEXAMPLE02"):
        _expect_assume_role(sts, key)
        made = clients.client_in(TARGET, "sagemaker", "deploy-prod-1")
        assert made._request_signer._credentials.access_key == key
        clients.forget_sessions()


def test_another_execution_has_a_session_of_its_own(sts: Stubber) -> None:
    """CloudTrail shows the session's name."""
    for session in ("deploy-prod-1", "deploy-prod-2"):
        _expect_assume_role(sts, f"ASIAEXAMPLEEXAMPLE{session[-1]}", session)
        made = clients.client_in(TARGET, "sagemaker", session)
        assert made._request_signer._credentials.access_key.endswith(session[-1])


def test_a_role_that_may_not_be_assumed_is_tried_again_the_next_time(sts: Stubber) -> None:
    sts.add_client_error("assume_role", "AccessDenied")
    with pytest.raises(ClientError, match="AccessDenied"):
        clients.client_in(TARGET, "sagemaker", "deploy-prod-1")
    _expect_assume_role(sts, "ASIAEXAMPLEEXAMPLE01")
    assert clients.client_in(TARGET, "sagemaker", "deploy-prod-1") is not None


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
