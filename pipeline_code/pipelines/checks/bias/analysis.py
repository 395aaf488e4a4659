"""From a data set and a configuration to the content of analysis.json."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import CheckError
from ..values import canonical
from . import post_training, pre_training
from .columns import Marked, above, column, equal_to, is_continuous
from .config import AnalysisConfig, Facet
from .counts import Group, conditional_disparity, group
from .flip_test import flip_test
from .names import POST_TRAINING, PRE_TRAINING
from .outcomes import Outcomes, given_predictions, texts_of

PRE_TRAINING_KEY = "pre_training_bias_metrics"
POST_TRAINING_KEY = "post_training_bias_metrics"


def analyze(
    data: pd.DataFrame | Iterable[pd.DataFrame],
    config: AnalysisConfig,
    predictions: Sequence[Any] | NDArray[Any] | None = None,
) -> dict[str, Any]:
    """The content of `analysis.json` for a frame of text, or its chunks.

    `predictions` are the model's, one per row in the same order: labels, values of a regression, or
    probabilities of class 1; without them, the predicted_label column is taken. A metric that does
    not exist for the data has the value None and an `error`; an infinite one is the text
    "Infinity", as in Clarify. The data set is held in memory, as Clarify holds it: whether a column
    is continuous, and the flip test, need all rows.

    Raises CheckError for a column that is not there, missing values, a label or a facet with one
    value or group only, and predictions that do not fit.
    """
    frame = data if isinstance(data, pd.DataFrame) else _joined(data)
    if frame.empty:
        raise CheckError("the data have no rows: bias needs at least one row of each group")
    answers = given_predictions(frame, config, predictions)
    if answers is None and config.post_training:
        raise CheckError("post_training_bias needs predictions: give them, or set predicted_label")
    outcomes = Outcomes(frame, config)
    positive = outcomes.labels()
    predicted = None if answers is None else outcomes.predicted(answers)
    result: dict[str, Any] = {"version": "1.0"}
    for key, metrics in (
        (PRE_TRAINING_KEY, config.pre_training),
        (POST_TRAINING_KEY, config.post_training),
    ):
        if metrics:
            result[key] = {
                "label": outcomes.label,
                "facets": _facets(frame, config, metrics, positive.rows, predicted),
                "label_value_or_threshold": positive.written,
            }
    return result


@dataclass(frozen=True)
class _Split:
    """A data set split by one facet, with what the metrics may ask for."""

    sensitive: NDArray[np.bool_]
    positive: NDArray[np.bool_]
    predicted: NDArray[np.bool_] | None
    groups: Callable[[], NDArray[np.intp]]
    features: Callable[[], NDArray[np.float64]]

    def sides(self) -> tuple[Group, Group]:
        return (
            group(~self.sensitive, self.positive, self.predicted),
            group(self.sensitive, self.positive, self.predicted),
        )


def _facets(
    frame: pd.DataFrame,
    config: AnalysisConfig,
    metrics: Sequence[str],
    positive: NDArray[np.bool_],
    predicted: NDArray[np.bool_] | None,
) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for facet in config.facets:
        name = column(frame, facet.name_or_index, "facet")
        for marked in _sensitive(texts_of(frame, name, "facet"), facet, name):
            split = _Split(
                marked.rows,
                positive,
                predicted,
                groups=lambda: _groups(frame, config),
                features=lambda name=name: _features(frame, config, name),  # type: ignore[misc]
            )
            result.setdefault(name, []).append(
                {
                    "value_or_threshold": marked.written,
                    "metrics": [_measured(metric, split) for metric in metrics],
                }
            )
    return result


def _sensitive(texts: pd.Series, facet: Facet, name: str) -> list[Marked]:
    """The sensitive groups of a facet: one, or without values one for each value."""
    distinct = sorted({canonical(text) for text in texts.unique()})
    if len(distinct) == 1:
        raise CheckError(
            f"all {len(texts)} rows have {distinct[0]} in the facet {name!r}: bias compares two "
            "groups, so it needs rows with other values"
        )
    if is_continuous(texts, facet.values):
        if not facet.values:
            raise CheckError(
                f"the facet {name!r} is continuous: give its value_or_threshold a number"
            )
        numbers = pd.to_numeric(texts).to_numpy(np.float64)
        found = [above(numbers, facet.values[0], texts, f"facet {name!r}")]
    elif facet.values:
        found = [equal_to(texts, facet.values)]
    else:
        found = [equal_to(texts, [value]) for value in distinct]
    for marked in found:
        if not marked.rows.any() or marked.rows.all():
            which = "no row is" if not marked.rows.any() else "all rows are"
            raise CheckError(
                f"{which} in the sensitive group of the facet {name!r}: value_or_threshold is "
                f"{list(facet.values)}, the values are {', '.join(distinct[:10])}"
                + (", …" if len(distinct) > 10 else "")
            )
    return found


def _measured(metric: str, split: _Split) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "name": metric,
        "description": {**PRE_TRAINING, **POST_TRAINING}[metric],
    }
    try:
        value = _value(metric, split)
    except CheckError as error:
        return entry | {"value": None, "error": str(error)}
    if math.isinf(value):
        return entry | {"value": "Infinity" if value > 0 else "-Infinity"}
    return entry | {"value": value}


def _value(metric: str, split: _Split) -> float:
    measures: Mapping[str, pre_training.Measure] = pre_training.MEASURES | post_training.MEASURES
    if metric in measures:
        return measures[metric](*split.sides())
    if metric == "CDDL":
        return conditional_disparity(split.sensitive, split.positive, split.groups())
    assert split.predicted is not None
    if metric == "CDDPL":
        return conditional_disparity(split.sensitive, split.predicted, split.groups())
    if metric == "FT":
        return flip_test(split.features(), split.sensitive, split.predicted)
    return post_training.generalized_entropy(split.positive, split.predicted)


def _groups(frame: pd.DataFrame, config: AnalysisConfig) -> NDArray[np.intp]:
    if config.group_variable is None:
        raise CheckError("the analysis configuration has no group_variable")
    name = column(frame, config.group_variable, "group_variable")
    numbers: NDArray[np.intp] = pd.factorize(texts_of(frame, name, "group").map(canonical))[0]
    return numbers


def _features(frame: pd.DataFrame, config: AnalysisConfig, facet: str) -> NDArray[np.float64]:
    """What rows are alike in: all columns but the facet, the label and the prediction."""
    gone = {facet, config.label_column(frame)}
    if config.predicted_label is not None:
        gone.add(column(frame, config.predicted_label, "predicted_label"))
    columns = []
    for name in frame.columns:
        if name in gone:
            continue
        numbers = pd.to_numeric(frame[name], errors="coerce").to_numpy(np.float64)
        if not np.isfinite(numbers).all():
            raise CheckError(
                f"the flip test needs numbers, which {name!r} does not have in all rows"
            )
        columns.append(numbers)
    if not columns:
        raise CheckError("the flip test needs a feature besides the facet")
    return np.column_stack(columns)


def _joined(chunks: Iterable[pd.DataFrame]) -> pd.DataFrame:
    parts = list(chunks)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
