"""An alarm's state, of the most recent data points of its metric.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html and, for what is
missing, https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html.
Assumed: the evaluation range is EXTRA_PERIODS longer than EvaluationPeriods, as in all of that page's
examples ("the exact number … depends on the length of the alarm period"). That a breaching data point
which is too young for an alarm, and alone, leaves too little to tell (INSUFFICIENT_DATA) is of the page as
it was in 2019 (https://github.com/awsdocs/amazon-cloudwatch-user-guide).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

EXTRA_PERIODS = 2
OK, ALARM, INSUFFICIENT_DATA = "OK", "ALARM", "INSUFFICIENT_DATA"
TREATMENTS = ("breaching", "ignore", "missing", "notBreaching")
OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanOrEqualToThreshold": operator.le,
    "LessThanThreshold": operator.lt,
}


@dataclass(frozen=True)
class Datapoint:
    """A metric's statistic in one period."""

    start: float
    """In seconds since 1970."""
    value: float
    sample_count: float = 1.0


@dataclass(frozen=True)
class Rule:
    """What makes an alarm go off."""

    operator: str
    threshold: float
    periods: int
    """EvaluationPeriods, the N of "M out of N"."""
    to_alarm: int
    """DatapointsToAlarm, the M."""
    missing: str = "missing"

    def is_breached_by(self, point: Datapoint) -> bool:
        """Whether a data point is beyond the threshold."""
        return OPERATORS[self.operator](point.value, self.threshold)


@dataclass(frozen=True)
class Evaluation:
    """What came of it."""

    state: str | None
    """None if the alarm stays as it is."""
    points: tuple[Datapoint, ...]
    """The real data points that were evaluated, oldest first."""
    filled: int = 0
    """How many missing ones were treated as breaching or not breaching."""


def evaluate(recent: Sequence[Datapoint | None], rule: Rule) -> Evaluation:
    """The state by the evaluation range: one entry for each period, oldest first, None where data is
    missing."""
    real = tuple(point for point in recent if point is not None)
    used = real[-rule.periods :]
    breaching = sum(map(rule.is_breached_by, used))
    lacking = rule.periods - len(used)
    if lacking == 0:
        return Evaluation(_state(breaching >= rule.to_alarm), used)
    if rule.missing == "breaching":
        return Evaluation(_state(breaching + lacking >= rule.to_alarm), used, lacking)
    if rule.missing == "notBreaching":
        return Evaluation(_state(breaching >= rule.to_alarm), used, lacking)
    if breaching >= rule.to_alarm:
        return Evaluation(ALARM, used)
    if breaching < len(used):
        return Evaluation(OK, used)
    # No data point says that all is well: too few to tell, or none.
    if rule.missing == "ignore":
        return Evaluation(None, used)
    oldest = next((age for age, point in _by_age(recent) if point is not None), 0)
    return Evaluation(ALARM if oldest >= rule.to_alarm else INSUFFICIENT_DATA, used)


def _by_age(recent: Sequence[Datapoint | None]) -> list[tuple[int, Datapoint | None]]:
    """The data points, oldest first, each with its age in periods: 1 is the most recent."""
    return [(len(recent) - number, point) for number, point in enumerate(recent)]


def _state(is_alarm: bool) -> str:
    return ALARM if is_alarm else OK


def has_few_samples(percent: float, sample_count: float) -> bool:
    """Whether a percentile of so few samples says little ("Percentile-based CloudWatch alarms and low
    data samples")."""
    share = percent / 100
    rarer = 1 - share if share >= 0.5 else share
    return rarer <= 0 or sample_count < 10 / rarer
