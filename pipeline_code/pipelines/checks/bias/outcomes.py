"""Labels and predictions, as positive outcomes or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import CheckError
from ..values import canonical
from .columns import Marked, above, column, equal_to, is_continuous
from .config import AnalysisConfig


def texts_of(frame: pd.DataFrame, name: str, role: str) -> pd.Series:
    """A column as text without blanks around it. Raises CheckError where a value is missing."""
    values = frame[name]
    texts = values.astype(str).str.strip().mask(values.isna(), "")
    missing = int((texts == "").sum())
    if missing:
        raise CheckError(
            f"{missing} of {len(texts)} rows have no {role} ({name!r}): fill or remove them, bias "
            "cannot place them in a group"
        )
    return texts


class Outcomes:
    """What the configuration calls a positive outcome, applied to labels and to predictions."""

    def __init__(self, frame: pd.DataFrame, config: AnalysisConfig) -> None:
        self._config = config
        self.label = config.label_column(frame)
        self._labels = texts_of(frame, self.label, "label")
        self._classes = sorted({canonical(text) for text in self._labels.unique()})
        if len(self._classes) == 1:
            raise CheckError(
                f"all {len(frame)} labels ({self.label!r}) are {self._classes[0]}: bias needs rows "
                "with the positive outcome and without"
            )
        self._continuous = is_continuous(self._labels, config.label_values)

    def labels(self) -> Marked:
        """Rows with a positive label."""
        if self._continuous:
            numbers = self._numbers(self._labels, "label")
            marked = above(numbers, self._config.label_values[0], self._labels, "label")
        else:
            marked = equal_to(self._labels, self._config.label_values)
        if not marked.rows.any() or marked.rows.all():
            which = "no row has" if not marked.rows.any() else "every row has"
            raise CheckError(
                f"{which} a positive label: label_values_or_threshold is "
                f"{list(self._config.label_values)}, the labels ({self.label!r}) are "
                f"{self._described()}"
            )
        return marked

    def predicted(self, predictions: pd.Series) -> NDArray[np.bool_]:
        """Rows with a positive prediction, shape (rows,).

        Predictions are labels, or for the labels 0 and 1 also probabilities: above the
        probability_threshold they are a 1.
        """
        if self._continuous:
            numbers = self._numbers(predictions, "prediction")
            rows = above(numbers, self._config.label_values[0], self._labels, "label").rows
        else:
            rows = equal_to(self._as_classes(predictions), self._config.label_values).rows
        if not rows.any():
            raise CheckError(
                "the model predicts the positive outcome for no row, so no rates can be compared: "
                "check label_values_or_threshold, or the model"
            )
        return rows

    def _as_classes(self, predictions: pd.Series) -> pd.Series:
        found = {canonical(text) for text in predictions.unique()}
        if found <= {"0", "1"} or not set(self._classes) <= {"0", "1"}:
            return predictions
        probabilities = self._numbers(predictions, "prediction")
        if probabilities.min() < 0 or probabilities.max() > 1:
            raise CheckError(
                "the predictions are neither labels nor probabilities (0 to 1): they go from "
                f"{probabilities.min():g} to {probabilities.max():g}"
            )
        chosen = probabilities > self._config.probability_threshold
        return pd.Series(np.where(chosen, "1", "0"))

    def _numbers(self, texts: pd.Series, role: str) -> NDArray[np.float64]:
        numbers: NDArray[np.float64] = pd.to_numeric(texts, errors="coerce").to_numpy(np.float64)
        bad = ~np.isfinite(numbers)
        if bad.any():
            value = texts.iloc[int(np.argmax(bad))]
            raise CheckError(f"the {role} {value!r} is no number, but the labels are")
        return numbers

    def _described(self) -> str:
        if self._continuous or len(self._classes) > 10:
            return f"{len(self._classes)} different values"
        return ", ".join(self._classes)


def given_predictions(
    frame: pd.DataFrame,
    config: AnalysisConfig,
    predictions: Sequence[Any] | NDArray[Any] | None,
) -> pd.Series | None:
    """Predictions as text, from the caller or from the predicted_label column; None if neither."""
    if predictions is not None:
        if len(predictions) != len(frame):
            raise CheckError(
                f"there are {len(predictions)} predictions for {len(frame)} rows: the model has to "
                "answer every row, in the same order"
            )
        answers = np.asarray(predictions)
        if answers.ndim != 1:
            raise CheckError(
                f"the predictions have the shape {answers.shape}; one value per row is needed, of "
                "several classes the predicted one"
            )
        return pd.Series([str(answer) for answer in answers.tolist()])
    if config.predicted_label is None:
        return None
    name = column(frame, config.predicted_label, "predicted_label")
    return texts_of(frame, name, "predicted label")
