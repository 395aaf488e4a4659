"""What a check's report means for the scores: an answer, in words, or a reason why there is none."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.conftest import Stub
from tests.unit.lambdas.job_events import STORE

ASSET = asset("judge_scores")
handle = ASSET.module("lambda_function").lambda_handler
judge = ASSET.module("violations").judge
CHECK, SUMMARY = "Batch/e/checks/data_quality", "Batch/e/summary/summary.json"
EVENT = {
    "checkS3Uri": f"s3://{STORE}/{CHECK}",
    "summaryS3Uri": f"s3://{STORE}/{SUMMARY}",
    "checkSkipped": "False",
}
# https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-interpreting-violations.html
DRIFT = {
    "feature_name": "length",
    "constraint_check_type": "baseline_drift_check",
    "description": "Baseline drift distance: 0.4 exceeds threshold: 0.1",
}
IN_WORDS = "length: baseline_drift_check: Baseline drift distance: 0.4 exceeds threshold: 0.1"


@pytest.fixture
def put(s3: Any) -> Any:
    """Puts what the jobs wrote: the summary, and files of the check by name."""

    def put_files(*, summary: Any = None, **files: Any) -> None:
        content = {SUMMARY: {"rows": 12, "files": 1} if summary is None else summary}
        content |= {f"{CHECK}/{name}.json": value for name, value in files.items()}
        for key, value in content.items():
            body = value if isinstance(value, str) else json.dumps(value)
            s3.put_object(Bucket=STORE, Key=key, Body=body.encode())

    return put_files


def test_a_violation_is_an_answer_that_names_the_feature(put: Any) -> None:
    put(constraint_violations={"violations": [DRIFT]}, statistics={})
    assert handle(EVENT, None) == {"Violations": 1, "Message": IN_WORDS, "Rows": 12}


@pytest.mark.parametrize(
    "files", [{"constraint_violations": {"violations": []}}, {"statistics": {"version": 0.0}}]
)
def test_without_a_violation_there_is_nothing_to_say(put: Any, files: dict[str, Any]) -> None:
    put(**files)
    assert handle(EVENT, None) == {
        "Violations": 0,
        "Message": "no violation of the baseline",
        "Rows": 12,
    }


@pytest.mark.parametrize("skipped", [True, "True", "true"])
def test_a_skipped_check_is_not_judged(put: Any, skipped: Any) -> None:
    put(constraint_violations={"violations": [DRIFT]})
    answer = handle({**EVENT, "checkSkipped": skipped}, None)
    assert answer["Violations"] == 0
    assert answer["Message"] == "the check was skipped (SkipDataQualityCheck)"


def test_a_check_that_left_nothing_has_not_passed(put: Any) -> None:
    put()
    with pytest.raises(LookupError, match=r"wrote neither constraint_violations.json nor statis"):
        handle(EVENT, None)


@pytest.mark.parametrize(
    "report", [[], {}, {"violations": {}}, {"violations": ["length"]}, {"violations": None}]
)
def test_a_report_that_is_none_has_not_passed(put: Any, report: Any) -> None:
    put(constraint_violations=report)
    with pytest.raises(ValueError, match="is no violation report: it must have a list of objects"):
        handle(EVENT, None)


def test_a_report_that_is_no_json_has_not_passed(put: Any) -> None:
    put(constraint_violations="{")
    with pytest.raises(ValueError, match="is not JSON"):
        handle(EVENT, None)


@pytest.mark.parametrize("summary", ["[]", "{}", '{"rows": "12"}'])
def test_a_summary_without_rows_is_refused(put: Any, summary: str) -> None:
    put(summary=summary)
    with pytest.raises(ValueError, match="does not say how many rows there are"):
        handle(EVENT, None)


def test_what_s3_refuses_is_said(stub: Stub) -> None:
    stub(ASSET, "s3").add_client_error("get_object", "AccessDenied", "Access Denied")
    with pytest.raises(RuntimeError, match=r"summary.json cannot be read: AccessDenied"):
        handle(EVENT, None)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"checkS3Uri": None}, "event: checkS3Uri must be an S3 URI, not None"),
        ({"summaryS3Uri": "x"}, "event: summaryS3Uri is not an S3 URI of the form"),
        ({"checkSkipped": 1}, "event: checkSkipped must be true or false, not 1"),
        ({"checkSkipped": "no"}, "event: checkSkipped must be true or false, not 'no'"),
    ],
)
def test_an_event_that_cannot_be_meant_is_refused(
    put: Any, changes: dict[str, Any], message: str
) -> None:
    put()
    with pytest.raises(ValueError, match=message):
        handle({**EVENT, **changes}, None)


def test_the_message_fits_an_output_of_a_step_and_says_how_many_more() -> None:
    violations = [{**DRIFT, "feature_name": f"f{n}", "description": "x" * 999} for n in range(5)]
    judgement = judge({"violations": violations})
    assert judgement.violations == 5
    assert judgement.message.endswith("… (and 2 more)")
    assert [f"f{n}: " in judgement.message for n in range(5)] == [True, True, True, False, False]
    assert len(judgement.message) <= 1024


def test_a_violation_that_says_nothing_is_still_one() -> None:
    assert judge({"violations": [{}]}) == (1, "a violation that is not described")
