"""Whether a model's answers are what they must be. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from endpoint import Reply
from golden_records import BadRecord, Record

SHOWN = 80


class UnexpectedAnswer(Exception):
    """The model answered, but not as it must; the text names the record, the answer and what was
    allowed. `kind` is the short form for a count."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


def check_reply(records: Sequence[Record], accept: str, reply: Reply) -> tuple[float, ...]:
    """The answers to these records, sent as one request, as numbers. Raises UnexpectedAnswer.

    Answers are separated by newlines or by commas: the built-in XGBoost container writes the first
    since 1.2-2, the second before (its source). It adds a character set to the content type.
    """
    what = records[0].name if len(records) == 1 else f"{len(records)} records in one request"
    allowed = records[0].allowed if len(records) == 1 else f"{len(records)} numbers"
    if reply.status != 200:
        raise UnexpectedAnswer(
            f"model's error {reply.status}",
            f"{what}: the model answered {reply.status}: {reply.text} (log:"
            f" {reply.log or 'unknown'}), allowed: {allowed}",
        )
    content_type = reply.content_type.partition(";")[0].strip().lower()
    if content_type != accept:
        raise UnexpectedAnswer(
            "wrong content type",
            f"{what} got content type {reply.content_type!r}, allowed: {accept}",
        )
    text = reply.text.strip()
    cells = [cell.strip() for line in text.splitlines() for cell in line.split(",")]
    cells = [] if cells == [""] else cells
    values = tuple(_value(record, cell) for record, cell in zip(records, cells, strict=False))
    if len(cells) != len(records):
        raise UnexpectedAnswer(
            "wrong shape",
            f"{what} got {len(cells)} answers: {text[:SHOWN]!r}, allowed: {len(records)}",
        )
    return values


def check_refusal(bad: BadRecord, reply: Reply) -> None:
    """Raises UnexpectedAnswer when the model did not refuse a bad record with a 4XX."""
    if not 400 <= reply.status < 500:
        raise UnexpectedAnswer(
            "bad record not refused",
            f"bad record {bad.name!r} ({bad.body[:SHOWN]!r} as {bad.content_type}) was answered with"
            f" {reply.status}: {reply.text[:SHOWN]!r}, allowed: a refusal (4XX)",
        )


def check_latency(what: str, milliseconds: float, maximum: float) -> None:
    """Raises UnexpectedAnswer for an answer that took longer than allowed."""
    if milliseconds > maximum:
        raise UnexpectedAnswer(
            "too slow", f"{what} took {milliseconds:.0f} ms, allowed: {maximum:g} ms"
        )


def _value(record: Record, cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    # Nothing is within a range that is no number.
    if not record.minimum <= value <= record.maximum:
        raise UnexpectedAnswer(
            "wrong answer", f"{record.name} got {cell[:SHOWN]!r}, allowed: {record.allowed}"
        )
    return value
