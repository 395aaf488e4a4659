"""A bias analysis against a baseline's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import CheckError
from ..violation import Violation
from .analysis import POST_TRAINING_KEY, PRE_TRAINING_KEY
from .names import UNBIASED, room

# Sums of floats differ in their last digits between machines; that is no drift.
_SLACK = 1e-9


def compare(
    analysis: Mapping[str, Any], baseline: Mapping[str, Any], *, tolerance: float = 0.0
) -> list[Violation]:
    """A violation for every metric that is farther from its unbiased value than in the baseline.

    The rule is AWS's: "If the value of a bias metric in the job analysis results file is worse than
    its corresponding value in the baseline constraints file, a violation is logged", where worse is
    farther from 0: 0.1 after 0.2 is none, -0.3 after 0.2 is one
    (https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-model-monitor-bias-drift-violations.html).
    Two things are assumed, as no source says them: the ratio DI is measured from 1, and only
    `tolerance` (see `names.room`) widens the rule, which has none by itself. A baseline that
    was registered with room (`relax`) needs none here.

    Groups are matched by facet and value, or by the threshold alone: the upper end of an interval
    is the data's. Raises CheckError where the baseline has what was not measured now.
    """
    if tolerance < 0:
        raise CheckError(f"the tolerance {tolerance:g} is negative; 0 or more widens the rule")
    found = {each.key: each for each in _metrics(analysis)}
    _check_same_label(analysis, baseline)
    violations = []
    for before in _metrics(baseline):
        if before.value is None:
            continue
        now = found.get(before.key)
        if now is None or now.value is None:
            why = now.error if now else "it was not measured"
            raise CheckError(
                f"the baseline has {before.name} of {before.group}, which does not exist now "
                f"({why}): measure the same as the baseline, or make a new one"
            )
        bound = before.distance + room(before.name, tolerance)
        if now.distance > bound + _SLACK:
            violations.append(_violation(now, before, bound))
    return violations


@dataclass(frozen=True)
class _Metric:
    stage: str
    facet: str
    written: str
    name: str
    value: float | None
    error: str | None

    @property
    def key(self) -> tuple[str, str, str, str]:
        return (self.stage, self.facet, _without_upper_end(self.written), self.name)

    @property
    def facet_value(self) -> str:
        """As the configuration has it: of an interval the threshold."""
        return _without_upper_end(self.written).removeprefix("(")

    @property
    def group(self) -> str:
        return f"{self.facet} {self.written}"

    @property
    def unbiased(self) -> float:
        return UNBIASED.get(self.name, 0.0)

    @property
    def distance(self) -> float:
        assert self.value is not None
        return abs(self.value - self.unbiased)


def stages_of(analysis: Mapping[str, Any]) -> list[str]:
    """The parts that an analysis has metrics in. Raises CheckError if it has none."""
    stages = [key for key in (PRE_TRAINING_KEY, POST_TRAINING_KEY) if key in analysis]
    if not stages:
        raise CheckError(
            f"this is no bias analysis: it has neither {PRE_TRAINING_KEY} nor {POST_TRAINING_KEY}"
        )
    return stages


def _metrics(analysis: Mapping[str, Any]) -> Iterator[_Metric]:
    for stage in stages_of(analysis):
        for facet, groups in analysis[stage]["facets"].items():
            for each in groups:
                for metric in each["metrics"]:
                    value = metric.get("value")
                    yield _Metric(
                        stage,
                        facet,
                        each["value_or_threshold"],
                        metric["name"],
                        None if value is None else float(value),
                        metric.get("error"),
                    )


def _check_same_label(analysis: Mapping[str, Any], baseline: Mapping[str, Any]) -> None:
    for stage in (PRE_TRAINING_KEY, POST_TRAINING_KEY):
        if stage not in analysis or stage not in baseline:
            continue
        now, before = (
            _without_upper_end(each[stage]["label_value_or_threshold"])
            for each in (analysis, baseline)
        )
        if now != before:
            raise CheckError(
                f"the positive outcome is {now} now and {before} in the baseline: take the same "
                "label_values_or_threshold, or make a new baseline"
            )


def _violation(now: _Metric, before: _Metric, bound: float) -> Violation:
    ideal = f"{now.unbiased:g}"
    return Violation(
        entry={
            "facet": now.facet,
            "facet_value": now.facet_value,
            "metric_name": now.name,
            "constraint_check_type": "bias_drift_check",
            "description": f"Value {now.value} does not meet the constraint requirement",
        },
        sentence=(
            f"{now.group}: {now.name} {now.value:.6g} ({before.value:.6g} in the baseline) is "
            f"farther than {bound:.6g} from {ideal}, which is unbiased"
        ),
    )


def _without_upper_end(written: str) -> str:
    """`(15.0, 29.0]` to `(15.0`; and 15 for 15.0, which is the same threshold."""
    if not (written.startswith("(") and written.endswith("]") and "," in written):
        return written
    lower = written[1:].split(",", 1)[0]
    try:
        return f"({float(lower):g}"
    except ValueError:
        return written
