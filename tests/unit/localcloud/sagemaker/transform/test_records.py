"""How objects become records, and records payloads."""

from __future__ import annotations

import pytest

from localcloud.sagemaker.transform.records import DataError, payloads, split

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html"
)
LINES = [b"1,2\n", b"\n", b"3,4\r\n", b"5,6"]


def bodies(records: list[bytes], max_bytes: int = 0, single: bool = False) -> list[bytes]:
    made = payloads(records, lambda record: record, max_bytes=max_bytes, single=single)
    return [payload.body for payload in made]


def test_an_object_is_one_record_unless_it_is_split() -> None:
    assert list(split(LINES, "None")) == [b"1,2\n\n3,4\r\n5,6"]
    assert list(split(LINES, "Line")) == [b"1,2", b"3,4", b"5,6"]
    assert list(split([], "Line")) == []


def test_a_payload_holds_as_many_records_as_it_may() -> None:
    records = [b"aaa", b"bbb", b"ccc"]
    assert bodies(records) == [b"aaa\nbbb\nccc"]
    assert bodies(records, max_bytes=7) == [b"aaa\nbbb", b"ccc"]
    assert bodies(records, max_bytes=6) == [b"aaa", b"bbb", b"ccc"]
    assert bodies(records, single=True) == [b"aaa", b"bbb", b"ccc"]


def test_what_is_sent_counts_not_what_it_was_made_from() -> None:
    made = list(payloads([b"aaaa", b"bbbb"], lambda record: record[:1], max_bytes=3, single=False))
    assert [(payload.records, payload.body) for payload in made] == [((b"aaaa", b"bbbb"), b"a\nb")]


def test_a_record_that_no_payload_can_hold_is_an_error() -> None:
    with pytest.raises(DataError, match="Too much data for max payload size"):
        bodies([b"a", b"bbb"], max_bytes=2)
