"""The constraints that statistics suggest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pipelines.checks.data_quality import compare, suggest_constraints
from pipelines.checks.data_quality.constraints import DOMAIN_VALUES
from pipelines.checks.errors import CheckError

StatisticsOf = Callable[..., dict[str, Any]]


def test_the_file_has_model_monitors_keys(statistics_of: StatisticsOf) -> None:
    statistics = statistics_of(
        number=["1", "2", ""], cost=["-1.5", "2", "3"], sex=["M", "F", "M"], empty=["", "", ""]
    )
    assert suggest_constraints(statistics) == {
        "version": 0.0,
        "features": [
            {
                "name": "number",
                "inferred_type": "Integral",
                "completeness": 2 / 3,
                "num_constraints": {"is_non_negative": True},
            },
            {
                "name": "cost",
                "inferred_type": "Fractional",
                "completeness": 1.0,
                "num_constraints": {"is_non_negative": False},
            },
            {
                "name": "sex",
                "inferred_type": "String",
                "completeness": 1.0,
                "string_constraints": {"domains": ["F", "M"]},
            },
            {"name": "empty", "inferred_type": "Unknown", "completeness": 0.0},
        ],
        "monitoring_config": {
            "evaluate_constraints": "Enabled",
            "emit_metrics": "Enabled",
            "datatype_check_threshold": 1.0,
            "domain_content_threshold": 1.0,
            "distribution_constraints": {
                "perform_comparison": "Enabled",
                "comparison_threshold": 0.1,
                "comparison_method": "Robust",
                "categorical_comparison_threshold": 0.1,
                "categorical_drift_method": "LInfinity",
            },
        },
    }


@pytest.mark.parametrize(("text", "non_negative"), [("-0.0", True), ("-inf", False), ("-1", False)])
def test_non_negative(statistics_of: StatisticsOf, text: str, non_negative: bool) -> None:
    (feature,) = suggest_constraints(statistics_of(x=["1", text]))["features"]
    assert feature["num_constraints"] == {"is_non_negative": non_negative}


def test_the_smallest_of_many_values_is_not_lost_in_the_sketch(statistics_of: StatisticsOf) -> None:
    statistics = statistics_of(x=[*map(str, range(50_000)), "-1"])
    (feature,) = suggest_constraints(statistics)["features"]
    assert feature["num_constraints"] == {"is_non_negative": False}


def test_domains_end_where_values_are_too_many(statistics_of: StatisticsOf) -> None:
    def suggested(count: int) -> bool:
        statistics = statistics_of(x=[f"v{n}" for n in range(count)])
        return "string_constraints" in suggest_constraints(statistics)["features"][0]

    assert suggested(DOMAIN_VALUES)
    assert not suggested(DOMAIN_VALUES + 1)
    assert not suggested(5000)


def test_constraints_can_be_edited_without_changing_the_next_ones(
    statistics_of: StatisticsOf,
) -> None:
    statistics = statistics_of(x=["1"])
    edited = suggest_constraints(statistics)
    edited["monitoring_config"]["distribution_constraints"]["comparison_threshold"] = 0.9
    again = suggest_constraints(statistics)["monitoring_config"]["distribution_constraints"]
    assert again["comparison_threshold"] == 0.1


@pytest.mark.parametrize(
    "texts", [["1", "2"], ["0.5", "1"], ["M", "1", "2"], ["", ""], ["inf", "1"], ["x", ""], ["3"]]
)
def test_a_data_set_does_not_violate_itself(statistics_of: StatisticsOf, texts: list[str]) -> None:
    statistics = statistics_of(x=texts)
    assert compare(statistics, statistics, suggest_constraints(statistics)) == []


def test_statistics_that_cannot_be_read() -> None:
    with pytest.raises(CheckError, match="the statistics have no features"):
        suggest_constraints({"version": 0.0})
