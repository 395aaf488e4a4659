"""The members of a golden-records file of version 1: lines, and the range of all their answers. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from slipway_shared.members import Kind, MemberError, check_members

FILE: dict[str, Kind] = {"contentType": str, "accept": str, "records": list, "expected": dict}
EXPECTED: dict[str, Kind] = {
    "count": int,
    "type": str,
    "minimum": int | float,
    "maximum": int | float,
}
CSV = "text/csv"


def parse_ranged_records(given: Mapping[str, Any]) -> tuple[list[str], float, float]:
    """Lines, minimum and maximum. Raises MemberError."""
    check_members("the file", given, {**FILE, "schemaVersion": str}, FILE)
    lines, expected = given["records"], given["expected"]
    check_members("expected", expected, EXPECTED, EXPECTED)
    for member in ("contentType", "accept"):
        if given[member] != CSV:
            raise MemberError(f"the file: {member!r} must be {CSV!r}, not {given[member]!r}")
    if not all(isinstance(line, str) for line in lines):
        raise MemberError("the file: 'records' must be a list of lines")
    if not lines:
        raise MemberError("the file: 'records' is empty: a test without a record cannot fail")
    if expected["type"] != "number":
        raise MemberError(f"expected: 'type' must be 'number', not {expected['type']!r}")
    if expected["count"] != len(lines):
        raise MemberError(
            f"expected: 'count' is {expected['count']}, but there are {len(lines)} records"
        )
    minimum, maximum = expected["minimum"], expected["maximum"]
    try:
        finite = math.isfinite(minimum) and math.isfinite(maximum)
    except OverflowError:  # a whole number in JSON has no bound
        finite = False
    if not finite:
        raise MemberError("expected: 'minimum' and 'maximum' must be finite numbers")
    if minimum > maximum:
        raise MemberError(f"expected: 'minimum' {minimum:g} is above 'maximum' {maximum:g}")
    return lines, float(minimum), float(maximum)
