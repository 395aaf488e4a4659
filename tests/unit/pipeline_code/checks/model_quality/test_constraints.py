"""Thresholds, their tolerance, and what is beyond them."""

from __future__ import annotations

import copy
import json
from typing import Any

import pandas as pd
import pytest
from pipelines.checks import model_quality
from pipelines.checks.errors import CheckError


def _statistics(predictions: list[float]) -> dict[str, Any]:
    frame = pd.DataFrame({"y": ["1", "2", "3", "4"], "p": [str(value) for value in predictions]})
    return model_quality.analyze(
        [frame], "Regression", inference_attribute="p", ground_truth_attribute="y"
    )


def _binary_statistics() -> dict[str, Any]:
    frame = pd.DataFrame(
        {"y": ["0", "1", "0", "1"], "p": ["0", "1", "1", "1"], "s": ["0", ".9", ".6", ".7"]}
    )
    return model_quality.analyze(
        [frame],
        "BinaryClassification",
        inference_attribute="p",
        ground_truth_attribute="y",
        probability_attribute="s",
    )


BASELINE = _statistics([1.1, 2.1, 2.9, 4.1])


def test_a_threshold_is_the_value_just_measured() -> None:
    constraints = model_quality.suggest_constraints(BASELINE, "Regression")
    metrics = BASELINE["regression_metrics"]
    assert constraints["version"] == 0.0
    assert constraints["regression_constraints"] == {
        "mae": {
            "threshold": metrics["mae"]["value"],
            "comparison_operator": "GreaterThanThreshold",
        },
        "mse": {
            "threshold": metrics["mse"]["value"],
            "comparison_operator": "GreaterThanThreshold",
        },
        "rmse": {
            "threshold": metrics["rmse"]["value"],
            "comparison_operator": "GreaterThanThreshold",
        },
        "r2": {"threshold": metrics["r2"]["value"], "comparison_operator": "LessThanThreshold"},
    }
    assert model_quality.compare(BASELINE, constraints) == []


def test_yardsticks_and_curves_have_no_threshold() -> None:
    constraints = model_quality.suggest_constraints(_binary_statistics(), "BinaryClassification")
    named = constraints["binary_classification_constraints"]
    assert set(named) == {
        *("recall", "precision", "accuracy", "auc", "f0_5", "f1", "f2"),
        *("true_positive_rate", "true_negative_rate"),
        *("false_positive_rate", "false_negative_rate"),
    }
    assert named["false_negative_rate"]["comparison_operator"] == "GreaterThanThreshold"
    assert named["true_positive_rate"]["comparison_operator"] == "LessThanThreshold"


def test_a_worse_model_violates_and_a_better_one_does_not() -> None:
    constraints = model_quality.suggest_constraints(BASELINE, "Regression")
    violations = model_quality.compare(_statistics([0, 3, 2, 5]), constraints)
    assert [each.entry for each in violations] == [
        {
            "constraint_check_type": "GreaterThanThreshold",
            "description": f"Metric {name} with 1.0 +/- NaN was GreaterThanThreshold "
            f"'{constraints['regression_constraints'][name]['threshold']}'",
            "metric_name": name,
        }
        for name in ("mae", "mse", "rmse")
    ] + [
        {
            "constraint_check_type": "LessThanThreshold",
            "description": "Metric r2 with 0.19999999999999996 +/- NaN was LessThanThreshold "
            f"'{constraints['regression_constraints']['r2']['threshold']}'",
            "metric_name": "r2",
        }
    ]
    assert violations[0].sentence == "mae: 1 (0.1 in the baseline) is above 0.1, the threshold"
    assert violations[3].sentence == "r2: 0.2 (0.992 in the baseline) is below 0.992, the threshold"
    assert model_quality.compare(_statistics([1, 2, 3, 4]), constraints) == []


