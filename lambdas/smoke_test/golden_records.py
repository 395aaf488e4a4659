"""The golden records of a version: what a smoke test sends, and what must come back. Pure.

They are registered with the version that they test (its CustomerMetadataProperties has their
address), because what is a valid request and a right answer belongs to the model. The file's form is
the model repository's (its README.md has the schema). Version 2 has for each record the prediction
that the model gave at evaluation. Version 1, in which versions were registered before, has one range
for all answers and no bad records; it is read too.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ranged_records import CSV, parse_ranged_records
from slipway_shared.members import Kind, MemberError, check_members, check_range

# InvokeEndpoint's largest body
# (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html).
MAX_BODY_BYTES = 6_291_456
# An answer that may be further off than this is no longer the same model's.
MAX_RELATIVE_TOLERANCE = 0.1
SHOWN = 60

FILE: dict[str, Kind] = {
    "schemaVersion": str,
    "contentType": str,
    "accept": str,
    "tolerance": dict,
    "records": list,
    "badRecords": list,
}
TOLERANCE: dict[str, Kind] = {"relative": int | float, "absolute": int | float}
RECORD: dict[str, Kind] = {"input": str, "prediction": int | float}
BAD_RECORD: dict[str, Kind] = {"name": str, "contentType": str, "body": str}


class GoldenRecordsError(ValueError):
    """The file is not a set of golden records that this version reads; the text says why."""


class Record(NamedTuple):
    """A line of features, and the closed range in which its answer must be."""

    number: int
    """Its place in the file, from 1."""
    line: str
    minimum: float
    maximum: float
    prediction: float | None
    """What the model said at evaluation; None in a file of version 1."""

    @property
    def name(self) -> str:
        """How a message calls it."""
        return f"record {self.number} ({_shortened(self.line)})"

    @property
    def allowed(self) -> str:
        """What may be answered, in words."""
        if self.prediction is None:
            return f"a number from {self.minimum:g} to {self.maximum:g}"
        tolerance = (self.maximum - self.minimum) / 2
        return f"{self.prediction:.9g} within {tolerance:.2g}"


class BadRecord(NamedTuple):
    """A request that the model's container must refuse."""

    name: str
    content_type: str
    body: bytes


class GoldenRecords(NamedTuple):
    """What to send, and what must come back."""

    content_type: str
    accept: str
    records: tuple[Record, ...]
    bad_records: tuple[BadRecord, ...]


def body_of(records: Sequence[Record]) -> bytes:
    """Records as one request, a line each."""
    # No newline at the end: to a model with inference code of its own it is one more, empty line
    # (csv_to_dmatrix in sagemaker-xgboost-container's encoder.py).
    return "\n".join(record.line for record in records).encode()


def parse_golden_records(text: str) -> GoldenRecords:
    """The records in this JSON, of version 1 or 2. Raises GoldenRecordsError."""
    try:
        given = json.loads(text)
    except ValueError as error:
        raise GoldenRecordsError(f"not JSON: {error}") from error
    if not isinstance(given, dict):
        raise GoldenRecordsError("not a JSON object")
    version = given.get("schemaVersion", "1")
    try:
        if version == "1":
            golden = _of_version_1(given)
        elif version == "2":
            golden = _of_version_2(given)
        else:
            raise GoldenRecordsError(
                f"schemaVersion is {version!r}; this smoke test reads '2', and '1', which has none"
            )
    except MemberError as error:
        raise GoldenRecordsError(str(error)) from error
    size = len(body_of(golden.records))
    if size > MAX_BODY_BYTES:
        raise GoldenRecordsError(f"records have {size} bytes, allowed: {MAX_BODY_BYTES}")
    return golden


def _of_version_1(given: Mapping[str, Any]) -> GoldenRecords:
    lines, minimum, maximum = parse_ranged_records(given)
    records = tuple(
        Record(number, _line(f"records[{number - 1}]", line), minimum, maximum, None)
        for number, line in enumerate(lines, start=1)
    )
    return GoldenRecords(CSV, CSV, records, ())


def _of_version_2(given: Mapping[str, Any]) -> GoldenRecords:
    check_members("the file", given, FILE, FILE)
    for member in ("contentType", "accept"):
        if given[member] != CSV:
            raise MemberError(f"the file: {member!r} must be {CSV!r}, not {given[member]!r}")
    tolerance = given["tolerance"]
    check_members("tolerance", tolerance, TOLERANCE, TOLERANCE)
    check_range("tolerance", "relative", tolerance["relative"], 0, MAX_RELATIVE_TOLERANCE)
    absolute = _finite("tolerance", "absolute", tolerance["absolute"])
    if absolute < 0:
        raise MemberError(f"tolerance: 'absolute' must be 0 or more, not {absolute!r}")
    if not given["records"]:
        raise MemberError("the file: 'records' is empty: a test without a record cannot fail")
    return GoldenRecords(
        CSV,
        CSV,
        tuple(
            _record(number, each, tolerance["relative"], absolute)
            for number, each in enumerate(given["records"], start=1)
        ),
        tuple(_bad_record(number, each) for number, each in enumerate(given["badRecords"])),
    )


def _record(number: int, given: Any, relative: float, absolute: float) -> Record:
    where = f"records[{number - 1}]"
    check_members(where, _object(where, given), RECORD, RECORD)
    prediction = _finite(where, "prediction", given["prediction"])
    tolerance = max(absolute, relative * abs(prediction))
    return Record(
        number,
        _line(where, given["input"]),
        prediction - tolerance,
        prediction + tolerance,
        prediction,
    )


def _bad_record(number: int, given: Any) -> BadRecord:
    where = f"badRecords[{number}]"
    check_members(where, _object(where, given), BAD_RECORD, BAD_RECORD)
    return BadRecord(given["name"], given["contentType"], given["body"].encode())


def _object(where: str, given: Any) -> Mapping[str, Any]:
    if not isinstance(given, dict):
        raise MemberError(f"{where} must be an object, not {_shortened(str(given))!r}")
    return given


def _line(where: str, line: str) -> str:
    if len(line.split("\n")) != 1 or not line.strip():
        raise MemberError(f"{where} must be one line: {_shortened(line)!r}")
    return line


def _finite(where: str, name: str, value: float) -> float:
    try:
        number = float(value)
    except OverflowError:  # a whole number in JSON has no bound
        number = math.inf
    if not math.isfinite(number):
        raise MemberError(
            f"{where}: {name!r} must be a finite number, not {_shortened(str(value))}"
        )
    return number


def _shortened(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
