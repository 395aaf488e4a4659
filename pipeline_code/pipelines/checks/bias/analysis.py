"""From a data set and a configuration to the content of analysis.json, in one pass over its chunks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from ..errors import CheckError
from .columns import Values, column
from .config import AnalysisConfig
from .facets import FacetRows
from .features import Features
from .grouping import Grouping
from .outcomes import Outcomes
from .predictions import Predictions, with_predictions
from .splits import Splits

PRE_TRAINING_KEY = "pre_training_bias_metrics"
POST_TRAINING_KEY = "post_training_bias_metrics"
_BY_GROUP = {"CDDL", "CDDPL"}


def analyze(
    data: pd.DataFrame | Iterable[pd.DataFrame],
    config: AnalysisConfig,
    predictions: Predictions | None = None,
) -> dict[str, Any]:
    """The content of `analysis.json` for a frame of text, or its chunks.

    `predictions` are the model's, one per row in the same order: labels, values of a regression, or
    probabilities of class 1; or a function that gives them for the feature columns of a chunk.
    Without them, the predicted_label column is taken. A metric that does not exist for the data has
    the value None and an `error`; an infinite one is the text "Infinity", as in Clarify.

    Memory does not grow with the rows, and the result depends neither on their order nor on their
    chunks. All metrics but the flip test are functions of counts; the flip test compares rows, all of
    them up to a bound and a sample of more (`row_sample`), which its description then says.

    Raises CheckError for a column that is not there, missing values, a label or a facet with one
    value or group only, and predictions that do not fit.
    """
    chunks = [data] if isinstance(data, pd.DataFrame) else data
    if predictions is None and config.predicted_label is None and config.post_training:
        raise CheckError("post_training_bias needs predictions: give them, or set predicted_label")
    rows = _Rows(config, given=predictions is not None)
    for frame, answers in with_predictions(chunks, config, predictions):
        rows.add(frame, answers)
    return rows.analysis()


class _Rows:
    """What is gathered of all rows."""

    def __init__(self, config: AnalysisConfig, *, given: bool) -> None:
        self._config = config
        self._given = given  # predictions that are in no column
        self._metrics = {*config.pre_training, *config.post_training}
        self._outcomes = Outcomes(config)
        self._grouping = Grouping(config.group_variable)
        self._features = Features()
        self._label = ""
        self._predicted_label: str | None = None
        self._facets: list[FacetRows] = []

    def add(self, frame: pd.DataFrame, answers: Values | None) -> None:
        """Take in a chunk, and its predictions."""
        if not self._facets:
            self._find_columns(frame)
        codes = self._outcomes.add(Values.of_column(frame, self._label), answers)
        groups = self._grouping.add(frame) if self._metrics & _BY_GROUP else None
        if "FT" in self._metrics:
            self._features.read(frame, (self._label, self._predicted_label))
        for facet in self._facets:
            features = self._features.without(facet.name) if "FT" in self._metrics else None
            facet.add(Values.of_column(frame, facet.name), codes, groups, features)

    def _find_columns(self, frame: pd.DataFrame) -> None:
        config = self._config
        self._label = config.label_column(frame)
        if config.predicted_label is not None:
            self._predicted_label = column(frame, config.predicted_label, "predicted_label")
        self._facets = [
            FacetRows(facet, column(frame, facet.name_or_index, "facet")) for facet in config.facets
        ]

    def analysis(self) -> dict[str, Any]:
        """The content of the file. Raises CheckError for what shows after the last row only."""
        if not self._facets:
            raise CheckError("the data have no rows: bias needs at least one row of each group")
        reading = self._outcomes.reading(
            self._label, None if self._given else self._predicted_label
        )
        splits = Splits(reading, self._grouping, self._features)
        result: dict[str, Any] = {"version": "1.0"}
        for key, metrics in (
            (PRE_TRAINING_KEY, self._config.pre_training),
            (POST_TRAINING_KEY, self._config.post_training),
        ):
            if metrics:
                result[key] = {
                    "label": self._label,
                    "facets": self._measured(splits, metrics),
                    "label_value_or_threshold": reading.written,
                }
        return result

    def _measured(self, splits: Splits, metrics: Sequence[str]) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for facet in self._facets:
            for split in splits.of(facet):
                result.setdefault(facet.name, []).append(
                    {
                        "value_or_threshold": split.written,
                        "metrics": [split.entry(metric) for metric in metrics],
                    }
                )
        return result
