"""The statistics of a data set, in one pass over its rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from ..errors import CheckError
from .column import Column


class DataSet:
    """What is kept of the rows seen so far. Parts of a data set can be merged."""

    def __init__(self) -> None:
        self._rows = 0
        self._columns: dict[str, Column] = {}

    def add(self, chunk: pd.DataFrame) -> None:
        """Take in a chunk: a frame of text, as `tables.read_chunks` gives them."""
        names = [str(name) for name in chunk.columns]
        self._match(names)
        self._rows += len(chunk)
        for place, name in enumerate(names):
            self._columns[name].add(chunk.iloc[:, place])

    def merge(self, other: DataSet) -> None:
        """Take in another part of the same data set."""
        if not other._columns:
            return
        self._match(list(other._columns))
        self._rows += other._rows
        for name, column in other._columns.items():
            self._columns[name].merge(column)

    def statistics(self) -> dict[str, Any]:
        """The content of `statistics.json`. Raises CheckError if there was no row."""
        if not self._rows:
            raise CheckError("the data set has no rows; a check needs at least one")
        return {
            "version": 0.0,
            "dataset": {"item_count": self._rows},
            "features": [column.to_json(name) for name, column in self._columns.items()],
        }

    def _match(self, names: list[str]) -> None:
        if len(set(names)) != len(names):
            twice = sorted({name for name in names if names.count(name) > 1})
            raise CheckError(f"columns of the same name: {', '.join(twice)}; rename all but one")
        if not self._columns:
            self._columns = {name: Column() for name in names}
        if list(self._columns) != names:
            raise CheckError(
                f"a part of the data set has the columns {', '.join(names)}; "
                f"those before it have {', '.join(self._columns)}"
            )


def analyze(chunks: Iterable[pd.DataFrame]) -> dict[str, Any]:
    """The statistics of a data set of text, as Model Monitor's `statistics.json`.

    https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-statistics.html. Memory
    depends on the columns and the size of a chunk, not on the rows. A feature without any value is
    Unknown and has `string_statistics` with nothing in them. Each feature has keys besides Model
    Monitor's, which its readers ignore:

        completeness        present values by rows, 0 to 1
        data_type_counts    present values by type, for the data_type_check
        distinct_estimate   different values: exact below 2,048, then about 2 % off
        infinite_counts     "negative" and "positive" infinite values, if there are any; they are
                            present, and part of no other number here
        numeric_part        of a String feature with numbers in it: their numerical_statistics

    and a `categorical` distribution of more than 1,000 different values has only the frequent ones,
    with `approximate` true and `maximum_error`, the count that a value not listed may have and by
    which a listed one may be wrong. Integers beyond 2**53 count as the double next to them.

    Raises CheckError for a data set without a row.
    """
    data = DataSet()
    for chunk in chunks:
        data.add(chunk)
    return data.statistics()


def merge(parts: Iterable[DataSet]) -> DataSet:
    """One data set of its parts, which stay as they are.

    Counts, types, extremes and categories do not depend on how the rows were ordered or divided;
    mean, sum and standard deviation but for the last digits of a double; the sketch within its
    error.
    """
    whole = DataSet()
    for part in parts:
        whole.merge(part)
    return whole
