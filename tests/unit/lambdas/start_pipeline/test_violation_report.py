"""The report of a failed check in words: what is in it as AWS shows it, what cannot be read as said."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.conftest import Stub
from tests.unit.lambdas.job_events import STORE

ASSET = asset("start_pipeline")
reports = ASSET.module("violation_report")
client = ASSET.module("slipway_shared.clients").client
KEY = "Abalone/p4jn9xou8a8s/checks/data_quality/constraint_violations.json"
URI = f"s3://{STORE}/{KEY}"
REASON = f"ClientError: Quality check failed. See violation report: {URI}"
# https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-interpreting-violations.html
FEATURE = {
    "feature_name": "string",
    "constraint_check_type": "data_type_check",
    "description": "Data type match requirement is not met.",
}


def step(kind: str = "QualityCheck", **members: Any) -> dict[str, Any]:
    metadata = {kind: {"CheckType": "DATA_QUALITY", "ViolationReport": URI}}
    given = {"StepName": "C", "StepStatus": "Failed", "FailureReason": REASON, "Metadata": metadata}
    return {**given, **members}


@pytest.mark.parametrize(
    ("seen", "uri"),
    [
        (step(), URI),
        (step("ClarifyCheck"), URI),
        (step(Metadata={"QualityCheck": {"CheckType": "DATA_QUALITY"}}), URI),
        (step(Metadata={"QualityCheck": {"SkipCheck": False}}, FailureReason="x"), None),
        (step(Metadata={"QualityCheck": {"SkipCheck": False}}, FailureReason=None), None),
        (step(StepStatus="Succeeded"), None),
        (step(Metadata={"ProcessingJob": {"Arn": "arn"}}), None),
        ({"StepName": "C", "StepStatus": "Failed"}, None),
    ],
)
def test_only_a_failed_check_has_a_report(seen: dict[str, Any], uri: str | None) -> None:
    assert reports.report_uri(seen) == uri


@pytest.mark.parametrize(
    ("violation", "words"),
    [
        (FEATURE, "string: data_type_check: Data type match requirement is not met."),
        (
            {
                "facet": "Age",
                "facet_value": "40",
                "metric_name": "CI",
                "constraint_check_type": "bias_drift_check",
                "description": "Value 0.07 does not meet the constraint requirement",
            },
            "Age 40 CI: bias_drift_check: Value 0.07 does not meet the constraint requirement",
        ),
        (
            {
                "label": "label0",
                "metric_name": "shap",
                "constraint_check_type": "feature_attribution_drift_check",
                "description": "Feature attribution drift 0.76 exceeds threshold 0.9",
            },
            "label0 shap: feature_attribution_drift_check: "
            "Feature attribution drift 0.76 exceeds threshold 0.9",
        ),
        (
            {
                "metric_name": "mse",
                "constraint_check_type": "GreaterThanThreshold",
                "description": "Metric mse with 9.0 +/- 0.1 was GreaterThanThreshold '4.8' ",
            },
            "mse: GreaterThanThreshold: Metric mse with 9.0 +/- 0.1 was GreaterThanThreshold '4.8'",
        ),
        ({"feature_name": "x"}, "x"),
    ],
)
def test_a_violation_in_words(violation: dict[str, Any], words: str) -> None:
    assert reports.violation_in_words(violation) == words


def test_the_first_three_and_how_many_more() -> None:
    violations = [{**FEATURE, "feature_name": f"f{n}", "description": "d"} for n in range(5)]
    three = "f0: data_type_check: d; f1: data_type_check: d; f2: data_type_check: d"
    assert reports.in_words({"violations": violations[:3]}) == three
    assert reports.in_words({"violations": violations}) == f"{three}; and 2 more"
    assert reports.in_words({"violations": []}) == "it lists no violation"


def test_five_failed_checks_fit_into_one_message() -> None:
    """FailureDetails.message has 5000 characters; a FailureReason has up to 1024."""
    long = {**FEATURE, "description": "x" * 10_000}
    words = reports.in_words({"violations": [long] * 9})
    assert words.count("…") == 3
    assert len(words) < 1000 - len("; and 6 more")


def test_it_is_read_from_s3(s3: Any) -> None:
    s3.put_object(Bucket=STORE, Key=KEY, Body=json.dumps({"violations": [FEATURE]}))
    words = "string: data_type_check: Data type match requirement is not met."
    assert reports.read_report(client("s3"), URI) == words


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"no json", "it is not a violation report: Expecting value"),
        (b"[]", "it is not a violation report: list indices"),
        (b"{}", "it is not a violation report: 'violations'"),
        (b'{"violations": 3}', "it is not a violation report: 'int' object"),
        (b'{"violations": ["x"]}', "it is not a violation report: 'str' object"),
        (b"\xff", "it is not a violation report: 'utf-8' codec"),
    ],
)
def test_what_is_no_report_is_said(s3: Any, body: bytes, why: str) -> None:
    s3.put_object(Bucket=STORE, Key=KEY, Body=body)
    said = reports.read_report(client("s3"), URI)
    assert said.startswith(f"(violation report {URI} cannot be read: {why}")


@pytest.mark.parametrize("code", ["AccessDenied", "NoSuchKey"])
def test_what_s3_refuses_is_said(stub: Stub, code: str) -> None:
    stub(ASSET, "s3").add_client_error("get_object", code, "it says why")
    assert reports.read_report(client("s3"), URI) == (
        f"(violation report {URI} cannot be read: {code}: it says why)"
    )


def test_an_address_that_is_none_is_said() -> None:
    assert "not an S3 URI" in reports.read_report(client("s3"), "x")
