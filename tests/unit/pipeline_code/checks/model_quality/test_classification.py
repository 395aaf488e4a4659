"""The metrics of classifiers, judged by scikit-learn and by the figures that AWS documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pipelines.checks import model_quality
from pipelines.checks.model_quality.scores import Scores
from sklearn import metrics as judge


def _chunks(frame: pd.DataFrame, chunk_rows: int) -> Iterator[pd.DataFrame]:
    for start in range(0, len(frame), chunk_rows):
        yield frame.iloc[start : start + chunk_rows]


def _binary(
    labels: Any, predictions: Any, scores: Any = None, chunk_rows: int = 1000
) -> dict[str, Any]:
    frame = pd.DataFrame({"label": labels, "prediction": predictions}).astype(str)
    if scores is not None:
        frame["probability"] = [repr(float(score)) for score in scores]
    found: dict[str, Any] = model_quality.analyze(
        _chunks(frame, chunk_rows),
        "BinaryClassification",
        inference_attribute="prediction",
        ground_truth_attribute="label",
        probability_attribute=None if scores is None else "probability",
    )["binary_classification_metrics"]
    return found


ROWS = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 1), st.sampled_from([0, 0.1, 0.25, 0.5, 0.9, 1])),
    min_size=2,
    max_size=50,
).filter(lambda rows: len({row[0] for row in rows}) == 2)


@settings(max_examples=80, deadline=None)
@given(ROWS, st.integers(1, 20))
def test_the_values_are_scikit_learns(rows: list[tuple[int, int, float]], chunk_rows: int) -> None:
    labels, predictions, scores = map(np.array, zip(*rows, strict=True))
    found = _binary(labels, predictions, scores, chunk_rows)
    matrix = judge.confusion_matrix(labels, predictions, labels=[0, 1])
    assert found["confusion_matrix"] == {
        "0": {"0": matrix[0, 0], "1": matrix[0, 1]},
        "1": {"0": matrix[1, 0], "1": matrix[1, 1]},
    }
    expected = {
        "accuracy": judge.accuracy_score(labels, predictions),
        "precision": judge.precision_score(labels, predictions, zero_division=0),
        "recall": judge.recall_score(labels, predictions),
        "true_negative_rate": judge.recall_score(labels, predictions, pos_label=0),
        "false_positive_rate": 1 - judge.recall_score(labels, predictions, pos_label=0),
        "false_negative_rate": 1 - judge.recall_score(labels, predictions),
        "auc": judge.roc_auc_score(labels, scores),
    }
    for name, beta in {"f0_5": 0.5, "f1": 1, "f2": 2}.items():
        expected[name] = judge.fbeta_score(labels, predictions, beta=beta, zero_division=0)
    for name, value in expected.items():
        assert found[name]["value"] == pytest.approx(value), name


def test_the_curves_are_scikit_learns() -> None:
    random = np.random.default_rng(8)
    labels = random.integers(0, 2, 120)
    scores = np.round(np.clip(random.normal(0.4 + 0.2 * labels, 0.2), 0, 1), 2)
    found = _binary(labels, labels, scores)
    curve = found["receiver_operating_characteristic_curve"]
    false, true, _ = judge.roc_curve(labels, scores, drop_intermediate=False)
    assert curve["false_positive_rates"] == pytest.approx(false)
    assert curve["true_positive_rates"] == pytest.approx(true)
    precisions, recalls, _ = judge.precision_recall_curve(labels, scores)
    curve = found["precision_recall_curve"]
    # scikit-learn goes from the lowest threshold up.
    assert curve["precisions"] == pytest.approx(precisions[::-1])
    assert curve["recalls"] == pytest.approx(recalls[::-1])


def test_the_curves_of_many_scores_are_thinned_to_their_ends() -> None:
    random = np.random.default_rng(9)
    labels = random.integers(0, 2, 5000)
    curve = _binary(labels, labels, random.random(5000))["receiver_operating_characteristic_curve"]
    assert len(curve["true_positive_rates"]) == 200
    assert (curve["false_positive_rates"][0], curve["true_positive_rates"][0]) == (0, 0)
    assert (curve["false_positive_rates"][-1], curve["true_positive_rates"][-1]) == (1, 1)


def test_scores_beyond_the_exact_rows_are_counted_in_ranges() -> None:
    random = np.random.default_rng(10)
    labels = random.integers(0, 2, 3000).astype(bool)
    scores = np.clip(random.normal(0.4 + 0.1 * labels, 0.2), 0, 1)
    exact, counted = Scores(), Scores(exact_rows=1000)
    for start in range(0, 3000, 250):
        part = slice(start, start + 250)
        members = np.vstack([np.ones((1, 250)), random.random((5, 250)) < 0.8]).astype(bool)
        exact.add(members, labels[part], scores[part])
        counted.add(members, labels[part], scores[part])
    assert counted.areas(True) == pytest.approx(exact.areas(True), abs=1e-4)
    assert counted.areas(False) == pytest.approx([1 - area for area in counted.areas(True) if area])


def test_the_documented_binary_example() -> None:
    found = _binary([0, 0, 0, 1], [0, 1, 1, 1])
    documented = {
        "recall": 1.0,
        "precision": 0.3333333333333333,
        "accuracy": 0.5,
        "true_positive_rate": 1.0,
        "true_negative_rate": 0.33333333333333337,
        "false_positive_rate": 0.6666666666666666,
        "false_negative_rate": 0.0,
        "f0_5": 0.3846153846153846,
        "f1": 0.5,
        "f2": 0.7142857142857143,
    }
    assert found.pop("confusion_matrix") == {"0": {"0": 1, "1": 2}, "1": {"0": 0, "1": 1}}
    assert {name: found[name]["value"] for name in documented} == pytest.approx(documented)
    assert {entry["standard_deviation"] for entry in found.values()} == {"NaN"}


def test_the_figures_of_a_real_job() -> None:
    """As AWS's example notebook model_quality_churn_sdk.ipynb shows them (commit 3b5c7016)."""
    labels = [0] * 173 + [1] * 28
    found = _binary(labels, [0] * 185 + [1] * 16)
    shown = {
        "recall": (0.571429, 0.0417634),
        "precision": (1, 0),
        "accuracy": (0.940299, 0.00817967),
        "recall_best_constant_classifier": (0, 0),
        "precision_best_constant_classifier": (0, 0),
        "accuracy_best_constant_classifier": (0.860697, 0.00883993),
        "true_positive_rate": (0.571429, 0.0417634),
        "true_negative_rate": (1, 0),
        "false_positive_rate": (0, 0),
        "false_negative_rate": (0.428571, 0.0417634),
        "f0_5": (0.869565, 0.0183259),
        "f1": (0.727273, 0.032845),
        "f2": (0.625, 0.039555),
        "f0_5_best_constant_classifier": (0, 0),
        "f1_best_constant_classifier": (0, 0),
        "f2_best_constant_classifier": (0, 0),
    }
    for name, (value, deviation) in shown.items():
        assert found[name]["value"] == pytest.approx(value, abs=1e-6), name
        # Five random parts; theirs were others than ours.
        assert deviation / 4 <= found[name]["standard_deviation"] <= deviation * 4, name


