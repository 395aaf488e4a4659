"""The baseline_drift_check of one feature."""

from __future__ import annotations

from collections.abc import Iterator

from ..violation import Violation
from .column import FRACTIONAL, INTEGRAL
from .distances import categorical_distance, chi_squared, numeric_distance, robust
from .features import Categories, Feature
from .monitoring import CHI_SQUARED, ROBUST, Constraint, Monitoring


def drift(new: Feature, baseline: Feature, constraint: Constraint) -> Iterator[Violation]:
    """Whether the new values are distributed too differently; nothing where one side has none."""
    monitoring = constraint.monitoring
    if not monitoring.compare or not new.present or not baseline.present:
        return
    if baseline.inferred_type in (INTEGRAL, FRACTIONAL):
        yield from _numeric(new, baseline, monitoring)
    elif new.categories is not None and baseline.categories is not None:
        if monitoring.categorical_method == CHI_SQUARED:
            yield from _chi_squared(new.name, new.categories, baseline.categories, monitoring)
        else:
            yield from _categorical(new.name, new.categories, baseline.categories, monitoring)


def _numeric(new: Feature, baseline: Feature, monitoring: Monitoring) -> Iterator[Violation]:
    if new.distribution is None or baseline.distribution is None:
        return
    distance = numeric_distance(new.distribution, baseline.distribution)
    if monitoring.method == ROBUST:
        distance = robust(distance, new.distribution.total, baseline.distribution.total)
    if distance > monitoring.threshold:
        yield _violation(
            new.name,
            f"distance between the distributions {distance:.4g} (mean {_of(baseline.mean)} in the "
            f"baseline, now {_of(new.mean)}) is above {monitoring.threshold:.4g}, the "
            "comparison_threshold",
            distance,
            monitoring.threshold,
        )


def _categorical(
    name: str, new: Categories, baseline: Categories, monitoring: Monitoring
) -> Iterator[Violation]:
    distance = categorical_distance(new, baseline)
    if monitoring.method == ROBUST:
        distance = robust(distance, new.total, baseline.total)
    if distance > monitoring.categorical_threshold:
        yield _violation(
            name,
            f"distance between the categories' shares {distance:.4g} ({_most_moved(new, baseline)}) "
            f"is above {monitoring.categorical_threshold:.4g}, the "
            "categorical_comparison_threshold",
            distance,
            monitoring.categorical_threshold,
        )


def _chi_squared(
    name: str, new: Categories, baseline: Categories, monitoring: Monitoring
) -> Iterator[Violation]:
    if new.maximum_error or baseline.maximum_error:
        # The test needs every count; without them the other method still has its bounds.
        yield from _categorical(name, new, baseline, monitoring)
        return
    p_value = chi_squared(new.counts, baseline.counts)
    if p_value is not None and p_value < monitoring.categorical_threshold:
        threshold = monitoring.categorical_threshold
        yield Violation(
            {
                "feature_name": name,
                "constraint_check_type": "baseline_drift_check",
                "description": f"Baseline drift p-value: {p_value} is below threshold: {threshold}",
            },
            f"{name}: p-value of the categories' counts {p_value:.4g} "
            f"({_most_moved(new, baseline)}) is below {threshold:.4g}, the "
            "categorical_comparison_threshold of the ChiSquared method",
        )


def _violation(name: str, sentence: str, distance: float, threshold: float) -> Violation:
    return Violation(
        {
            "feature_name": name,
            "constraint_check_type": "baseline_drift_check",
            # What readers of the container's reports look for:
            # "distance: (.+) exceeds threshold: (.+)".
            "description": f"Baseline drift distance: {distance} exceeds threshold: {threshold}",
        },
        f"{name}: {sentence}",
    )


def _most_moved(new: Categories, baseline: Categories) -> str:
    def share(categories: Categories, value: str) -> float:
        return categories.counts.get(value, 0) / categories.total

    values = {**baseline.counts, **new.counts}
    value = max(values, key=lambda each: abs(share(new, each) - share(baseline, each)))
    return (
        f"{value}: {share(baseline, value) * 100:.4g} % in the baseline, now "
        f"{share(new, value) * 100:.4g} %"
    )


def _of(mean: float | None) -> str:
    return "-" if mean is None else f"{mean:.6g}"
