"""Baselines that somebody else wrote: Model Monitor's, and ones that cannot be read."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from pipelines.checks.data_quality import compare, report_page, suggest_constraints
from pipelines.checks.errors import CheckError

from tests.unit.pipeline_code.checks.data_quality import model_monitor

StatisticsOf = Callable[..., dict[str, Any]]

NUMBERS = model_monitor.numeric("a", "Fractional", [[0.5, 1.5], [1.0, 2.0], [], [3.0]])
CATEGORIES = model_monitor.string("b", {"M": 60, "F": 40})
STATISTICS = model_monitor.statistics(NUMBERS, CATEGORIES)
# As the container writes them: no categorical thresholds (sagemaker-python-sdk, tests/data/monitor).
CONSTRAINTS = {
    "version": 0.0,
    "features": [
        {
            "name": "a",
            "inferred_type": "Fractional",
            "completeness": 1.0,
            "num_constraints": {"is_non_negative": True},
        },
        {
            "name": "b",
            "inferred_type": "String",
            "completeness": 1.0,
            "string_constraints": {"domains": ["M", "F"]},
        },
    ],
    "monitoring_config": {
        "evaluate_constraints": "Enabled",
        "emit_metrics": "Enabled",
        "datatype_check_threshold": 1.0,
        "domain_content_threshold": 1.0,
        "distribution_constraints": {
            "perform_comparison": "Enabled",
            "comparison_threshold": 0.1,
            "comparison_method": "Simple",
        },
    },
}


def test_model_monitors_baseline_is_understood(statistics_of: StatisticsOf) -> None:
    numbers = ["0.5", "1.5", *["1.0"] * 2, *["2.0"] * 2, *["3.0"] * 8]
    alike = {"a": numbers, "b": ["M"] * 8 + ["F"] * 6}
    assert compare(statistics_of(**alike), STATISTICS, CONSTRAINTS) == []
    moved = {"a": ["0.5"] * 14, "b": ["M"] * 14}
    found = compare(statistics_of(**moved), STATISTICS, CONSTRAINTS)
    assert [violation.entry["feature_name"] for violation in found] == ["a", "b"]
    # 13 of the 14 values are above 0.5; all of these are at it.
    assert found[0].entry["description"] == (
        f"Baseline drift distance: {13 / 14} exceeds threshold: 0.1"
    )


def test_model_monitors_statistics_may_be_the_new_ones() -> None:
    assert compare(STATISTICS, STATISTICS, CONSTRAINTS) == []
    other = model_monitor.statistics(
        model_monitor.numeric("a", "Integral", [[0, 1], [1, 2], [], [3]]),
        model_monitor.numeric("b", "Integral", [[1.0]]),
    )
    found = compare(other, STATISTICS, CONSTRAINTS)
    assert ("data_type_check", "b") in [
        (each.entry["constraint_check_type"], each.entry["feature_name"]) for each in found
    ]
    assert report_page(other, STATISTICS, found)


def test_constraints_are_suggested_from_model_monitors_statistics() -> None:
    suggested = suggest_constraints(STATISTICS)["features"]
    assert suggested[0]["num_constraints"] == {"is_non_negative": True}
    assert suggested[1]["string_constraints"] == {"domains": ["F", "M"]}


def test_an_unknown_feature_may_have_no_statistics(statistics_of: StatisticsOf) -> None:
    unknown = {"name": "x", "inferred_type": "Unknown"}
    baseline = model_monitor.statistics(unknown)
    constraints = {"features": [{"name": "x", "inferred_type": "Unknown", "completeness": 0.0}]}
    assert compare(statistics_of(x=["1", "?"]), baseline, constraints) == []


def test_settings_that_are_missing_have_their_defaults(statistics_of: StatisticsOf) -> None:
    baseline = statistics_of(x=["5"] * 200)
    constraints = {"features": suggest_constraints(baseline)["features"]}
    (found,) = compare(statistics_of(x=["6"] * 200), baseline, constraints)
    assert found.entry["constraint_check_type"] == "baseline_drift_check"


def test_the_categorical_threshold_is_the_other_one_unless_given(
    statistics_of: StatisticsOf,
) -> None:
    constraints = copy.deepcopy(CONSTRAINTS)
    constraints["monitoring_config"]["distribution_constraints"]["comparison_threshold"] = 0.95  # type: ignore[index]
    new = statistics_of(a=["0.5"] * 14, b=["M"] * 14)
    assert compare(new, STATISTICS, constraints) == []


def broken(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The document with another value at a path, or without it for `...`."""
    changed: Any = copy.deepcopy(document)
    *way, last = [int(part) if part.isdigit() else part for part in path.split("/")]
    place = changed
    for part in way:
        place = place[part]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return changed  # type: ignore[no-any-return]


SKETCH = "features/0/numerical_statistics/distribution/kll/sketch"


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("features", ..., "the baseline's statistics have no features;"),
        ("features", {}, "in the baseline's statistics, features is '{}'; it has to be a list"),
        ("features/0/name", ..., "have no features[0].name;"),
        ("features/0/inferred_type", "Float", "features[0].inferred_type is 'Float'"),
        ("features/0/numerical_statistics", ..., "have no features[0].numerical_statistics;"),
        (SKETCH + "/data", ..., "distribution.kll.sketch.data;"),
        (SKETCH + "/data/0/1", "x", "sketch.data[0][1] is 'x'; it has to be a number"),
        (SKETCH + "/data/0/0", float("inf"), "it has to be a finite number"),
        ("features/0/numerical_statistics/common/num_present", -1, "it has to be 0 or more"),
        (
            "features/1/string_statistics",
            3,
            "features[1].string_statistics is '3'; it has to be an",
        ),
    ],
)
def test_statistics_that_cannot_be_read(path: str, value: Any, said: str) -> None:
    with pytest.raises(CheckError) as raised:
        compare(STATISTICS, broken(STATISTICS, path, value), CONSTRAINTS)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("features", ..., "the baseline's constraints have no features; give a file that"),
        ("features/1/inferred_type", ..., "have no features[1].inferred_type;"),
        ("features/0/completeness", "all", "features[0].completeness is 'all'"),
        ("features/0/completeness", True, "it has to be a number"),
        ("features/1/string_constraints/domains", "M", "it has to be a list"),
        (
            "features/0/name",
            "z",
            "have a feature z that its statistics do not have; give two files",
        ),
        ("monitoring_config", [], "monitoring_config is '[]'; it has to be an object"),
        ("monitoring_config/evaluate_constraints", True, "it has to be a text"),
        (
            "monitoring_config/distribution_constraints/comparison_method",
            "KL",
            "is 'KL'; it has to be one of Robust, Simple, linf_robust, linf_simple",
        ),
    ],
)
def test_constraints_that_cannot_be_read(path: str, value: Any, said: str) -> None:
    with pytest.raises(CheckError) as raised:
        compare(STATISTICS, STATISTICS, broken(CONSTRAINTS, path, value))
    assert said in str(raised.value)


@pytest.mark.parametrize("content", [{}, {"version": 1.0, "regression_metrics": {}}])
def test_files_of_another_kind(content: dict[str, Any]) -> None:
    with pytest.raises(CheckError, match="the baseline's constraints have no features"):
        compare(STATISTICS, STATISTICS, content)
    with pytest.raises(CheckError, match="the baseline's statistics have no features"):
        compare(STATISTICS, content, CONSTRAINTS)
