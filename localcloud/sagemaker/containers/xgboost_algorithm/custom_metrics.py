"""The metrics that the container computes itself with scikit-learn, besides XGBoost's own.

As the container's metrics/custom_metrics.py: since XGBoost 1.2 a custom metric is given raw margins,
so classes are told apart at zero, or by the greatest margin.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Metric = Callable[[Any, Any], float]


def _regression() -> dict[str, Metric]:
    from sklearn import metrics

    return {
        "mae": metrics.mean_absolute_error,
        "mse": metrics.mean_squared_error,
        "rmse": metrics.root_mean_squared_error,
        "r2": metrics.r2_score,
    }


def _classification() -> dict[str, Metric]:
    from sklearn import metrics

    return {
        "accuracy": metrics.accuracy_score,
        "balanced_accuracy": metrics.balanced_accuracy_score,
        "f1": lambda labels, classes: metrics.f1_score(labels, classes, average="macro"),
        "f1_binary": lambda labels, classes: metrics.f1_score(labels, classes, average="binary"),
        "f1_macro": lambda labels, classes: metrics.f1_score(labels, classes, average="macro"),
        "precision": metrics.precision_score,
        "precision_macro": lambda labels, classes: metrics.precision_score(
            labels, classes, average="macro"
        ),
        "precision_micro": lambda labels, classes: metrics.precision_score(
            labels, classes, average="micro"
        ),
        "recall": metrics.recall_score,
        "recall_macro": lambda labels, classes: metrics.recall_score(
            labels, classes, average="macro"
        ),
        "recall_micro": lambda labels, classes: metrics.recall_score(
            labels, classes, average="micro"
        ),
    }


CUSTOM_METRICS = frozenset(
    {
        "accuracy",
        "balanced_accuracy",
        "f1",
        "f1_binary",
        "f1_macro",
        "mse",
        "rmse",
        "mae",
        "precision",
        "precision_macro",
        "precision_micro",
        "r2",
        "recall",
        "recall_macro",
        "recall_micro",
    }
)


def evaluator(names: Sequence[str]) -> Callable[[Any, Any], list[tuple[str, float]]]:
    """A `custom_metric` for xgboost.train that computes the named metrics."""
    regression, classification = _regression(), _classification()

    def evaluate(predictions: Any, matrix: Any) -> list[tuple[str, float]]:
        labels = matrix.get_label()
        results = []
        for name in names:
            if name in regression:
                score = regression[name](labels, predictions)
            elif predictions.size:
                score = classification[name](labels, _classes(predictions))
            else:
                score = 0.0
            results.append((name, float(score)))
        return results

    return evaluate


def _classes(margins: Any) -> Any:
    if margins.ndim > 1:
        return margins.argmax(axis=-1)
    return (margins > 0.0).astype(int)
