"""The handler: the endpoint must serve exactly the manifest's version, and answer as it must."""

from __future__ import annotations

import time
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.job_events import REGISTRY, STORE
from tests.unit.lambdas.smoke_test.conftest import (
    CONFIG,
    ENDPOINT,
    KEY,
    STAGING,
    Refusal,
    SmokeTest,
    model,
    model_error,
)
from tests.unit.lambdas.smoke_test.files import FILE, FILE_OF_VERSION_1

LOAD = {"requestsPerSecond": 50, "seconds": 1, "maxErrors": 0, "maxP99Milliseconds": 5000}

# Three records, all of them, and each of two bad ones with ten good ones.
RECORDS_ALONE = 3 + 1 + 2 * 11


@pytest.mark.parametrize("primary", [False, True])
def test_right_answers_of_the_right_version_succeed(smoke: SmokeTest, primary: bool) -> None:
    smoke.may_assume().has_version().has_records().serves(f"{REGISTRY}/7", primary=primary)
    success = smoke.runs().success
    variables = success["outputVariables"]
    assert int(variables.pop("LatencyMilliseconds")) < 5000
    assert float(variables.pop("MaxDifference")) < 1e-12
    assert variables == {
        "EndpointName": ENDPOINT,
        "ModelPackageArn": f"{REGISTRY}/7",
        "RecordCount": "3",
        "BadRecordsRefused": "2 of 2",
        "LoadSummary": "none",
    }
    summary = success["executionDetails"]["summary"]
    assert summary.startswith(
        f"3 golden records of version 7 answered by {CONFIG}, alone and together: off the evaluation's"
        " predictions by "
    )
    assert summary.endswith("; 2 of 2 bad records refused; load: none")
    assert {each["path"] for each in smoke.requests} == {f"/endpoints/{ENDPOINT}/invocations"}
    assert len(smoke.requests) == RECORDS_ALONE


def test_a_file_of_version_1_is_read_and_said(smoke: SmokeTest) -> None:
    smoke.may_assume().has_version().has_records(FILE_OF_VERSION_1).serves(f"{REGISTRY}/7")
    success = smoke.runs().success
    assert success["outputVariables"]["MaxDifference"] == "not recorded"
    assert success["outputVariables"]["BadRecordsRefused"] == "0 of 0"
    assert (
        "alone and together: 3.5 to 4.55, allowed 1 to 29 (the file is of version 1: it has no"
        " predictions to compare with, and no bad records)"
    ) in success["executionDetails"]["summary"]


def _raises(error: Exception) -> Any:
    def answer(body: str, content_type: str) -> str:
        raise error

    return answer


def _says(text: str) -> Any:
    return lambda body, content_type: text


def _lenient(body: str, content_type: str) -> str:
    return "1\n" if body == "0,0.455,1" else model(body, content_type)


def _crashes(body: str, content_type: str) -> str:
    if body == "0,0.455,1":
        raise model_error(500, "IndexError")
    return model(body, content_type)


def _slow(body: str, content_type: str) -> str:
    time.sleep(0.02)
    return model(body, content_type)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (_says("4.55\n4.55\n"), "record 1 (0.455,1) got 2 answers: '4.55\\n4.55', allowed: 1"),
        (_says("4.5\n"), "record 1 (0.455,1) got '4.5', allowed: 4.55 within 4.5e-05"),
        (_says("none\n"), "record 1 (0.455,1) got 'none'"),
        (
            _raises(model_error(500, "local variable 'pred' referenced before assignment")),
            "record 1 (0.455,1): the model answered 500: local variable 'pred' referenced before"
            " assignment (log: arn:log), allowed: 4.55 within 4.5e-05",
        ),
        (
            _raises(Refusal("ValidationError", 400)),
            "record 1 (0.455,1) could not be sent or was not answered: An error occurred"
            " (ValidationError) when calling the InvokeEndpoint operation",
        ),
        (
            _raises(EndpointConnectionError(endpoint_url="https://runtime")),
            "record 1 (0.455,1) could not be sent or was not answered: Could not connect",
        ),
        (
            _lenient,
            "bad record 'a column too many' (b'0,0.455,1' as text/csv) was answered with 200",
        ),
        (_crashes, "was answered with 500: 'IndexError', allowed: a refusal (4XX)"),
    ],
)
def test_wrong_answers_fail(smoke: SmokeTest, answer: Any, reason: str) -> None:
    smoke.is_good().model = answer
    failure = smoke.runs().failure
    assert failure.startswith(f"endpoint {ENDPOINT}, version 7: ")
    assert reason in failure


def test_another_content_type_fails(smoke: SmokeTest) -> None:
    smoke.is_good().content_type = "application/json"
    assert "got content type 'application/json', allowed: text/csv" in smoke.runs().failure


def test_slow_answers_fail(smoke: SmokeTest) -> None:
    smoke.is_good().model = _slow
    assert "ms, allowed: 10 ms" in smoke.runs(maxLatencyMilliseconds=10).failure


