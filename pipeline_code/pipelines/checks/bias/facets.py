"""The rows of a facet: how many with which outcome in which group, and those to compare."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import CheckError
from .by_group import ByGroup
from .columns import Values
from .config import Facet
from .outcomes import CODES, PREDICTION_SHIFT, Reading, check_none_missing
from .row_sample import RowSample
from .seen import Seen
from .selection import Selection
from .tally import BOUND, Numbering, Tally

_LISTED = 10
_EQUAL, _ABOVE = 1, 2
_KEYS = 4
_GROUP_BITS = 32


@dataclass(frozen=True)
class Marked:
    """A sensitive group of a facet.

    `keys` are those of the facet's keys that belong to it; `written` is the group as analysis.json
    has it: `1`, `F,I`, or `(15.0, 29.0]` for what lies above a threshold.
    """

    keys: NDArray[np.int64]
    written: str


class FacetRows:
    """What is counted of one facet. A row's key tells its side, whichever way the facet is read.

    With values, the key has whether the row equals one of them and whether it is above the first.
    Without, each value has a key of its own.
    """

    def __init__(self, facet: Facet, name: str) -> None:
        self.name = name
        self.seen = Seen()
        self.sample = RowSample()
        self._selection = Selection(facet.values)
        self._numbering = None if facet.values else Numbering()
        self._tally = Tally()
        self._grouped = Tally()

    def add(
        self,
        values: Values,
        codes: NDArray[np.int64],
        groups: NDArray[np.int64] | None,
        features: NDArray[np.float64] | None,
    ) -> None:
        """Take in a chunk: outcome codes and groups (rows,), features (rows, features)."""
        self.seen.add(values)
        keys = self._keys(values)
        if keys is None:
            return
        self._tally.add(keys, codes)
        if groups is not None:
            self._grouped.add((keys << _GROUP_BITS) | groups, codes)
        if features is not None:
            self.sample.add(features, keys, codes >> PREDICTION_SHIFT)

    def _keys(self, values: Values) -> NDArray[np.int64] | None:
        if self._numbering is not None:
            return self._numbering.add(values)
        chosen = self._selection
        keys = chosen.equal(values) * _EQUAL + chosen.above(values) * _ABOVE
        found: NDArray[np.int64] = keys[values.codes]
        return found

    def sensitive(self) -> list[Marked]:
        """The sensitive groups: one, or without values one for each value. Raises CheckError."""
        seen, chosen, name = self.seen, self._selection, self.name
        check_none_missing(seen.missing, seen.rows, name, "facet")
        different = seen.different()
        if different is not None and len(different) == 1:
            raise CheckError(
                f"all {seen.rows} rows have {different[0]} in the facet {name!r}: bias compares two "
                "groups, so it needs rows with other values"
            )
        if seen.is_continuous(chosen.values):
            if not chosen.values:
                raise CheckError(
                    f"the facet {name!r} is continuous: give its value_or_threshold a number"
                )
            found = Marked(_with(_ABOVE), chosen.interval(seen, f"facet {name!r}"))
        elif self._numbering is not None:
            return self._each_value(self._numbering)
        else:
            found = Marked(_with(_EQUAL), chosen.listed())
        self._check_both_sides(found)
        return [found]

    def _each_value(self, numbering: Numbering) -> list[Marked]:
        if numbering.full:
            raise CheckError(
                f"the facet {self.name!r} has more than {BOUND:,} different values, too many to "
                "measure each against all others: give its value_or_threshold a value, or a number"
            )
        return [Marked(np.array([key]), value) for value, key in numbering.items()]

    def _check_both_sides(self, marked: Marked) -> None:
        count = int(self.counts()[marked.keys].sum())
        if 0 < count < self.seen.rows:
            return
        different = self.seen.different()
        listed = "too many to list" if different is None else ", ".join(different[:_LISTED])
        more = ", …" if different is not None and len(different) > _LISTED else ""
        raise CheckError(
            f"{'all rows are' if count else 'no row is'} in the sensitive group of the facet "
            f"{self.name!r}: value_or_threshold is {list(self._selection.values)}, the values are "
            f"{listed}{more}"
        )

    def counts(self) -> NDArray[np.int64]:
        """Rows by key and outcome code, shape (keys, CODES)."""
        keys = self._tally.keys()
        size = _KEYS if self._numbering is None else len(keys)
        counts = np.zeros((size, CODES), dtype=np.int64)
        counts[keys] = self._tally.counts()
        return counts

    @property
    def grouped(self) -> bool:
        """Whether the rows of each key and group are known."""
        return not self._grouped.full

    def by_group(self, reading: Reading) -> ByGroup:
        """The rows of each key and group."""
        keys = self._grouped.keys()
        groups = keys & ((1 << _GROUP_BITS) - 1)
        return ByGroup(keys >> _GROUP_BITS, groups, reading.table(self._grouped.counts()))


def _with(bit: int) -> NDArray[np.int64]:
    """The keys that have the bit."""
    return np.array([key for key in range(_KEYS) if key & bit])
