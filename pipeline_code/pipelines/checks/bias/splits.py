"""A data set split by a facet, and each metric of the two sides."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import CheckError
from . import post_training, pre_training
from .by_group import LABELS, PREDICTIONS, ByGroup
from .counts import Group, group
from .facets import FacetRows, Marked
from .features import Features
from .flip_test import Rows, flip_test
from .grouping import Grouping
from .names import POST_TRAINING, PRE_TRAINING
from .outcomes import PREDICTION_SHIFT, Reading
from .row_sample import Side

_MEASURES: Mapping[str, pre_training.Measure] = pre_training.MEASURES | post_training.MEASURES
_NAMES = {**PRE_TRAINING, **POST_TRAINING}


@dataclass(frozen=True)
class Splits:
    """Makes the splits, all rows having been counted."""

    reading: Reading
    grouping: Grouping
    features: Features

    def of(self, facet: FacetRows) -> Iterator[Split]:
        """A split for each sensitive group of the facet. Raises CheckError if there is none."""
        marked = facet.sensitive()
        by_key = self.reading.table(facet.counts())
        everybody = by_key.sum(axis=0)
        by_group = facet.by_group(self.reading)
        for each in marked:
            own = by_key[each.keys].sum(axis=0)
            yield Split(self, facet, each, group(everybody - own), group(own), by_group)


@dataclass(frozen=True)
class Split:
    """One sensitive group d, all others a, and what the metrics may ask for."""

    _all: Splits
    _facet: FacetRows
    _marked: Marked
    _a: Group
    _d: Group
    _by_group: ByGroup

    @property
    def written(self) -> str:
        """The sensitive group, as analysis.json has it."""
        return self._marked.written

    def entry(self, metric: str) -> dict[str, Any]:
        """The metric as analysis.json has it."""
        entry: dict[str, Any] = {"name": metric, "description": _NAMES[metric]}
        try:
            value, remark = self._value(metric)
        except CheckError as error:
            return entry | {"value": None, "error": str(error)}
        entry["description"] += remark
        if math.isinf(value):
            return entry | {"value": "Infinity" if value > 0 else "-Infinity"}
        return entry | {"value": value}

    def _value(self, metric: str) -> tuple[float, str]:
        if metric in _MEASURES:
            return _MEASURES[metric](self._a, self._d), ""
        if metric in ("CDDL", "CDDPL"):
            self._all.grouping.check(counted=self._facet.grouped)
            of = LABELS if metric == "CDDL" else PREDICTIONS
            return self._by_group.disparity(self._marked.keys, of), ""
        if metric == "FT":
            return self._flip_test()
        return post_training.generalized_entropy(self._a, self._d), ""

    def _flip_test(self) -> tuple[float, str]:
        """The metric, and what has to be said of it if not all rows were compared."""
        self._all.features.check(self._facet.name)
        own, others = self._facet.sample.sides(self._marked.keys)
        value, error = flip_test(self._rows(own), self._rows(others))
        if own.complete and others.complete:
            return value, ""
        rows, other_rows = int(own.counts.sum()), int(others.counts.sum())
        remark = (
            f", estimated from {rows:,} of {self._d.rows:,} rows and {other_rows:,} of the "
            f"{self._a.rows:,} others"
        )
        if not own.complete:
            error *= math.sqrt(max(1 - rows / self._d.rows, 0))
            remark += f", standard error {error:.2g}"
        return value, remark

    def _rows(self, side: Side) -> Rows:
        predicted = self._all.reading.predicted
        assert predicted is not None  # the flip test is a post-training metric
        answers: NDArray[np.bool_] = predicted[side.codes << PREDICTION_SHIFT]
        return Rows(side.features, answers, side.counts)
