"""The statistics for a person, beside the baseline's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..report import Section, note, page, plots, table
from ..violation import Violation
from .distances import categorical_distance, numeric_distance
from .features import Feature, features_of
from .plots import figures

# Beyond this the page would be larger than an e-mail likes; the tables have all columns.
PLOTTED = 60


def report_page(
    statistics: Mapping[str, Any],
    baseline_statistics: Mapping[str, Any] | None,
    violations: Sequence[Violation],
) -> str:
    """The content of `report.html`, for what `analyze` measured and `compare` found.

    Raises CheckError for statistics that cannot be read.
    """
    new = features_of(statistics, "the statistics")
    baseline = (
        None
        if baseline_statistics is None
        else features_of(baseline_statistics, "the baseline's statistics")
    )
    rows = statistics["dataset"]["item_count"]
    bad = {violation.entry["feature_name"] for violation in violations}
    # Those with violations first: they are what the page is opened for.
    shown = sorted(new.values(), key=lambda feature: feature.name not in bad)[:PLOTTED]
    return page(
        "Data quality",
        _verdict(rows, baseline is not None, violations),
        [
            Section("Violations", _violations(violations)),
            Section("Columns", _columns(new, baseline, bad)),
            Section("Numbers", _numbers(statistics, baseline_statistics)),
            Section("Distributions", _distributions(shown, len(new), baseline)),
        ],
        bad=bool(violations),
    )


def _verdict(rows: int, compared: bool, violations: Sequence[Violation]) -> str:
    if violations:
        count = len(violations)
        return (
            f"{rows} rows differ too much from the baseline: "
            f"{count} violation{'' if count == 1 else 's'}."
        )
    if not compared:
        return f"{rows} rows were analyzed; there was no baseline to compare them with."
    return f"{rows} rows, without a violation of the baseline."


def _violations(violations: Sequence[Violation]) -> str:
    if not violations:
        return ""
    return table(
        ["check", "what differs too much"],
        [[each.entry["constraint_check_type"], each.sentence] for each in violations],
    )


def _columns(
    new: Mapping[str, Feature], baseline: Mapping[str, Feature] | None, bad: set[str]
) -> str:
    """Types, completeness and distances; of a baseline also the columns that are gone."""
    names = [*new, *(name for name in baseline or {} if name not in new)]
    head = ["column", "type", "completeness"]
    if baseline is not None:
        head = ["column", "type before", "type", "completeness before", "completeness", "distance"]
    rows = []
    for name in names:
        now = _type_and_completeness(new.get(name))
        if baseline is None:
            rows.append([name, *now])
        else:
            old = _type_and_completeness(baseline.get(name))
            distance = _distance(new.get(name), baseline.get(name))
            rows.append([name, old[0], now[0], old[1], now[1], distance])
    marked = [
        index
        for index, name in enumerate(names)
        if name in bad or (baseline is not None and (name not in new or name not in baseline))
    ]
    explained = note(
        "The distance is the largest difference of the cumulative distribution functions, or of a "
        "category's shares, before any correction for the number of rows."
    )
    return table(head, rows, marked) + (explained if baseline is not None else "")


def _type_and_completeness(feature: Feature | None) -> list[Any]:
    return [None, None] if feature is None else [feature.inferred_type, feature.completeness]


def _distance(new: Feature | None, baseline: Feature | None) -> float | None:
    if new is None or baseline is None:
        return None
    if new.categories is not None and baseline.categories is not None:
        return categorical_distance(new.categories, baseline.categories)
    if new.distribution is not None and baseline.distribution is not None:
        return numeric_distance(new.distribution, baseline.distribution)
    return None


def _numbers(statistics: Mapping[str, Any], baseline: Mapping[str, Any] | None) -> str:
    """Mean, deviation and extremes of the numeric columns, of a baseline in brackets."""
    keys = ("mean", "std_dev", "min", "max")
    before = {
        feature["name"]: feature.get("numerical_statistics") or {}
        for feature in (baseline or {}).get("features", [])
    }
    rows = []
    for feature in statistics["features"]:
        found = feature.get("numerical_statistics")
        if found is not None:
            old = before.get(feature["name"], {})
            cells = [_beside(found.get(key), old.get(key)) for key in keys]
            rows.append([feature["name"], *cells, feature.get("distinct_estimate")])
    if not rows:
        return ""
    head = table(["column", "mean", "standard deviation", "min", "max", "different values"], rows)
    return head + (note("In brackets: the baseline.") if baseline is not None else "")


def _beside(now: float | None, before: float | None) -> str:
    text = "-" if now is None else f"{now:.6g}"
    return text if before is None else f"{text} ({before:.6g})"


def _distributions(
    shown: Sequence[Feature], count: int, baseline: Mapping[str, Feature] | None
) -> str:
    drawn = list(figures(shown, baseline or {}))
    if not drawn:
        return ""
    legend = "Filled: the data, as shares of its values."
    if baseline is not None:
        legend += " Line: the baseline."
    if count > len(shown):
        legend += f" {len(shown)} of {count} columns, those with violations first."
    return note(legend) + plots(drawn)
