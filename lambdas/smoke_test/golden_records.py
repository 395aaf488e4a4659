"""The requests of a smoke test, and whether an endpoint's answers are what they must be. Pure.

The records are registered with the version that they test (its CustomerMetadataProperties has their
address), because what is a valid request and a sane answer belongs to the model.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# InvokeEndpoint's largest body
# (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html).
MAX_BODY_BYTES = 6_291_456
SHOWN = 80


class GoldenRecordsError(ValueError):
    """The file is not a set of golden records that this version reads; the text says why."""


class UnexpectedAnswer(Exception):
    """The endpoint answered, but not as it must; the text names the record, if it is one's fault."""


@dataclass(frozen=True)
class GoldenRecords:
    """Requests, and what each answer must be: a finite number within these bounds."""

    content_type: str
    accept: str
    records: tuple[str, ...]
    minimum: float
    maximum: float

    @property
    def body(self) -> bytes:
        """All records as one request, a line each."""
        return "".join(f"{record}\n" for record in self.records).encode()


def parse_golden_records(text: str) -> GoldenRecords:
    """The records in this JSON. Raises GoldenRecordsError."""
    try:
        given = json.loads(text)
    except ValueError as error:
        raise GoldenRecordsError(f"not JSON: {error}") from error
    if not isinstance(given, dict) or not isinstance(given.get("expected"), dict):
        raise GoldenRecordsError("not an object with contentType, accept, records and expected")
    records, expected = given.get("records"), given["expected"]
    if not isinstance(records, list) or not all(isinstance(each, str) for each in records):
        raise GoldenRecordsError("records must be a list of lines")
    if not records:
        raise GoldenRecordsError("records is empty: a test without a record cannot fail")
    for number, record in enumerate(records, start=1):
        if len(record.split("\n")) != 1 or not record.strip():
            raise GoldenRecordsError(f"record {number} must be one line: {record[:SHOWN]!r}")
    for member in ("contentType", "accept"):
        if given.get(member) != "text/csv":
            raise GoldenRecordsError(f"{member} must be 'text/csv', not {given.get(member)!r}")
    if expected.get("type") != "number":
        raise GoldenRecordsError(f"expected.type must be 'number', not {expected.get('type')!r}")
    if expected.get("count") != len(records):
        raise GoldenRecordsError(
            f"expected.count is {expected.get('count')!r}, but there are {len(records)} records"
        )
    minimum, maximum = _bound(expected, "minimum"), _bound(expected, "maximum")
    if minimum > maximum:
        raise GoldenRecordsError(f"expected.minimum {minimum} is above expected.maximum {maximum}")
    golden = GoldenRecords("text/csv", "text/csv", tuple(records), minimum, maximum)
    if len(golden.body) > MAX_BODY_BYTES:
        raise GoldenRecordsError(
            f"records have {len(golden.body)} bytes, allowed: {MAX_BODY_BYTES}"
        )
    return golden


def check_answers(golden: GoldenRecords, answer: bytes) -> tuple[float, ...]:
    """The endpoint's answers as numbers. Raises UnexpectedAnswer for the first that is not allowed.

    Answers are separated by newlines or by commas: the built-in XGBoost container writes the first
    since 1.2-2, the second before (its source)."""
    text = answer.decode("utf-8", errors="replace")
    cells = [cell.strip() for line in text.strip().splitlines() for cell in line.split(",")]
    cells = [] if cells == [""] else cells
    allowed = f"a number from {golden.minimum:g} to {golden.maximum:g}"
    numbers = []
    for number, cell in enumerate(cells[: len(golden.records)], start=1):
        value = _number(cell)
        if value is None or not golden.minimum <= value <= golden.maximum:
            record = golden.records[number - 1]
            raise UnexpectedAnswer(
                f"record {number} ({record[:SHOWN]}) got {cell[:SHOWN]!r}, allowed: {allowed}"
            )
        numbers.append(value)
    if len(cells) != len(golden.records):
        raise UnexpectedAnswer(
            f"{len(golden.records)} records got {len(cells)} answers: {text.strip()[:SHOWN]!r}"
        )
    return tuple(numbers)


def _number(cell: str) -> float | None:
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _bound(expected: Mapping[str, Any], name: str) -> float:
    value = expected.get(name)
    try:
        bound = float(value) if isinstance(value, int | float) else math.nan
    except OverflowError:
        bound = math.inf
    # bool is a number in Python, never in JSON.
    if isinstance(value, bool) or not math.isfinite(bound):
        raise GoldenRecordsError(
            f"expected.{name} must be a finite number, not {str(value)[:SHOWN]}"
        )
    return bound
