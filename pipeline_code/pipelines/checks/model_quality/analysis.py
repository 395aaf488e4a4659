"""From a data set with labels and predictions to the content of statistics.json."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import CheckError
from .binary import Binary
from .columns import Column
from .multiclass import Multiclass
from .regression import Regression

METRICS_KEYS = {
    "Regression": "regression_metrics",
    "BinaryClassification": "binary_classification_metrics",
    "MulticlassClassification": "multiclass_classification_metrics",
}
"""Where statistics.json has the metrics of each problem type."""

DEFAULT_THRESHOLD = 0.5


def analyze(
    chunks: Iterable[pd.DataFrame],
    problem_type: str,
    *,
    inference_attribute: str | None = None,
    ground_truth_attribute: str,
    probability_attribute: str | None = None,
    probability_threshold: float | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """The content of `statistics.json`, in one pass over chunks of text (see `tables`).

    `problem_type` is Regression, BinaryClassification or MulticlassClassification. Attributes are
    columns, by name or by zero-based index as text. A classifier's prediction is in
    `inference_attribute`; of a binary one it may instead follow from `probability_attribute`, the
    probability of class 1: above `probability_threshold` (0.5) it is a 1. Curves and auc need the
    probabilities. `now` is the evaluation_time.

    The metrics are those of
    https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html, each
    `{"value", "standard_deviation"}`, the deviation the text "NaN" below 200 rows. A regression's
    `predicted_vs_actual` is an addition, for the report.

    Raises CheckError for a column or a value that is missing, a label or a prediction that is no
    number, labels of one class alone, and no rows at all.
    """
    if problem_type not in METRICS_KEYS:
        raise CheckError(f"the problem type {problem_type!r} is none of {', '.join(METRICS_KEYS)}")
    label = Column(ground_truth_attribute, "label")
    probability = Column(probability_attribute, "probability") if probability_attribute else None
    prediction = Column(inference_attribute, "prediction") if inference_attribute else None
    if prediction is None and (probability is None or problem_type != "BinaryClassification"):
        raise CheckError(
            "no column of predictions: set inference_attribute, or for a BinaryClassification "
            "probability_attribute"
        )
    gather, finish = _gatherer(problem_type, label, prediction, probability, probability_threshold)
    rows = 0
    for chunk in chunks:
        if len(chunk):
            rows += len(chunk)
            gather(chunk)
    if rows == 0:
        raise CheckError("the data have no rows: model quality needs at least one label")
    moment = now.timestamp() if now else time.time()
    return {
        "version": 0.0,
        "dataset": {"item_count": rows, "evaluation_time": _written(moment)},
        **finish(),
    }


def _gatherer(
    problem_type: str,
    label: Column,
    prediction: Column | None,
    probability: Column | None,
    threshold: float | None,
) -> tuple[Callable[[pd.DataFrame], None], Callable[[], dict[str, Any]]]:
    """What takes a chunk, and what makes the metrics in the end."""
    key = METRICS_KEYS[problem_type]
    if problem_type == "BinaryClassification":
        binary = Binary(DEFAULT_THRESHOLD if threshold is None else threshold)

        def add_binary(chunk: pd.DataFrame) -> None:
            scores: NDArray[np.float64] | None = None
            if probability is not None:
                scores = probability.probabilities(chunk)
            answers = prediction.text(chunk).tolist() if prediction is not None else None
            binary.add(label.text(chunk).tolist(), answers, scores)

        return add_binary, lambda: {key: binary.metrics()}
    assert prediction is not None
    if problem_type == "MulticlassClassification":
        multiclass = Multiclass()
        return (
            lambda chunk: multiclass.add(
                label.text(chunk).tolist(), prediction.text(chunk).tolist()
            ),
            lambda: {key: multiclass.metrics()},
        )
    regression = Regression()
    return (
        lambda chunk: regression.add(label.numbers(chunk), prediction.numbers(chunk)),
        lambda: {key: regression.metrics(), "predicted_vs_actual": regression.summary()},
    )


def _written(moment: float) -> str:
    """A moment in seconds of the epoch, as Model Monitor writes it: `2023-03-30T21:08:34.729Z`."""
    seconds, milliseconds = divmod(round(moment * 1000), 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{milliseconds:03d}Z"
