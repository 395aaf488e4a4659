"""Everything that is kept of one column while the rows go by."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .distinct import DistinctCount
from .frequencies import Frequencies, NumberTexts
from .moments import Moments
from .quantiles import Quantiles
from .values import Values, classify

INTEGRAL, FRACTIONAL, STRING, UNKNOWN = "Integral", "Fractional", "String", "Unknown"


class Column:
    """Counts, moments and sketches of a column; its size does not depend on the rows.

    Which of them the statistics show is known only when the last row was seen, as one text makes a
    column of numbers a String, so both kinds are kept.
    """

    def __init__(self) -> None:
        self._missing = self._integral = self._fractional = self._string = 0
        self._infinite = [0, 0]  # negative, positive
        self._moments = Moments()
        self._quantiles = Quantiles()
        self._numbers = DistinctCount()
        self._texts = DistinctCount()
        self._number_texts = NumberTexts()
        self._frequencies = Frequencies()

    def add(self, column: pd.Series) -> None:
        """Take in the rows of a chunk, as text."""
        values = classify(column)
        self._missing += values.missing
        self._string += len(values.texts)
        self._integral += values.integral
        self._fractional += len(values.numbers) - values.integral
        if len(values.numbers):
            self._add_numbers(values)
        if len(values.texts):
            self._texts.add(pd.util.hash_array(values.texts))
            self._frequencies.add(values.texts)

    def _add_numbers(self, values: Values) -> None:
        finite = values.numbers[np.isfinite(values.numbers)]
        infinite = len(values.numbers) - len(finite)
        if infinite:
            positive = int(np.count_nonzero(values.numbers == np.inf))
            self._infinite[0] += infinite - positive
            self._infinite[1] += positive
        self._moments = self._moments.merge(Moments.of(finite))
        self._quantiles.add(finite)
        self._numbers.add(pd.util.hash_array(values.numbers + 0.0))
        self._number_texts.add(values.number_texts)

    def merge(self, other: Column) -> None:
        """Take in the rows of another part."""
        self._missing += other._missing
        self._integral += other._integral
        self._fractional += other._fractional
        self._string += other._string
        self._infinite = [a + b for a, b in zip(self._infinite, other._infinite, strict=True)]
        self._moments = self._moments.merge(other._moments)
        self._quantiles.merge(other._quantiles)
        self._numbers.merge(other._numbers)
        self._texts.merge(other._texts)
        self._number_texts.merge(other._number_texts)
        self._frequencies.merge(other._frequencies)

    @property
    def inferred_type(self) -> str:
        """As Deequ decides it: one text makes a String, one fraction a Fractional."""
        if self._string:
            return STRING
        if self._fractional:
            return FRACTIONAL
        return INTEGRAL if self._integral else UNKNOWN

    def to_json(self, name: str) -> dict[str, Any]:
        """The feature's entry in `statistics.json`; `analysis.analyze` says what its keys are."""
        kind = self.inferred_type
        numbers = self._integral + self._fractional
        present = numbers + self._string
        rows = present + self._missing
        common = {"num_present": present, "num_missing": self._missing}
        feature: dict[str, Any] = {"name": name, "inferred_type": kind}
        if kind in (INTEGRAL, FRACTIONAL):
            feature["numerical_statistics"] = self._numerical(common)
        else:
            feature["string_statistics"] = self._categorical(common)
        feature["completeness"] = present / rows if rows else 0.0
        feature["data_type_counts"] = {
            INTEGRAL: self._integral,
            FRACTIONAL: self._fractional,
            STRING: self._string,
        }
        feature["distinct_estimate"] = self._distinct()
        if any(self._infinite):
            negative, positive = self._infinite
            feature["infinite_counts"] = {"negative": negative, "positive": positive}
        if kind == STRING and numbers:
            feature["numeric_part"] = self._numerical({"num_present": numbers, "num_missing": 0})
        return feature

    def _numerical(self, common: dict[str, int]) -> dict[str, Any]:
        statistics: dict[str, Any] = {"common": common}
        if self._moments.count:  # not if all are infinite
            moments = self._moments.to_json()
            statistics |= moments
            statistics["distribution"] = {
                "kll": self._quantiles.to_json(moments["min"], moments["max"])
            }
        return statistics

    def _categorical(self, common: dict[str, int]) -> dict[str, Any]:
        counts = self._frequencies.counts()
        error = self._frequencies.maximum_error()
        numbers = self._number_texts.counts()
        exact = self._frequencies.exact and numbers is not None
        for value, count in (numbers or {}).items():
            counts[value] = counts.get(value, 0) + count
        if numbers is None:
            # Any of them may be the text of all these numbers.
            error = max(error, self._integral + self._fractional)
        buckets = [
            {"value": value, "count": count}
            for value, count in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
        ]
        categorical: dict[str, Any] = {"buckets": buckets}
        if not exact:
            categorical |= {"approximate": True, "maximum_error": error}
        return {
            "common": common,
            "distinct_count": len(buckets) if exact else self._distinct(),
            "distribution": {"categorical": categorical},
        }

    def _distinct(self) -> int:
        return self._numbers.estimate() + self._texts.estimate()
