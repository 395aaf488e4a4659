"""Labels and predictions, as positive outcomes or not.

A row's label and prediction can each be read in several ways, and which one is right shows only
after the last row. So each row gets a code that has the answers of all readings, rows are counted by
it, and the codes are sorted into positive and negative ones at the end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import CheckError
from .columns import Values
from .config import AnalysisConfig
from .seen import Seen
from .selection import Selection

CODES = 32
"""How many codes there are: five answers of yes or no."""

PREDICTION_SHIFT = 2
"""The label's bits are the lower two; those above are the prediction's."""

_LABEL_EQUAL, _LABEL_ABOVE, _EQUAL, _ABOVE, _PROBABLE = (1 << bit for bit in range(5))
_ALL = np.arange(CODES)


@dataclass(frozen=True)
class Reading:
    """Which codes are positive, each of shape (CODES,); `predicted` is None without predictions.

    `written` is the positive outcome as analysis.json has it.
    """

    positive: NDArray[np.bool_]
    predicted: NDArray[np.bool_] | None
    written: str

    def table(self, counts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Rows by label and prediction from rows by code: shape (…, CODES) to (…, 2, 2).

        Index 1 is positive; without predictions, all rows count as predicted negative.
        """
        predicted = np.zeros(CODES, dtype=bool) if self.predicted is None else self.predicted
        return np.stack(
            [
                np.stack(
                    [
                        counts[..., (self.positive == label) & (predicted == answer)].sum(axis=-1)
                        for answer in (False, True)
                    ],
                    axis=-1,
                )
                for label in (False, True)
            ],
            axis=-2,
        )


class Outcomes:
    """What the configuration calls a positive outcome, applied to labels and to predictions."""

    def __init__(self, config: AnalysisConfig) -> None:
        self._threshold = config.probability_threshold
        self._selection = Selection(config.label_values)
        self._labels = Seen()
        self._predictions = Seen()
        self._counts: NDArray[np.int64] = np.zeros(CODES, dtype=np.int64)

    def add(self, labels: Values, predictions: Values | None) -> NDArray[np.int64]:
        """Take in a chunk; the code of each row, shape (rows,)."""
        self._labels.add(labels)
        codes = (
            self._selection.equal(labels) * _LABEL_EQUAL
            + self._selection.above(labels) * _LABEL_ABOVE
        )[labels.codes]
        if predictions is not None:
            self._predictions.add(predictions)
            codes = (
                codes
                + (
                    self._selection.equal(predictions) * _EQUAL
                    + self._selection.above(predictions) * _ABOVE
                    + (predictions.numbers > self._threshold) * _PROBABLE
                )[predictions.codes]
            )
        self._counts += np.bincount(codes, minlength=CODES)
        return codes

    def reading(self, label: str, predicted_label: str | None) -> Reading:
        """The right reading, all rows being there. The names of the columns are for errors.

        Predictions are labels, or for the labels 0 and 1 also probabilities: above the
        probability_threshold they are a 1.
        """
        _check_none_missing(self._predictions, predicted_label, "predicted label")
        _check_none_missing(self._labels, label, "label")
        different = self._labels.different()
        if different is not None and len(different) == 1:
            raise CheckError(
                f"all {self._labels.rows} labels ({label!r}) are {different[0]}: bias needs rows "
                "with the positive outcome and without"
            )
        continuous = self._labels.is_continuous(self._selection.values)
        if continuous:
            _check_numbers(self._labels, "label")
            written = self._selection.interval(self._labels, "label")
        else:
            written = self._selection.listed()
        positive = (_ALL & (_LABEL_ABOVE if continuous else _LABEL_EQUAL)) > 0
        self._check_both_outcomes(positive, label, continuous)
        predicted = self._predicted(continuous) if self._predictions.rows else None
        return Reading(positive, predicted, written)

    def _check_both_outcomes(
        self, positive: NDArray[np.bool_], label: str, continuous: bool
    ) -> None:
        count = int(self._counts[positive].sum())
        if 0 < count < self._labels.rows:
            return
        raise CheckError(
            f"{'every' if count else 'no'} row has a positive label: label_values_or_threshold is "
            f"{list(self._selection.values)}, the labels ({label!r}) are "
            f"{self._labels.described(2 if continuous else 10)}"
        )

    def _predicted(self, continuous: bool) -> NDArray[np.bool_]:
        if continuous:
            _check_numbers(self._predictions, "prediction")
            predicted = (_ALL & _ABOVE) > 0
        elif self._are_probabilities():
            as_class = np.where((_ALL & _PROBABLE) > 0, "1", "0")
            predicted = np.isin(as_class, sorted(self._selection.wanted))
        else:
            predicted = (_ALL & _EQUAL) > 0
        if not self._counts[predicted].any():
            raise CheckError(
                "the model predicts the positive outcome for no row, so no rates can be compared: "
                "check label_values_or_threshold, or the model"
            )
        return predicted

    def _are_probabilities(self) -> bool:
        found, classes = self._predictions.different(), self._labels.different()
        if classes is None or not set(classes) <= {"0", "1"}:
            return False
        if found is not None and set(found) <= {"0", "1"}:
            return False
        _check_numbers(self._predictions, "prediction")
        least, greatest = self._predictions.least, self._predictions.greatest
        if least < 0 or greatest > 1:
            raise CheckError(
                "the predictions are neither labels nor probabilities (0 to 1): they go from "
                f"{least:g} to {greatest:g}"
            )
        return True


def _check_none_missing(seen: Seen, name: str | None, role: str) -> None:
    check_none_missing(seen.missing, seen.rows, name, role)


def check_none_missing(missing: int, rows: int, name: str | None, role: str) -> None:
    """Raise CheckError where a value is missing. Given predictions have no column, `name`."""
    if missing and name is not None:
        raise CheckError(
            f"{missing} of {rows} rows have no {role} ({name!r}): fill or remove them, bias "
            "cannot place them in a group"
        )


def _check_numbers(seen: Seen, role: str) -> None:
    if seen.unlike is not None:
        raise CheckError(f"the {role} {seen.unlike!r} is no number, but the labels are")