def test_a_load_is_borne_and_told(smoke: SmokeTest) -> None:
    success = smoke.is_good().runs(load=LOAD).success
    load = success["outputVariables"]["LoadSummary"]
    assert load.startswith("p50 ")
    assert "errors 0 of 50, " in load
    assert success["executionDetails"]["summary"].endswith(f"; load: {load}")
    # The first one opens the connection; the records take turns.
    sent = [each["body"] for each in smoke.requests[RECORDS_ALONE:]]
    assert len(sent) == 51
    assert {sent.count(record["input"]) for record in FILE["records"]} == {18, 17, 16}


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Refusal("ThrottlingException", 400), "ThrottlingException 5"),
        (model_error(503, "busy"), "model's error 503 5"),
        (ReadTimeoutError(endpoint_url="https://runtime"), "ReadTimeoutError 5"),
        (None, "wrong answer 5"),
    ],
)
def test_errors_under_load_are_counted_by_kind_and_fail(
    smoke: SmokeTest, error: Exception | None, kind: str
) -> None:
    def overloaded(body: str, content_type: str) -> str:
        if RECORDS_ALONE + 10 <= len(smoke.requests) < RECORDS_ALONE + 15:
            if error is None:
                return "9\n"
            raise error
        return model(body, content_type)

    smoke.is_good().model = overloaded
    failure = smoke.runs(load={**LOAD, "maxErrors": 4}).failure
    assert "the load was beyond its bounds: 5 errors, allowed: 4; first: record " in failure
    assert f"errors 5 of 50 ({kind})" in failure
    # What went well is told too.
    assert "3 golden records of version 7 answered by" in failure


def test_a_load_that_is_too_slow_fails(smoke: SmokeTest) -> None:
    smoke.is_good().model = _slow
    failure = smoke.runs(load={**LOAD, "requestsPerSecond": 10, "maxP99Milliseconds": 10}).failure
    assert "p99 " in failure
    assert " ms, allowed: 10 ms (p50 " in failure


def test_a_loads_client_neither_tries_again_nor_waits_for_a_connection(smoke: SmokeTest) -> None:
    module = asset("smoke_test").module("endpoint")
    target = (
        asset("smoke_test")
        .module("slipway_shared.stage_settings")
        .Target(
            *(STAGING["target"][name] for name in ("accountId", "region", "roleArn", "externalId"))
        )
    )
    client = module.load_client(target, "smoke-test-11111111-abcd-1111-abcd-111111abcdef", 64)
    config = client.meta.config
    assert config.max_pool_connections == 64
    assert config.retries["total_max_attempts"] == 1
    assert (config.connect_timeout, config.read_timeout) == (3, 10)


def test_another_version_fails_before_it_is_invoked(smoke: SmokeTest) -> None:
    failure = smoke.may_assume().has_version().serves(f"{REGISTRY}/6").runs().failure
    assert failure == (
        f"endpoint {ENDPOINT} serves {REGISTRY}/6 (variant V0 of {CONFIG}), not {REGISTRY}/7"
    )
    assert smoke.requests == []


def test_every_variant_counts(smoke: SmokeTest) -> None:
    smoke.may_assume().has_version().serves(f"{REGISTRY}/7", f"{REGISTRY}/77")
    assert "(variant V1" in smoke.runs().failure


def test_an_endpoint_that_is_not_in_service_fails(smoke: SmokeTest) -> None:
    failure = smoke.may_assume().has_version().serves(status="Updating").runs().failure
    assert failure == f"endpoint {ENDPOINT} is Updating, not InService"


def test_a_role_that_may_not_be_assumed_is_named(smoke: SmokeTest) -> None:
    words = f"not authorized to perform: sts:AssumeRole on resource: {STAGING['target']['roleArn']}"
    smoke.has_version().sts.add_client_error("assume_role", "AccessDenied", words, 403)
    assert words in smoke.runs().failure


def test_a_version_without_golden_records_fails(smoke: SmokeTest) -> None:
    failure = smoke.may_assume().has_version(uri=None).serves(f"{REGISTRY}/7").runs().failure
    assert failure.startswith("version 7 was registered without golden records")


@pytest.mark.parametrize(
    ("uri", "content", "reason"),
    [
        (f"s3://{STORE}/{KEY}", None, "cannot be read"),
        ("s3://no-such-bucket/key", None, "cannot be read"),
        ("https://example.com/x", None, "cannot be used: not an S3 URI"),
        (f"s3://{STORE}/{KEY}", {**FILE, "records": []}, "cannot be used: the file: 'records' is"),
        (f"s3://{STORE}/{KEY}", {**FILE, "schemaVersion": "3"}, "schemaVersion is '3'"),
        (f"s3://{STORE}/{KEY}", b"\xff", "cannot be used: "),
    ],
)
def test_golden_records_that_cannot_be_had_fail(
    smoke: SmokeTest, uri: str, content: Any, reason: str
) -> None:
    if content is not None:
        smoke.has_records(content)
    failure = smoke.may_assume().has_version(uri).serves(f"{REGISTRY}/7").runs().failure
    assert failure.startswith(f"golden records {uri} of version 7 ")
    assert reason in failure


@pytest.mark.parametrize(
    ("changes", "kind", "reason"),
    [
        ({"endpointName": None}, "ConfigurationError", "lacks 'endpointName'"),
        (
            {"endpointName": "other"},
            "ConfigurationError",
            "names endpoint other; stage staging of the manifest has abalone-staging",
        ),
        ({"stage": "prod"}, "JobFailed", "manifest.json has no stage 'prod'; it has staging"),
        ({"load": {}}, "ConfigurationError", "UserParameters: load lacks 'requestsPerSecond'"),
    ],
)
def test_parameters_are_checked(
    smoke: SmokeTest, changes: dict[str, Any], kind: str, reason: str
) -> None:
    answers = smoke.runs(**changes)
    assert reason in answers.failure
    assert answers.only("PutJobFailureResult")["failureDetails"]["type"] == kind


def test_a_manifest_for_another_group_is_refused(
    smoke: SmokeTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODEL_PACKAGE_GROUP_NAME", "OtherGroup")
    assert "this pipeline deploys versions of 'OtherGroup'" in smoke.runs().failure


def test_every_call_assumes_its_role_anew(smoke: SmokeTest) -> None:
    smoke.is_good().runs()
    smoke.answers.calls.clear()
    smoke.target.clear()
    assert smoke.is_good().runs().success
