"""The constraints that a baseline's statistics suggest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .column import FRACTIONAL, INTEGRAL, STRING
from .features import Feature, features_of

# Up to so many different values a String is a category; Deequ's ColumnProfiler draws the same line.
DOMAIN_VALUES = 120

# As the container writes them (https://github.com/aws/sagemaker-python-sdk, tests/data/monitor);
# the page about constraints.json says 0.1 for the first two, which nearly nothing could violate.
MONITORING_CONFIG: Mapping[str, Any] = {
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
}


def suggest_constraints(statistics: Mapping[str, Any]) -> dict[str, Any]:
    """The content of `constraints.json` for data like that of these statistics.

    https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-constraints.html. Domains
    are suggested for Strings of at most `DOMAIN_VALUES` different values, all of them known.
    Raises CheckError for statistics that cannot be read.
    """
    found = features_of(statistics, "the statistics")
    return {
        "version": 0.0,
        "features": [_constraints(feature) for feature in found.values()],
        "monitoring_config": {
            **MONITORING_CONFIG,
            "distribution_constraints": dict(MONITORING_CONFIG["distribution_constraints"]),
        },
    }


def _constraints(feature: Feature) -> dict[str, Any]:
    constraints: dict[str, Any] = {
        "name": feature.name,
        "inferred_type": feature.inferred_type,
        "completeness": feature.completeness,
    }
    if feature.inferred_type in (INTEGRAL, FRACTIONAL):
        constraints["num_constraints"] = {"is_non_negative": not _negative(feature)}
    categories = feature.categories
    if (
        feature.inferred_type == STRING
        and categories is not None
        and categories.maximum_error == 0
        and len(categories.counts) <= DOMAIN_VALUES
    ):
        constraints["string_constraints"] = {"domains": sorted(categories.counts)}
    return constraints


def _negative(feature: Feature) -> bool:
    """Whether a value is below zero; the sketch need not have kept the smallest."""
    below = feature.minimum is not None and feature.minimum < 0
    return below or (feature.distribution is not None and feature.distribution.numbers[0] < 0)
