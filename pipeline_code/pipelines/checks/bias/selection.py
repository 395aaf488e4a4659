"""What a value, several, or a threshold of the configuration select.

Whether a column is continuous is known after its last row only, so each row is judged both ways:
whether it equals one of the values, and whether it is above the threshold.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..errors import CheckError
from ..values import canonical
from .columns import Values
from .seen import Seen


class Selection:
    """The values (or the one threshold) that make up a group, or the positive outcome."""

    def __init__(self, values: Sequence[object]) -> None:
        self.values = tuple(values)
        self.wanted = {canonical(value) for value in values}
        self._numbers = [each for each in map(_number, self.wanted) if each is not None]
        self._bound = _number(self.values[0]) if len(self.values) == 1 else None

    def equal(self, values: Values) -> NDArray[np.bool_]:
        """Which of the different values are wanted; `1` and `1.0` are the same."""
        chosen: NDArray[np.bool_] = np.isin(values.numbers, self._numbers)
        for place in np.flatnonzero(np.isnan(values.numbers)):
            chosen[place] = canonical(values.texts.iloc[place]) in self.wanted
        return chosen

    def above(self, values: Values) -> NDArray[np.bool_]:
        """Which of the different values are above the threshold; none if it is no number."""
        bound = np.inf if self._bound is None else self._bound
        return values.numbers > bound

    def interval(self, seen: Seen, role: str) -> str:
        """What is above the threshold, as analysis.json has it: `(15.0, 29.0]`.

        The upper end is the greatest value.
        """
        threshold = self.values[0]
        if self._bound is None:
            raise CheckError(
                f"the {role} is continuous, so it needs a number as threshold, not {threshold!r}"
            )
        whole = isinstance(threshold, int) and not seen.fractions
        upper = seen.greatest
        ends = (str(int(self._bound)), str(int(upper))) if whole else (str(self._bound), str(upper))
        return f"({ends[0]}, {ends[1]}]"

    def listed(self) -> str:
        """The values, as analysis.json has them: `1`, or `F,I`."""
        return ",".join(map(str, self.values))


def _number(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None
