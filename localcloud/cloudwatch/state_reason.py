"""Why an alarm is in its state, in CloudWatch's words: StateReason and StateReasonData.

The words are those of published alarms (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/
cloudwatch-and-eventbridge.html; without DatapointsToAlarm, and for missing data, observed in published
messages of alarms). Assumed: the words where both real and missing data points cross the threshold, and
that `recentDatapoints` has the oldest first.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from localcloud.cloudwatch.alarm_evaluation import (
    ALARM,
    INSUFFICIENT_DATA,
    Datapoint,
    Evaluation,
    Rule,
)

INITIAL = "Unchecked: Initial alarm creation"
_WORDS = {
    "GreaterThanOrEqualToThreshold": "greater than or equal to",
    "GreaterThanThreshold": "greater than",
    "LessThanOrEqualToThreshold": "less than or equal to",
    "LessThanThreshold": "less than",
}


def text(evaluation: Evaluation, rule: Rule, *, m_out_of_n: bool) -> str:
    """StateReason; `m_out_of_n` is whether the alarm has a DatapointsToAlarm."""
    state = evaluation.state
    if state == INSUFFICIENT_DATA:
        return f"Insufficient Data: {_counted(rule.periods)} {_was(rule.periods)} unknown."
    treated = ""
    if evaluation.filled:
        how = "Breaching" if rule.missing == "breaching" else "NonBreaching"
        filled = evaluation.filled
        noun = "datapoint" if filled == 1 else "datapoints"
        treated = f"{filled} missing {noun} {_was(filled)} treated as [{how}]"
    if not evaluation.points:
        noun = "period" if rule.periods == 1 else "periods"
        return (
            f"Threshold Crossed: no datapoints were received for {rule.periods} {noun} and "
            f"{treated}."
        )
    chosen = [
        point
        for point in reversed(evaluation.points)
        if rule.is_breached_by(point) is (state == ALARM)
    ]
    known = len(evaluation.points)
    if not chosen:
        return (
            f"Threshold Crossed: {_counted(known)} {_was(known)} received for {rule.periods} periods "
            f"and {treated}."
        )
    how_many = _counted(len(chosen))
    if m_out_of_n:
        how_many = f"{len(chosen)} out of the last {rule.periods} datapoints"
    shown = ", ".join(f"{point.value} ({_short(point.start)})" for point in chosen)
    negation = "" if state == ALARM else "not "
    reason = (
        f"Threshold Crossed: {how_many} [{shown}] {_was(len(chosen))} {negation}"
        f"{_WORDS[rule.operator]} the threshold ({rule.threshold})"
    )
    if treated:
        reason += f" and {treated}"
    if m_out_of_n:
        needed = rule.to_alarm if state == ALARM else rule.periods - rule.to_alarm + 1
        change = "OK -> ALARM" if state == ALARM else "ALARM -> OK"
        reason += f" (minimum {_counted(needed)} for {change} transition)"
    return f"{reason}."


def data(
    evaluation: Evaluation,
    rule: Rule,
    recent: Sequence[tuple[float, Datapoint | None]],
    *,
    now: datetime,
    statistic: str,
    period: int,
    unit: str | None,
) -> str:
    """StateReasonData, a JSON text. `recent` has every period of the evaluation, oldest first, by its
    start in seconds since 1970."""
    shape: dict[str, Any] = {"version": "1.0", "queryDate": stamp(now)}
    if evaluation.points:
        shape["startDate"] = stamp(_time(evaluation.points[0].start))
    if unit:
        shape["unit"] = unit
    shape |= {
        "statistic": statistic,
        "period": period,
        "recentDatapoints": [point.value for point in evaluation.points],
        "threshold": rule.threshold,
        "evaluatedDatapoints": [
            {"timestamp": stamp(_time(start))}
            | ({"sampleCount": point.sample_count, "value": point.value} if point else {})
            for start, point in reversed(recent)
        ],
    }
    return json.dumps(shape, separators=(",", ":"))


def stamp(time: datetime) -> str:
    """`2019-10-02T17:04:40.989+0000`."""
    return f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03}+0000"


def _short(start: float) -> str:
    return f"{_time(start):%d/%m/%y %H:%M:%S}"


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _counted(number: int) -> str:
    return f"{number} datapoint" if number == 1 else f"{number} datapoints"


def _was(number: int) -> str:
    return "was" if number == 1 else "were"
