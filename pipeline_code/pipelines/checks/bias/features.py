"""The columns that the flip test compares rows by."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import CheckError


class Features:
    """The numbers of the latest chunk, and which columns had something else in any chunk."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._numbers: dict[str, NDArray[np.float64]] = {}
        self._wordy: set[str] = set()

    def read(self, frame: pd.DataFrame, gone: Collection[str | None]) -> None:
        """Take the columns of a chunk that are not `gone`, and forget those of the one before."""
        self._names = [name for name in frame.columns if name not in gone]
        for name in self._names:
            if name in self._wordy:
                continue
            numbers = pd.to_numeric(frame[name], errors="coerce").to_numpy(np.float64)
            self._numbers[name] = numbers
            if not np.isfinite(numbers).all():
                self._wordy.add(name)

    def without(self, facet: str) -> NDArray[np.float64] | None:
        """The chunk's rows without the facet, shape (rows, features); None where words are."""
        names = [name for name in self._names if name != facet]
        if not names or not self._wordy.isdisjoint(names):
            return None
        return np.column_stack([self._numbers[name] for name in names])

    def check(self, facet: str) -> None:
        """Raise CheckError if rows cannot be compared."""
        names = [name for name in self._names if name != facet]
        for name in names:
            if name in self._wordy:
                raise CheckError(
                    f"the flip test needs numbers, which {name!r} does not have in all rows"
                )
        if not names:
            raise CheckError("the flip test needs a feature besides the facet")
