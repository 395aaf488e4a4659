"""How often each text occurs, in bounded memory."""

from __future__ import annotations

from typing import Any

import pandas as pd

from .values import Texts

# Different values that are counted exactly; with more, only the frequent ones are, approximately.
EXACT_VALUES = 1000
# 3,072 counters: a count is too high by at most 0.09 % of all values.
_LOG_COUNTERS = 12
LISTED_VALUES = 100
_FIRST_LOOK = 4 * EXACT_VALUES


class Frequencies:
    """Counts of texts: exact up to `EXACT_VALUES` different ones, then a frequent-items sketch.

    Whether they are exact depends on the values alone, never on their order. The sketch is Apache
    DataSketches' (https://datasketches.apache.org/docs/Frequency/FrequentItemsOverview.html).
    """

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._sketch: Any = None
        # Counted here: a merge forgets a sketch of rare values alone, its weight included
        # (https://github.com/apache/datasketches-cpp/pull/527). The error stays in its bound.
        self._total = 0

    @property
    def exact(self) -> bool:
        """Whether every value is known with its count."""
        return self._sketch is None

    def add(self, texts: Texts) -> None:
        """Count an array of texts."""
        if len(texts):
            self._total += len(texts)
            self._add(_tally(texts))

    def merge(self, other: Frequencies) -> None:
        """Count what the other one counted."""
        self._total += other._total
        if other._sketch is not None:
            self._approximate()
            self._sketch.merge(other._sketch)
        else:
            self._add(other._counts)

    def counts(self) -> dict[str, int]:
        """Values and their counts, the most frequent first: all of them, or the frequent ones.

        Of a sketch the counts are estimates; each is of a value that did occur.
        """
        if self._sketch is None:
            return dict(sorted(self._counts.items(), key=lambda each: (-each[1], each[0])))
        import datasketches

        kind = datasketches.frequent_items_error_type.NO_FALSE_POSITIVES
        found = sorted(
            (-estimate, value) for value, estimate, _, _ in self._sketch.get_frequent_items(kind)
        )
        return {value: -estimate for estimate, value in found[:LISTED_VALUES]}

    def maximum_error(self) -> int:
        """By how much a count may be wrong; a value that is not listed may have up to it."""
        if self._sketch is None:
            return 0
        # Beyond the listed ones a value may be as frequent as the last of them.
        listed = list(self.counts().values())
        last = listed[-1] if len(listed) == LISTED_VALUES else 0
        return max(last, int(self._sketch.epsilon * self._total) + 1)

    def _add(self, counts: dict[str, int]) -> None:
        if self._sketch is None:
            for value, count in counts.items():
                self._counts[value] = self._counts.get(value, 0) + count
            if len(self._counts) > EXACT_VALUES:
                self._approximate()
        else:
            for value, count in counts.items():
                self._sketch.update(value, count)

    def _approximate(self) -> None:
        if self._sketch is None:
            import datasketches

            self._sketch = datasketches.frequent_strings_sketch(_LOG_COUNTERS)
            counts, self._counts = self._counts, {}
            self._add(counts)


class NumberTexts:
    """Counts of texts that are numbers, in case that the column turns out to be one of text.

    Up to `EXACT_VALUES` different ones; with more they are given up: so many different numbers are
    measurements, and a sketch of each numeric column would cost more than all else.
    """

    def __init__(self) -> None:
        self._counts: dict[str, int] | None = {}

    def add(self, texts: Texts) -> None:
        """Count an array of texts, if counting was not given up."""
        # Of measurements the first few rows already have too many.
        for part in (texts[:_FIRST_LOOK], texts[_FIRST_LOOK:]):
            if self._counts is not None and len(part):
                self._add(_tally(part))

    def merge(self, other: NumberTexts) -> None:
        """Count what the other one counted."""
        if other._counts is None:
            self._counts = None
        elif self._counts is not None:
            self._add(other._counts)

    def counts(self) -> dict[str, int] | None:
        """All values and their counts; None where counting was given up."""
        return self._counts

    def _add(self, counts: dict[str, int]) -> None:
        if self._counts is None:
            return
        for value, count in counts.items():
            self._counts[value] = self._counts.get(value, 0) + count
            if len(self._counts) > EXACT_VALUES:
                self._counts = None
                return


def _tally(texts: Texts) -> dict[str, int]:
    counts = pd.Series(texts, dtype=object).value_counts(sort=False)
    return dict(zip(counts.index, counts.tolist(), strict=True))