def test_a_tolerance_widens_errors_by_a_factor_and_scores_by_their_size() -> None:
    constraints = {
        "version": 0.0,
        "regression_constraints": {
            "mae": {
                "threshold": 0.5,
                "comparison_operator": "GreaterThanThreshold",
                "additional_properties": None,
            },
            "r2": {"threshold": -3.2, "comparison_operator": "LessThanThreshold"},
        },
        "kept": [1],
    }
    relaxed = model_quality.relax(constraints, 0.1)
    named = relaxed["regression_constraints"]
    assert named["mae"]["threshold"] == pytest.approx(0.55)
    assert named["mae"]["additional_properties"] is None
    assert named["r2"]["threshold"] == pytest.approx(-3.52)
    assert relaxed["kept"] == [1]
    assert constraints["regression_constraints"]["mae"]["threshold"] == 0.5  # type: ignore[index]


def test_no_tolerance_changes_no_byte() -> None:
    constraints = model_quality.suggest_constraints(BASELINE, "Regression")
    assert json.dumps(model_quality.relax(constraints, 0)) == json.dumps(constraints)


def test_a_sentence_names_the_baseline_and_the_bound() -> None:
    constraints = model_quality.suggest_constraints(BASELINE, "Regression")
    relaxed = model_quality.relax(constraints, 0.5)
    violations = model_quality.compare(
        _statistics([1.2, 2.2, 2.8, 4.2]), relaxed, baseline_statistics=BASELINE
    )
    assert violations[0].sentence == "mae: 0.2 (0.1 in the baseline) is above 0.15, the threshold"


def test_rates_have_the_names_of_a_real_jobs_violations() -> None:
    statistics = _binary_statistics()
    constraints = model_quality.suggest_constraints(statistics, "BinaryClassification")
    named = constraints["binary_classification_constraints"]
    named["true_negative_rate"]["threshold"] = 1.0
    (violation,) = model_quality.compare(statistics, constraints)
    assert violation.entry == {
        "constraint_check_type": "LessThanThreshold",
        "description": "Metric trueNegativeRate with 0.5 +/- NaN was LessThanThreshold '1.0'",
        "metric_name": "trueNegativeRate",
    }
    assert violation.sentence.startswith("true_negative_rate: 0.5 (1 in the baseline) is below 1")
    assert '<tr class="bad"><td class="text">true_negative_rate</td>' in model_quality.report_page(
        statistics, constraints, [violation]
    )


def test_the_last_digits_of_a_sum_do_not_violate() -> None:
    constraints = model_quality.suggest_constraints(BASELINE, "Regression")
    for entry in constraints["regression_constraints"].values():
        worse = -1 if entry["comparison_operator"] == "GreaterThanThreshold" else 1
        entry["threshold"] *= 1 + worse * 1e-14
    assert model_quality.compare(BASELINE, constraints) == []


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda c: c.pop("regression_constraints"), "not one of model quality"),
        (lambda c: c["regression_constraints"].update(mape=c.pop("spare")), "mape"),
        (
            lambda c: c["regression_constraints"]["mae"].update(comparison_operator="Below"),
            "neither GreaterThanThreshold nor LessThanThreshold",
        ),
        (
            lambda c: c.update(binary_classification_constraints=c.pop("regression_constraints")),
            "not those of a BinaryClassification",
        ),
    ],
)
def test_a_baseline_that_does_not_fit_is_refused(damage: Any, said: str) -> None:
    constraints = copy.deepcopy(model_quality.suggest_constraints(BASELINE, "Regression"))
    constraints["spare"] = {"threshold": 1.0, "comparison_operator": "GreaterThanThreshold"}
    damage(constraints)
    with pytest.raises(CheckError, match=said):
        model_quality.compare(BASELINE, constraints)


def test_a_metric_that_no_longer_exists_is_not_compared() -> None:
    alike = model_quality.analyze(
        [pd.DataFrame({"y": ["1", "1"], "p": ["1", "2"]})],
        "Regression",
        inference_attribute="p",
        ground_truth_attribute="y",
    )
    constraints = model_quality.suggest_constraints(BASELINE, "Regression")
    with pytest.raises(CheckError, match="r2 does not exist for these data"):
        model_quality.compare(alike, constraints)


def test_a_negative_tolerance_is_refused() -> None:
    with pytest.raises(CheckError, match="is negative; 0 or more widens"):
        model_quality.relax(model_quality.suggest_constraints(BASELINE, "Regression"), -0.1)
