"""The report: what a person sees of metrics, bounds and curves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from pipelines.checks import model_quality


def _regression(noise: float) -> dict[str, Any]:
    random = np.random.default_rng(4)
    labels = random.normal(size=300)
    frame = pd.DataFrame({"y": labels, "p": labels + noise * random.normal(size=300)}).astype(str)
    return model_quality.analyze(
        [frame], "Regression", inference_attribute="p", ground_truth_attribute="y"
    )


def test_a_regression_beyond_its_baseline() -> None:
    constraints = model_quality.suggest_constraints(_regression(0.1), "Regression")
    statistics = _regression(0.5)
    violations = model_quality.compare(statistics, constraints)
    page = model_quality.report_page(statistics, constraints, violations)
    assert 'class="verdict bad"' in page
    assert "Of 300 rows, 4 metrics are beyond the baseline" in page
    assert page.count('<tr class="bad">') == 4
    assert violations[0].sentence in page
    assert "Predictions over ten ranges of labels" in page
    assert page.count("<svg") == 1
    assert page == model_quality.report_page(statistics, constraints, violations)


def test_a_first_baseline_has_nothing_to_compare_with() -> None:
    page = model_quality.report_page(_regression(0.5), None, [])
    assert "there was no baseline to compare them with" in page
    assert "verdict bad" not in page


def test_a_binary_classifier_has_its_matrix_and_curves() -> None:
    frame = pd.DataFrame(
        {"y": ["0", "1", "0", "1"], "p": ["0", "1", "1", "1"], "s": ["0", ".9", ".6", ".7"]}
    )
    statistics = model_quality.analyze(
        [frame],
        "BinaryClassification",
        inference_attribute="p",
        ground_truth_attribute="y",
        probability_attribute="s",
    )
    constraints = model_quality.suggest_constraints(statistics, "BinaryClassification")
    page = model_quality.report_page(statistics, constraints, [])
    assert "All metrics of 4 rows are within" in page
    assert page.count("<svg") == 2
    assert "ROC, area 1" in page
    assert "≥ 1</td>" in page


def test_several_classes_have_their_matrix() -> None:
    frame = pd.DataFrame({"y": ["<a>", "b", "c"], "p": ["<a>", "b", "b"]})
    statistics = model_quality.analyze(
        [frame], "MulticlassClassification", inference_attribute="p", ground_truth_attribute="y"
    )
    page = model_quality.report_page(statistics, None, [])
    assert "<th>&lt;a&gt;</th><th>b</th><th>c</th>" in page