def test_probabilities_alone_make_predictions_above_the_threshold() -> None:
    frame = pd.DataFrame({"_c0": ["0.6", "0.61", "0.2"], "_c1": ["0", "1.0", "0"]})
    found = model_quality.analyze(
        [frame],
        "BinaryClassification",
        ground_truth_attribute="_c1",
        probability_attribute="_c0",
        probability_threshold=0.6,
    )["binary_classification_metrics"]
    assert found["accuracy"]["value"] == 1.0
    assert found["auc"]["value"] == 1.0


def test_the_positive_class_does_not_depend_on_the_first_rows() -> None:
    labels, scores = ["yes", "yes", "no", "no"], [0.9, 0.8, 0.2, 0.1]
    for order in ([0, 1, 2, 3], [3, 2, 1, 0]):
        answers = [labels[index] for index in order]
        found = _binary(answers, answers, [scores[index] for index in order], 1)
        assert found["auc"]["value"] == 1.0
        assert list(found["confusion_matrix"]) == ["no", "yes"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from("abcd")), min_size=2, max_size=60
    ).filter(lambda rows: len({row[0] for row in rows}) > 1),
    st.integers(1, 20),
)
def test_the_weighted_values_are_scikit_learns(
    rows: list[tuple[str, str]], chunk_rows: int
) -> None:
    labels, predictions = zip(*rows, strict=True)
    found = _multiclass(labels, predictions, chunk_rows)
    options: dict[str, Any] = {"average": "weighted", "zero_division": 0}
    expected = {
        "accuracy": judge.accuracy_score(labels, predictions),
        "weighted_recall": judge.recall_score(labels, predictions, **options),
        "weighted_precision": judge.precision_score(labels, predictions, **options),
    }
    for name, beta in {"weighted_f0_5": 0.5, "weighted_f1": 1, "weighted_f2": 2}.items():
        expected[name] = judge.fbeta_score(labels, predictions, beta=beta, **options)
    for name, value in expected.items():
        assert found[name]["value"] == pytest.approx(value), name


def test_the_documented_multiclass_example() -> None:
    labels = ["0"] * 1690 + ["1"] * 406
    predictions = ["0"] * 1180 + ["1"] * 510 + ["0"] * 268 + ["1"] * 138
    found = _multiclass(labels, predictions)
    documented = {
        "accuracy": 0.6288167938931297,
        "weighted_recall": 0.6288167938931297,
        "weighted_precision": 0.6983172269629505,
        "weighted_f0_5": 0.6803947317178771,
        "weighted_f1": 0.6571162346664904,
        "weighted_f2": 0.6384024354394601,
    }
    for name, value in documented.items():
        assert found[name]["value"] == pytest.approx(value)
        assert 0 < found[name]["standard_deviation"] < 0.02
    # The most frequent label, as in a real job; the page's example answers the other one.
    assert found["accuracy_best_constant_classifier"]["value"] == pytest.approx(1690 / 2096)


def _multiclass(labels: Any, predictions: Any, chunk_rows: int = 1000) -> dict[str, Any]:
    found: dict[str, Any] = model_quality.analyze(
        _chunks(pd.DataFrame({"label": labels, "prediction": predictions}), chunk_rows),
        "MulticlassClassification",
        inference_attribute="prediction",
        ground_truth_attribute="label",
    )["multiclass_classification_metrics"]
    return found
