"""Golden records are checked before use, and each answer must be a number within its bounds."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.lambdas.assets import asset

golden = asset("smoke_test").module("golden_records")
EXPECTED = {"count": 2, "type": "number", "minimum": 1, "maximum": 29}
FILE: dict[str, Any] = {
    "contentType": "text/csv",
    "accept": "text/csv",
    "records": ["0.455,0.365", "0.35,0.265"],
    "expected": EXPECTED,
}


def _parse(**changes: Any) -> Any:
    return golden.parse_golden_records(json.dumps({**FILE, **changes}))


def test_all_records_are_one_request() -> None:
    assert _parse().body == b"0.455,0.365\n0.35,0.265\n"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"expected": None}, "not an object with contentType, accept, records and expected"),
        ({"records": "1,2"}, "records must be a list of lines"),
        ({"records": [1, 2]}, "records must be a list of lines"),
        ({"records": []}, "records is empty"),
        ({"records": ["1", "2\n3"]}, r"record 2 must be one line"),
        ({"records": ["1", " "]}, "record 2 must be one line"),
        ({"accept": "application/json"}, "accept must be 'text/csv', not 'application/json'"),
        ({"expected": {**EXPECTED, "type": "string"}}, "expected.type must be 'number'"),
        ({"expected": {**EXPECTED, "count": 3}}, "expected.count is 3, but there are 2 records"),
        ({"expected": {**EXPECTED, "minimum": None}}, "expected.minimum must be a finite number"),
        ({"expected": {**EXPECTED, "maximum": True}}, "expected.maximum must be a finite number"),
        ({"expected": {**EXPECTED, "maximum": float("nan")}}, "must be a finite number, not nan"),
        ({"expected": {**EXPECTED, "maximum": 10**400}}, "must be a finite number, not 1000"),
        ({"expected": {**EXPECTED, "minimum": 30}}, "minimum 30.0 is above expected.maximum 29.0"),
        ({"records": ["x" * 4_000_000] * 2}, "records have 8000002 bytes, allowed: 6291456"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(golden.GoldenRecordsError, match=reason):
        _parse(**changes)


def test_what_is_not_json_is_refused() -> None:
    with pytest.raises(golden.GoldenRecordsError, match="not JSON"):
        golden.parse_golden_records("{")


@pytest.mark.parametrize("answer", [b"9.5\n7.25\n", b"9.5,7.25", b"9.5\r\n7.25", b" 9.5 , 7.25\n"])
def test_answers_in_both_forms_of_the_container(answer: bytes) -> None:
    assert golden.check_answers(_parse(), answer) == (9.5, 7.25)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"9.5\n", "2 records got 1 answers: '9.5'"),
        (b"9.5\n7\n8\n", "2 records got 3 answers"),
        (b"", "2 records got 0 answers: ''"),
        (b"9.5\nabc\n", r"record 2 \(0.35,0.265\) got 'abc', allowed: a number from 1 to 29"),
        (b"9.5\nnan\n", "record 2 .* got 'nan'"),
        (b"inf\n7\n", "record 1 .* got 'inf'"),
        (b"9.5\n29.01\n", "record 2 .* got '29.01'"),
        (b"0.99\n7\n", "record 1 .* got '0.99'"),
        (b"\xff\n7\n", "record 1 .* got"),
        (b"<html>" + b"x" * 500, "record 1 .* got '<html>x{74}'"),
    ],
)
def test_answers_that_must_not_be(answer: bytes, reason: str) -> None:
    with pytest.raises(golden.UnexpectedAnswer, match=reason):
        golden.check_answers(_parse(), answer)


@given(answer=st.binary(max_size=60))
def test_any_answer_is_accepted_or_refused_never_worse(answer: bytes) -> None:
    records = _parse()
    try:
        values = golden.check_answers(records, answer)
    except golden.UnexpectedAnswer:
        return
    assert len(values) == 2
    assert all(1 <= value <= 29 for value in values)


@given(values=st.lists(st.floats(1, 29), min_size=1, max_size=20))
def test_numbers_within_bounds_are_accepted(values: list[float]) -> None:
    records = _parse(records=["1"] * len(values), expected={**EXPECTED, "count": len(values)})
    answer = "".join(f"{value}\n" for value in values).encode()
    assert golden.check_answers(records, answer) == tuple(values)
