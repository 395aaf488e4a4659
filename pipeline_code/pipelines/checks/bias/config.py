"""Clarify's analysis_config.json, as far as bias goes; what it does not know, it refuses.

https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-processing-job-configure-analysis.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..errors import CheckError
from .columns import column
from .names import POST_TRAINING, PRE_TRAINING

Value = str | int | float
Values = tuple[Value, ...]

DEFAULT_PROBABILITY_THRESHOLD = 0.5

_READ = (
    *("version", "dataset_type", "headers", "label", "predicted_label", "excluded_columns"),
    *("probability_threshold", "label_values_or_threshold", "facet", "group_variable", "methods"),
)
# Where the data are and where predictions come from is the business of whoever runs the check.
_LEFT_TO_THE_CALLER = ("dataset_uri", "predictor")
_NOT_DONE_HERE = (
    *("features", "predicted_label_dataset_uri", "predicted_label_headers", "facet_dataset_uri"),
    *("facet_headers", "joinsource_name_or_index", "segment_config", "image_config"),
)
_BIAS_METHODS = {"pre_training_bias": PRE_TRAINING, "post_training_bias": POST_TRAINING}
_OTHER_METHODS = ("report", "shap", "pdp")


@dataclass(frozen=True)
class Facet:
    """A sensitive attribute, and its values (or the threshold) that make up the sensitive group.

    Without values, every value is measured against all others.
    """

    name_or_index: str | int
    values: Values = ()


@dataclass(frozen=True)
class AnalysisConfig:
    """What a bias analysis measures; `pre_training` and `post_training` are names of metrics."""

    label: str | int
    label_values: Values
    facets: tuple[Facet, ...]
    pre_training: tuple[str, ...]
    post_training: tuple[str, ...]
    predicted_label: str | int | None = None
    group_variable: str | int | None = None
    excluded_columns: tuple[str | int, ...] = ()
    probability_threshold: float = DEFAULT_PROBABILITY_THRESHOLD

    @staticmethod
    def parse(content: Mapping[str, Any]) -> AnalysisConfig:
        """From the file's content. Raises CheckError, which names the key or value it refuses."""
        _check_keys(content)
        version = content.get("version", "1.0")
        if version != "1.0":
            raise CheckError(f"the analysis configuration's version is {version!r}, not '1.0'")
        dataset_type = content.get("dataset_type", "text/csv")
        if dataset_type != "text/csv":
            raise CheckError(f"the dataset_type is {dataset_type!r}; only 'text/csv' is read here")
        for key in ("label", "label_values_or_threshold", "facet", "methods"):
            if key not in content:
                raise CheckError(f"the analysis configuration has no {key!r}: bias needs it")
        methods = _methods(content["methods"])
        return AnalysisConfig(
            label=_place(content["label"], "label"),
            label_values=_values(content["label_values_or_threshold"], "label_values_or_threshold"),
            facets=_facets(content["facet"]),
            pre_training=methods["pre_training_bias"],
            post_training=methods["post_training_bias"],
            predicted_label=_optional_place(content, "predicted_label"),
            group_variable=_optional_place(content, "group_variable"),
            excluded_columns=tuple(
                _place(each, "excluded_columns") for each in content.get("excluded_columns", ())
            ),
            probability_threshold=_probability(content),
        )

    def label_column(self, frame: pd.DataFrame) -> str:
        """The label's column in this frame."""
        return column(frame, self.label, "label")

    def feature_columns(self, frame: pd.DataFrame) -> list[str]:
        """The columns that a model gets: without label, predicted label and excluded columns."""
        gone = {self.label_column(frame)}
        if self.predicted_label is not None:
            gone.add(column(frame, self.predicted_label, "predicted_label"))
        gone.update(column(frame, each, "excluded_columns") for each in self.excluded_columns)
        return [name for name in frame.columns if name not in gone]


def _check_keys(content: Mapping[str, Any]) -> None:
    for key in content:
        if key in _NOT_DONE_HERE:
            raise CheckError(f"the analysis configuration has {key!r}, which is not supported here")
        if key not in (*_READ, *_LEFT_TO_THE_CALLER):
            raise CheckError(f"the analysis configuration has the unknown key {key!r}")


def _methods(content: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(content, Mapping):
        raise CheckError(f"'methods' is {content!r}, not an object with bias methods")
    for name in content:
        if name not in (*_BIAS_METHODS, *_OTHER_METHODS):
            raise CheckError(f"'methods' has the unknown method {name!r}")
    chosen = {
        name: _metrics(content[name], name, known) if name in content else ()
        for name, known in _BIAS_METHODS.items()
    }
    if not any(chosen.values()):
        raise CheckError(f"'methods' has neither of {', '.join(_BIAS_METHODS)}: nothing to measure")
    return chosen


def _metrics(content: Any, method: str, known: Mapping[str, str]) -> tuple[str, ...]:
    names = content.get("methods") if isinstance(content, Mapping) else None
    if names == "all":
        return tuple(known)
    if not isinstance(names, Sequence) or isinstance(names, str) or not names:
        raise CheckError(f"{method!r} needs 'methods': \"all\" or a list of metrics, not {names!r}")
    for name in names:
        if name not in known:
            raise CheckError(f"{method!r} has no metric {name!r}; it has {', '.join(known)}")
    return tuple(name for name in known if name in names)


def _facets(content: Any) -> tuple[Facet, ...]:
    if not isinstance(content, Sequence) or isinstance(content, str) or not content:
        raise CheckError(f"'facet' is {content!r}, not a list with at least one facet")
    facets = []
    for each in content:
        if not isinstance(each, Mapping) or "name_or_index" not in each:
            raise CheckError(f"a facet is {each!r}, not an object with 'name_or_index'")
        for key in each:
            if key not in ("name_or_index", "value_or_threshold"):
                raise CheckError(f"the facet {each['name_or_index']!r} has the unknown key {key!r}")
        values = each.get("value_or_threshold")
        facets.append(
            Facet(
                _place(each["name_or_index"], "name_or_index"),
                _values(() if values is None else values, "value_or_threshold", empty=True),
            )
        )
    return tuple(facets)


def _values(content: Any, key: str, *, empty: bool = False) -> Values:
    values = content if isinstance(content, list | tuple) else [content]
    if not values and not empty:
        raise CheckError(f"{key!r} is empty: it needs a value, or a threshold")
    for value in values:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise CheckError(f"{key!r} has {value!r}, which is neither a number nor a text")
    return tuple(values)


def _optional_place(content: Mapping[str, Any], key: str) -> str | int | None:
    return _place(content[key], key) if content.get(key) is not None else None


def _place(value: Any, key: str) -> str | int:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise CheckError(f"{key!r} is {value!r}, not a column's name or zero-based index")
    return value


def _probability(content: Mapping[str, Any]) -> float:
    value = content.get("probability_threshold")
    if value is None:
        return DEFAULT_PROBABILITY_THRESHOLD
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise CheckError(f"the probability_threshold is {value!r}, not a number from 0 to 1")
    return float(value)
