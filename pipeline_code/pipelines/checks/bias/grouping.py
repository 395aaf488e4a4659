"""The group variable, by whose values conditional demographic disparity is averaged."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import CheckError
from .columns import Values, column
from .outcomes import check_none_missing
from .tally import BOUND, Numbering


class Grouping:
    """Numbers the groups of rows; what is wrong with them is said when a metric needs them."""

    def __init__(self, name_or_index: str | int | None) -> None:
        self._name_or_index = name_or_index
        self._name = ""
        self._wrong: CheckError | None = None
        self._numbering = Numbering()
        self._rows = 0
        self._missing = 0
        if name_or_index is None:
            self._wrong = CheckError("the analysis configuration has no group_variable")

    def add(self, frame: pd.DataFrame) -> NDArray[np.int64] | None:
        """The number of each row's group, shape (rows,); None where there is none to be had."""
        if self._wrong is not None or self._name_or_index is None:
            return None
        try:
            self._name = column(frame, self._name_or_index, "group_variable")
        except CheckError as error:
            self._wrong = error
            return None
        values = Values.of_column(frame, self._name)
        self._rows += len(frame)
        self._missing += values.missing
        return self._numbering.add(values)

    def check(self, counted: bool) -> None:
        """Raise CheckError if the groups are not known, or not `counted` together with a facet."""
        if self._wrong is not None:
            raise self._wrong
        check_none_missing(self._missing, self._rows, self._name, "group")
        if self._numbering.full or not counted:
            raise CheckError(
                f"the group variable {self._name!r} has too many different values, alone or with "
                f"those of the facet: {BOUND:,} can be counted"
            )
