"""The values behind a violation of data quality. Pure.

Statistics and constraints:
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-statistics.html,
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-constraints.html. The description of a
drift or of another data type has the bound already (observed).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from value_words import Compared, Violation, text, told

SHOWN = 3
# The page about constraints.json has the first spelling, the SDK's set_monitoring writes the second.
OVERRIDES = ("monitoringConfigOverrides", "monitoring_config_overrides")

Feature = Mapping[str, Any]


def in_words(violation: Violation, compared: Compared) -> str:
    """`(mean 0.239 in the baseline, now 0.359)`, or what else the check looks at; empty for a check of
    the columns, whose description names them."""
    name = str(violation["feature_name"])
    before, now = _feature(compared.before, name), _feature(compared.now, name)
    constraint = _feature(compared.bounds, name)
    check = violation.get("constraint_check_type")
    if check == "completeness_check":
        least = constraint.get("completeness")
        bound = "" if least is None else f"at least {text(least)}"
        return told("completeness", _completeness(before), _completeness(now), bound)
    if check == "data_type_check":
        return told("type", before.get("inferred_type"), now.get("inferred_type"))
    if check == "categorical_values_check":
        return _new_values(now, constraint, compared.bounds)
    if "numerical_statistics" in now:
        return told("mean", _mean(before), _mean(now))
    return _most_moved_share(_shares(before), _shares(now))


def _feature(content: Mapping[str, Any], name: str) -> Feature:
    found: Feature = next(
        (each for each in content.get("features", ()) if each["name"] == name), {}
    )
    return found


def _mean(feature: Feature) -> Any:
    return (feature.get("numerical_statistics") or {}).get("mean")


def _completeness(feature: Feature) -> float | None:
    statistics = feature.get("numerical_statistics") or feature.get("string_statistics") or {}
    common = statistics.get("common")
    if not common:
        return None
    rows = common["num_present"] + common["num_missing"]
    return float(common["num_present"] / rows) if rows else None


def _new_values(now: Feature, constraint: Feature, bounds: Mapping[str, Any]) -> str:
    known = (constraint.get("string_constraints") or {}).get("domains") or ()
    new = [value for value in _shares(now) if value not in known]
    if not (known and new):
        return ""
    least = _domain_threshold(constraint, bounds)
    bound = "" if least is None else f"; bound: at least {text(least)} of the values known"
    return f"(values {_some(list(known))} in the baseline, now also {_some(new)}{bound})"


def _domain_threshold(constraint: Feature, bounds: Mapping[str, Any]) -> Any:
    configurations = [bounds.get("monitoring_config"), *(constraint.get(key) for key in OVERRIDES)]
    merged = {key: value for each in configurations for key, value in (each or {}).items()}
    return merged.get("domain_content_threshold")


def _most_moved_share(before: Mapping[str, float], now: Mapping[str, float]) -> str:
    values = list({**before, **now})
    if not (before and now):
        return ""
    moved = max(values, key=lambda value: abs(now.get(value, 0.0) - before.get(value, 0.0)))
    return told(f"share of {moved}", before.get(moved, 0.0), now.get(moved, 0.0))


def _shares(feature: Feature) -> dict[str, float]:
    """By category, its share of the values that are there; empty for numbers."""
    statistics = feature.get("string_statistics") or {}
    buckets = statistics["distribution"]["categorical"]["buckets"] if statistics else ()
    present = statistics["common"]["num_present"] if statistics else 0
    return {each["value"]: each["count"] / present for each in buckets} if present else {}


def _some(values: list[str]) -> str:
    return ", ".join(values[:SHOWN]) + (", …" if len(values) > SHOWN else "")
