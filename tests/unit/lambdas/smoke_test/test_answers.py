"""Each answer must be the record's prediction within its tolerance, in the right form."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.smoke_test.files import FILE, FILE_OF_VERSION_1

ASSET = asset("smoke_test")
answers, golden = ASSET.module("answers"), ASSET.module("golden_records")
PARSED = golden.parse_golden_records(json.dumps(FILE))
RANGED = golden.parse_golden_records(json.dumps(FILE_OF_VERSION_1))


def reply(text: str, status: int = 200, content_type: str = "text/csv", **members: Any) -> Any:
    return ASSET.module("endpoint").Reply(status, content_type, text, 1.0, **members)


def check(text: str, records: Any = PARSED.records, **members: Any) -> Any:
    return answers.check_reply(records, "text/csv", reply(text, **members))


@pytest.mark.parametrize(
    "text",
    ["4.55\n3.5\n0.0\n", "4.55,3.5,0", "4.55\r\n3.5\r\n0", " 4.55 , 3.5 , 0\n", "4.55\n3.5,-0.0"],
)
def test_answers_in_both_forms_of_the_container(text: str) -> None:
    assert check(text) == (4.55, 3.5, 0)


@pytest.mark.parametrize("content_type", ["text/csv", "text/csv; charset=utf-8", "Text/CSV;x=y"])
def test_a_character_set_may_stand_behind_the_content_type(content_type: str) -> None:
    assert check("3.5\n", PARSED.records[1:2], content_type=content_type) == (3.5,)


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        ("4.55\n3.5\n", "wrong shape", "3 records in one request got 2 answers: '4.55.n3.5'"),
        ("4.55\n3.5\n0\n1\n", "wrong shape", "3 records in one request got 4 answers"),
        ("", "wrong shape", "3 records in one request got 0 answers: ''"),
        ("4.55\nabc\n0", "wrong answer", r"record 2 \(0.35,2\) got 'abc', allowed: 3.5 within"),
        ("4.55\nnan\n0", "wrong answer", r"record 2 .* got 'nan'"),
        ("inf\n3.5\n0", "wrong answer", r"record 1 .* got 'inf'"),
        ("4.55\n3.50004\n0", "wrong answer", "got '3.50004', allowed: 3.5 within 3.5e-05"),
        ("4.54995\n3.5\n0", "wrong answer", "got '4.54995', allowed: 4.55 within 4.5e-05"),
        ("4.55\n3.5\n1.1e-5", "wrong answer", "record 3 .* got '1.1e-5', allowed: 0 within 1e-05"),
        ("<html>" + "x" * 500, "wrong answer", "record 1 .* got '<html>x{74}'"),
    ],
)
def test_answers_that_must_not_be(text: str, kind: str, reason: str) -> None:
    with pytest.raises(answers.UnexpectedAnswer, match=reason) as raised:
        check(text)
    assert raised.value.kind == kind


@pytest.mark.parametrize(
    ("text", "members", "reason"),
    [
        (
            "[3.5]",
            {"content_type": "application/json"},
            "content type 'application/json', allowed:",
        ),
        (
            "3.5",
            {"content_type": ""},
            r"record 2 \(0.35,2\) got content type '', allowed: text/csv",
        ),
        (
            "out of memory",
            {"status": 500, "log": "arn:log"},
            r"the model answered 500: out of memory",
        ),
        ("bad", {"status": 415}, r"\(log: unknown\), allowed: 3.5 within 3.5e-05"),
        ("3.5,4", {}, r"record 2 \(0.35,2\) got 2 answers: '3.5,4', allowed: 1"),
    ],
)
def test_an_answer_to_one_record_that_must_not_be(
    text: str, members: dict[str, Any], reason: str
) -> None:
    with pytest.raises(answers.UnexpectedAnswer, match=reason):
        check(text, PARSED.records[1:2], **members)


def test_a_file_of_version_1_allows_its_range() -> None:
    assert check("1\n29\n", RANGED.records) == (1, 29)
    for text in ("0.99\n29", "1\n29.01"):
        with pytest.raises(answers.UnexpectedAnswer, match="allowed: a number from 1 to 29"):
            check(text, RANGED.records)


@pytest.mark.parametrize(
    ("status", "refused"), [(200, False), (204, False), (500, False), (0, False), (400, True)]
)
def test_only_a_4xx_is_a_refusal(status: int, refused: bool) -> None:
    bad = PARSED.bad_records[0]
    if refused:
        answers.check_refusal(bad, reply("no", status))
        return
    with pytest.raises(answers.UnexpectedAnswer) as raised:
        answers.check_refusal(bad, reply("9.5\n", status))
    assert str(raised.value) == (
        "bad record 'a column too many' (b'0,0.455,1' as text/csv) was answered with"
        f" {status}: '9.5\\n', allowed: a refusal (4XX)"
    )


@given(text=st.text(max_size=60))
def test_any_answer_is_accepted_or_refused_never_worse(text: str) -> None:
    try:
        values = check(text, RANGED.records)
    except answers.UnexpectedAnswer:
        return
    assert len(values) == 2
    assert all(1 <= value <= 29 for value in values)
