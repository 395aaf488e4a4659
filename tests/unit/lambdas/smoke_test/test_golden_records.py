"""A file of golden records is checked before use, in both of its versions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.smoke_test.files import FILE, FILE_OF_VERSION_1, RANGE

golden = asset("smoke_test").module("golden_records")


def test_each_record_has_its_prediction_and_the_larger_of_two_tolerances() -> None:
    parsed = golden.parse_golden_records(json.dumps(FILE))
    first, second, third = parsed.records
    assert (first.line, first.prediction) == ("0.455,1", 4.55)
    assert (first.minimum, first.maximum) == pytest.approx((4.55 - 4.55e-5, 4.55 + 4.55e-5))
    assert (third.minimum, third.maximum) == (-1e-5, 1e-5)
    assert second.name == "record 2 (0.35,2)"
    assert second.allowed == "3.5 within 3.5e-05"
    assert golden.body_of(parsed.records) == b"0.455,1\n0.35,2\n0,3"
    assert [(bad.name, bad.content_type, bad.body) for bad in parsed.bad_records] == [
        ("a column too many", "text/csv", b"0,0.455,1"),
        ("another content type", "application/json", b"0.455,1"),
    ]


def test_a_file_of_version_1_has_a_range_and_no_predictions() -> None:
    parsed = golden.parse_golden_records(json.dumps(FILE_OF_VERSION_1))
    assert [(each.minimum, each.maximum, each.prediction) for each in parsed.records] == [
        (1, 29, None),
        (1, 29, None),
    ]
    assert parsed.records[0].allowed == "a number from 1 to 29"
    assert parsed.bad_records == ()


def _tolerance(**changes: Any) -> dict[str, Any]:
    return {"tolerance": {**FILE["tolerance"], **changes}}


def _record(**changes: Any) -> dict[str, Any]:
    return {"records": [FILE["records"][0], {**FILE["records"][1], **changes}]}


def _bad(**changes: Any) -> dict[str, Any]:
    return {"badRecords": [{**FILE["badRecords"][0], **changes}]}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"schemaVersion": "3"}, "schemaVersion is '3'; this smoke test reads '2', and '1', which"),
        ({"schemaVersion": 2}, "schemaVersion is 2; this smoke test reads '2'"),
        ({"records": None}, r"the file lacks 'records' \(a list\)"),
        ({"records": []}, "'records' is empty: a test without a record cannot fail"),
        ({"records": ["0.455,1"]}, r"records\[0\] must be an object, not '0.455,1'"),
        ({"expected": RANGE}, "the file has an unknown member 'expected'"),
        ({"accept": "application/json"}, "'accept' must be 'text/csv', not 'application/json'"),
        ({"contentType": "text/csv; x"}, "'contentType' must be 'text/csv'"),
        (_tolerance(relative=0.2), "tolerance: 'relative' must be 0 to 0.1, not 0.2"),
        (_tolerance(relative=float("nan")), "tolerance: 'relative' must be 0 to 0.1, not nan"),
        (_tolerance(absolute=-1), "tolerance: 'absolute' must be 0 or more, not -1"),
        (_tolerance(absolute=float("inf")), "tolerance: 'absolute' must be a finite number"),
        (_tolerance(absolute=None), "tolerance lacks 'absolute'"),
        (_record(input="1\n2"), r"records\[1\] must be one line: '1\\n2'"),
        (_record(input=" "), r"records\[1\] must be one line: ' '"),
        (_record(prediction=True), r"records\[1\]: 'prediction' must be a number, not True"),
        (_record(prediction=float("nan")), r"records\[1\]: 'prediction' must be a finite number"),
        (_record(prediction=10**400), "'prediction' must be a finite number, not 1000"),
        (_record(prediction="9"), r"records\[1\]: 'prediction' must be a number, not '9'"),
        (_record(label=9), r"records\[1\] has an unknown member 'label'"),
        (_record(input="x" * 7_000_000), "records have 7000008 bytes, allowed: 6291456"),
        (_bad(body=""), r"badRecords\[0\]: 'body' must not be empty"),
        (_bad(name=None), r"badRecords\[0\] lacks 'name'"),
        ({"badRecords": [1]}, r"badRecords\[0\] must be an object, not '1'"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(golden.GoldenRecordsError, match=reason):
        golden.parse_golden_records(json.dumps({**FILE, **changes}))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"expected": None}, r"the file lacks 'expected' \(an object\)"),
        ({"records": "1,2"}, "'records' must be a list, not '1,2'"),
        ({"records": [1, 2]}, "'records' must be a list of lines"),
        ({"records": []}, "'records' is empty: a test without a record cannot fail"),
        ({"records": ["1", "2\n3"]}, r"records\[1\] must be one line"),
        ({"accept": "application/json"}, "'accept' must be 'text/csv', not 'application/json'"),
        ({"expected": {**RANGE, "type": "string"}}, "expected: 'type' must be 'number'"),
        ({"expected": {**RANGE, "count": 3}}, "'count' is 3, but there are 2 records"),
        ({"expected": {**RANGE, "minimum": None}}, "expected lacks 'minimum'"),
        ({"expected": {**RANGE, "maximum": True}}, "'maximum' must be a number, not True"),
        ({"expected": {**RANGE, "maximum": float("nan")}}, "must be finite numbers"),
        ({"expected": {**RANGE, "maximum": 10**400}}, "must be finite numbers"),
        ({"expected": {**RANGE, "minimum": 30}}, "expected: 'minimum' 30 is above 'maximum' 29"),
    ],
)
def test_a_file_of_version_1_that_cannot_be_used_is_refused(
    changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(golden.GoldenRecordsError, match=reason):
        golden.parse_golden_records(json.dumps({**FILE_OF_VERSION_1, **changes}))


@pytest.mark.parametrize(("text", "reason"), [("{", "not JSON"), ("[]", "not a JSON object")])
def test_what_is_no_json_object_is_refused(text: str, reason: str) -> None:
    with pytest.raises(golden.GoldenRecordsError, match=reason):
        golden.parse_golden_records(text)
