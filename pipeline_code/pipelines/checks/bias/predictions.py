"""Where the predictions of a chunk come from: the caller, a model, or a column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import CheckError
from .columns import Values, column
from .config import AnalysisConfig

Predict: TypeAlias = "Callable[[pd.DataFrame], NDArray[Any]]"
"""Predictions for rows of features: (rows, features) in, (rows,) out."""

Predictions: TypeAlias = "Sequence[Any] | NDArray[Any] | Predict"


def with_predictions(
    chunks: Iterable[pd.DataFrame], config: AnalysisConfig, predictions: Predictions | None
) -> Iterator[tuple[pd.DataFrame, Values | None]]:
    """The chunks that have rows, each with its predictions; None if there are none to be had.

    Raises CheckError where the predictions are not one value for each row.
    """
    rows = 0
    left = iter(chunks)
    for frame in left:
        if not len(frame):
            continue
        if predictions is None:
            yield frame, _of_column(frame, config)
        elif callable(predictions):
            answers = predictions(frame[config.feature_columns(frame)])
            _check_count(len(answers), len(frame))
            yield frame, _given(answers)
        else:
            part = predictions[rows : rows + len(frame)]
            if len(part) < len(frame):
                _check_count(len(predictions), rows + len(frame) + sum(map(len, left)))
            yield frame, _given(part)
        rows += len(frame)
    if predictions is not None and not callable(predictions) and rows:
        _check_count(len(predictions), rows)


def _check_count(answers: int, rows: int) -> None:
    if answers != rows:
        raise CheckError(
            f"there are {answers} predictions for {rows} rows: the model has to "
            "answer every row, in the same order"
        )


def _given(predictions: Sequence[Any] | NDArray[Any]) -> Values:
    answers = np.asarray(predictions)
    if answers.ndim != 1:
        raise CheckError(
            f"the predictions have the shape {answers.shape}; one value per row is needed, of "
            "several classes the predicted one"
        )
    return Values.given(answers)


def _of_column(frame: pd.DataFrame, config: AnalysisConfig) -> Values | None:
    if config.predicted_label is None:
        return None
    return Values.of_column(frame, column(frame, config.predicted_label, "predicted_label"))
