"""The values of one metric in one stretch of time, and the statistics of them.

Statistics: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html.
Assumed, since AWS says of percentiles only what they mean: pNN is the smallest value that at least NN
percent of the values do not exceed. A statistic set (PutMetricData's StatisticValues) has percentiles
only if all of its values must be the same (PutMetricData).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

STATISTICS = ("Average", "Maximum", "Minimum", "SampleCount", "Sum")
_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d{0,10})?|100)")


class Distribution:
    """How often each value was seen, and what a statistic set adds to that."""

    __slots__ = ("counts", "maximum", "minimum", "sample_count", "total", "unknown")

    def __init__(self) -> None:
        self.counts: dict[float, float] = {}
        self.sample_count = 0.0
        self.total = 0.0
        self.minimum = float("inf")
        self.maximum = float("-inf")
        self.unknown = 0.0
        """How many of the samples have values that only their sum is known of."""

    def add(self, value: float, count: float = 1.0) -> None:
        """A value, seen so many times."""
        self.counts[value] = self.counts.get(value, 0.0) + count
        self.sample_count += count
        self.total += value * count
        if value < self.minimum:
            self.minimum = value
        if value > self.maximum:
            self.maximum = value

    def add_set(self, values: Mapping[str, float]) -> None:
        """A statistic set: `SampleCount`, `Sum`, `Minimum` and `Maximum`."""
        count, least, most = values["SampleCount"], values["Minimum"], values["Maximum"]
        if least == most:
            self.counts[least] = self.counts.get(least, 0.0) + count
        else:
            self.unknown += count
        self.sample_count += count
        self.total += values["Sum"]
        self.minimum, self.maximum = min(self.minimum, least), max(self.maximum, most)

    def merge(self, other: Distribution) -> None:
        """All that the other one has seen, too."""
        for value, count in other.counts.items():
            self.counts[value] = self.counts.get(value, 0.0) + count
        self.sample_count += other.sample_count
        self.total += other.total
        self.minimum = min(self.minimum, other.minimum)
        self.maximum = max(self.maximum, other.maximum)
        self.unknown += other.unknown

    def round(self) -> None:
        """Keep two digits of each value; sum, minimum and maximum stay exact."""
        rounded: dict[float, float] = {}
        for value, count in self.counts.items():
            short = float(f"{value:.2g}")
            rounded[short] = rounded.get(short, 0.0) + count
        self.counts = rounded

    def statistic(self, name: str) -> float | None:
        """`Average`, `p90` and so on; None if there is none."""
        if not self.sample_count:
            return None
        if name == "Sum":
            return self.total
        if name == "SampleCount":
            return self.sample_count
        if name == "Minimum":
            return self.minimum
        if name == "Maximum":
            return self.maximum
        if name == "Average":
            return self.total / self.sample_count
        percent = percentile(name)
        if percent is None:
            raise ValueError(f"no statistic: {name}")
        return self._percentile(percent) if not self.unknown else None

    def _percentile(self, percent: float) -> float:
        wanted = self.sample_count * percent / 100
        seen = 0.0
        for value in sorted(self.counts):
            seen += self.counts[value]
            # Ten of ten must not be missed by what floats add up to.
            if seen >= wanted - 1e-9:
                # Rounded values do not leave the range of the exact ones.
                return min(max(value, self.minimum), self.maximum)
        return self.maximum


def percentile(name: str) -> float | None:
    """The 90 of `p90`; None for what is no percentile."""
    found = _PERCENTILE.fullmatch(name)
    return float(found[1]) if found else None
