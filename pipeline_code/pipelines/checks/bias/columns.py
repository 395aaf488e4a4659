"""Columns of the data set: found by name or index, and read as different texts and numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import CheckError


def column(frame: pd.DataFrame, name_or_index: str | int, role: str) -> str:
    """The name of the column that a configuration means; an index counts from zero."""
    names = [str(name) for name in frame.columns]
    if isinstance(name_or_index, int):
        if not 0 <= name_or_index < len(names):
            raise CheckError(
                f"the {role} is column {name_or_index}, but the data have {len(names)} columns "
                f"(0 to {len(names) - 1})"
            )
        return names[name_or_index]
    if name_or_index not in names:
        raise CheckError(
            f"the data have no column {name_or_index!r} for the {role}; they have "
            f"{', '.join(names)}"
        )
    return name_or_index


class Values:
    """A column of one chunk, taken apart: what is there, and where.

    `texts` are the different values without blanks around them, in the order in which they first
    appear; "" is a missing one. `numbers` are the same as numbers, NaN where one is none. `codes`
    has the place of each row's value among them, shape (rows,).
    """

    def __init__(self, codes: NDArray[np.intp], texts: pd.Series) -> None:
        self.codes = codes
        self.texts = texts
        self.numbers: NDArray[np.float64] = pd.to_numeric(texts, errors="coerce").to_numpy(
            np.float64
        )

    @staticmethod
    def of_column(frame: pd.DataFrame, name: str) -> Values:
        """A column of a frame of text."""
        codes, different = pd.factorize(frame[name], use_na_sentinel=False)
        texts = pd.Series(different).astype(str).str.strip().mask(pd.isna(different), "")
        return Values(codes, texts)

    @staticmethod
    def given(answers: NDArray[Any]) -> Values:
        """Predictions, shape (rows,), of any type."""
        hashable = answers if answers.dtype.kind in "iuf" else answers.astype(object)
        codes, different = pd.factorize(hashable, use_na_sentinel=False)
        return Values(codes, pd.Series([str(each) for each in different.tolist()], dtype=object))

    @property
    def missing(self) -> int:
        """Rows without a value."""
        return int(np.count_nonzero((self.texts == "").to_numpy(dtype=bool)[self.codes]))
