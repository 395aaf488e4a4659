"""A data-quality check's report, judged and put into words. Pure.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-interpreting-violations.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

NONE = "no violation of the baseline"
SHOWN = 3
# Of one violation: a column's categories may be many. An output of a step has 1024 characters for all
# (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_OutputParameter.html).
MAX_VIOLATION = 300


class UnreadableReport(ValueError):
    """The content is not that of a constraint_violations.json; the text says why."""


class Judgement(NamedTuple):
    """How many violations there are, and the first of them in words."""

    violations: int
    message: str


def judge(report: Any) -> Judgement:
    """What a report says. Raises UnreadableReport."""
    found = report.get("violations") if isinstance(report, dict) else None
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise UnreadableReport("it must have a list of objects, violations")
    if not found:
        return Judgement(0, NONE)
    shown = "; ".join(in_words(violation) for violation in found[:SHOWN])
    more = f" (and {len(found) - SHOWN} more)" if len(found) > SHOWN else ""
    return Judgement(len(found), f"{shown}{more}")


def in_words(violation: Mapping[str, Any]) -> str:
    """`<feature>: <check>: <description>`, of what the violation has."""
    members = ("feature_name", "constraint_check_type", "description")
    parts = [str(violation.get(name) or "").strip() for name in members]
    text = ": ".join(part for part in parts if part) or "a violation that is not described"
    return text if len(text) <= MAX_VIOLATION else text[: MAX_VIOLATION - 1] + "…"
