"""Labels and predictions out of a chunk of text, refused with the row where they are not there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import CheckError


class Column:
    """One column of the data set, read chunk by chunk; it counts rows to name a bad one.

    `attribute` is a column's name, or its zero-based index as text as Model Monitor has it for
    CSV; `role` is what an error calls it: "prediction", "label", "probability".
    """

    def __init__(self, attribute: str, role: str) -> None:
        self.attribute = attribute
        self.role = role
        self._row = 0

    def text(self, chunk: pd.DataFrame) -> Any:
        """The values without blanks around them, as a series of text; none of them is empty."""
        values = chunk[self._name(chunk)].astype(str).str.strip()
        empty = (values == "").to_numpy()
        if empty.any():
            first = self._row + int(np.argmax(empty)) + 1
            raise CheckError(
                f"row {first} has no {self.role} in {self.attribute!r} "
                f"({int(empty.sum())} of {len(values)} rows): "
                "every row needs both a label and a prediction"
            )
        self._row += len(values)
        return values

    def numbers(self, chunk: pd.DataFrame) -> NDArray[np.float64]:
        """The values as finite numbers, shape (rows,)."""
        first = self._row
        values = self.text(chunk)
        numbers: NDArray[np.float64] = pd.to_numeric(values, errors="coerce").to_numpy(np.float64)
        bad = ~np.isfinite(numbers)
        if bad.any():
            index = int(np.argmax(bad))
            raise CheckError(
                f"row {first + index + 1} has the {self.role} {values.iloc[index]!r} in "
                f"{self.attribute!r}, which is not a finite number"
            )
        return numbers

    def probabilities(self, chunk: pd.DataFrame) -> NDArray[np.float64]:
        """The values as numbers from 0 to 1, shape (rows,)."""
        first = self._row
        numbers = self.numbers(chunk)
        bad = (numbers < 0) | (numbers > 1)
        if bad.any():
            index = int(np.argmax(bad))
            raise CheckError(
                f"row {first + index + 1} has {numbers[index]:g} in {self.attribute!r}, which is "
                "no probability (0 to 1): is the model's output a margin?"
            )
        return numbers

    def _name(self, chunk: pd.DataFrame) -> Any:
        names = list(chunk.columns)
        if self.attribute in names:
            return self.attribute
        if self.attribute.isdecimal() and int(self.attribute) < len(names):
            return names[int(self.attribute)]
        raise CheckError(
            f"the data have no column {self.attribute!r} for the {self.role}; "
            f"they have {', '.join(map(str, names))}"
        )
