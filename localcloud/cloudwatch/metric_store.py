"""All metric data of one account and region, aggregated as it comes, so that it does not grow for ever.

Time is kept in ticks, which are AWS's seconds as they pass here (Settings.pace): a period of 60 seconds
is 60 ticks, whatever they last. One tick is the finest that CloudWatch knows, too. What no alarm needs any
more is put together in minutes of the machine's time, with values of two digits for percentiles (sums,
counts, minima and maxima stay exact), and of those MINUTES are kept for each metric. AWS keeps minutes for
15 days: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html.
"""

from __future__ import annotations

import math
import threading
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch import cloudwatch_backends

from localcloud.cloudwatch.distribution import Distribution

Dimensions = tuple[tuple[str, str], ...]
# Two days.
MINUTES = 2880
# How many ticks a metric may have before a look at what is old pays.
TICKS = 256


@dataclass(frozen=True, order=True)
class MetricKey:
    """What makes a metric another metric: all dimensions have to be the same."""

    namespace: str
    name: str
    dimensions: Dimensions = ()

    @classmethod
    def of(cls, namespace: str, name: str, dimensions: Iterable[Mapping[str, str]]) -> MetricKey:
        """With dimensions as the API has them (`[{"Name", "Value"}]`)."""
        pairs = sorted((each["Name"], each["Value"]) for each in dimensions)
        return cls(namespace, name, tuple(pairs))


@dataclass
class _Series:
    """A metric's data in one unit, by time: `rolled` of them are of a minute, the rest of a tick."""

    starts: list[int] = field(default_factory=list)
    parts: list[Distribution] = field(default_factory=list)
    rolled: int = 0

    def at(self, start: int) -> Distribution:
        """What begins at a tick; made if it is not there."""
        if not self.starts or start > self.starts[-1]:
            self.starts.append(start)
            self.parts.append(Distribution())
            return self.parts[-1]
        place = bisect_left(self.starts, start)
        if self.starts[place] != start:
            self.starts.insert(place, start)
            self.parts.insert(place, Distribution())
            if place < self.rolled:
                self.rolled += 1
        return self.parts[place]

    def between(self, start: int, end: int) -> list[Distribution]:
        return self.parts[bisect_left(self.starts, start) : bisect_left(self.starts, end)]

    def roll(self, before: int, minute: int) -> None:
        """Put ticks before one together in minutes, and forget the oldest minutes."""
        last = bisect_left(self.starts, before - before % minute)
        starts: list[int] = []
        parts: list[Distribution] = []
        for start, part in zip(
            self.starts[self.rolled : last], self.parts[self.rolled : last], strict=True
        ):
            begun = start - start % minute
            if not starts or starts[-1] != begun:
                starts.append(begun)
                parts.append(Distribution())
            parts[-1].merge(part)
        for part in parts:
            part.round()
        self.starts[self.rolled : last] = starts
        self.parts[self.rolled : last] = parts
        self.rolled += len(starts)
        extra = self.rolled - MINUTES
        if extra > 0:
            del self.starts[:extra], self.parts[:extra]
            self.rolled = MINUTES


class MetricStore:
    """Metric data by metric and unit; `pace` is how many ticks pass in a second."""

    def __init__(self, pace: float) -> None:
        self.pace = pace
        self._needed_ticks = TICKS
        self._lock = threading.Lock()
        self._known: dict[MetricKey, dict[str | None, _Series]] = {}

    def add(
        self,
        key: MetricKey,
        unit: str | None,
        seconds: float,
        values: Iterable[tuple[float, float]] = (),
        statistic_set: Mapping[str, float] | None = None,
    ) -> None:
        """Values with how often each was seen, at a time in seconds since 1970."""
        tick = math.floor(seconds * self.pace)
        with self._lock:
            units = self._known.setdefault(key, {})
            series = units.get(unit)
            if series is None:
                series = units[unit] = _Series()
            if series.rolled and tick <= series.starts[series.rolled - 1]:
                tick -= tick % self._minute
            part = series.at(tick)
            for value, count in values:
                part.add(value, count)
            if statistic_set is not None:
                part.add_set(statistic_set)
            if len(series.starts) - series.rolled > TICKS:
                before = series.starts[-1] - self._needed_ticks
                # Not for each tick that becomes old, but for many at once.
                if series.starts[series.rolled] < before - max(TICKS, self._minute):
                    series.roll(before, self._minute)

    def keep_ticks(self, count: int) -> None:
        """Keep so many of the last ticks as they are, for whoever needs them."""
        self._needed_ticks = max(count, TICKS)

    def read(self, key: MetricKey, start: int, end: int, unit: str | None = None) -> Distribution:
        """What was seen from one tick to before another, in a unit or in all."""
        found = Distribution()
        with self._lock:
            for known, series in self._known.get(key, {}).items():
                if unit is None or known == unit:
                    for part in series.between(start, end):
                        found.merge(part)
        return found

    def ticks(self, key: MetricKey, start: int, end: int, unit: str | None = None) -> list[int]:
        """When there is something from one tick to before another, in order."""
        with self._lock:
            found = {
                tick
                for known, series in self._known.get(key, {}).items()
                if unit is None or known == unit
                for tick in series.starts[
                    bisect_left(series.starts, start) : bisect_left(series.starts, end)
                ]
            }
        return sorted(found)

    def units(self, key: MetricKey) -> list[str | None]:
        """The units in which a metric was published."""
        with self._lock:
            return list(self._known.get(key, {}))

    def keys(self) -> list[MetricKey]:
        """Every metric there is."""
        with self._lock:
            return list(self._known)

    def parts(self) -> int:
        """How many stretches of time are kept, of all metrics together."""
        with self._lock:
            return sum(
                len(series.starts) for units in self._known.values() for series in units.values()
            )

    @property
    def _minute(self) -> int:
        return max(1, round(60 * self.pace))


class Overlay(MetricStore):
    """Another store's data, and more that is not kept in it."""

    def __init__(self, below: MetricStore) -> None:
        super().__init__(below.pace)
        self._below = below

    def read(self, key: MetricKey, start: int, end: int, unit: str | None = None) -> Distribution:
        found = super().read(key, start, end, unit)
        found.merge(self._below.read(key, start, end, unit))
        return found

    def ticks(self, key: MetricKey, start: int, end: int, unit: str | None = None) -> list[int]:
        own, below = super().ticks(key, start, end, unit), self._below.ticks(key, start, end, unit)
        return sorted({*own, *below})

    def units(self, key: MetricKey) -> list[str | None]:
        return list(dict.fromkeys([*super().units(key), *self._below.units(key)]))

    def keys(self) -> list[MetricKey]:
        return list({*super().keys(), *self._below.keys()})


def publish(
    account_id: str,
    region: str,
    namespace: str,
    dimensions: Mapping[str, str],
    values: Mapping[str, tuple[float, str]],
) -> None:
    """What a service publishes of itself, now: value and unit by the metric's name.

    Cheap enough to be called for each request that an endpoint serves.
    """
    backend: Any = cloudwatch_backends[account_id][region]
    store: MetricStore = backend.metrics
    pairs = tuple(sorted(dimensions.items()))
    now = backend.now()
    for name, (value, unit) in values.items():
        store.add(MetricKey(namespace, name, pairs), unit, now, ((value, 1.0),))


def seconds_of(timestamp: datetime | float) -> float:
    """A time of a request, in seconds since 1970; moto's have no zone and are UTC."""
    if isinstance(timestamp, int | float):
        return float(timestamp)
    aware = timestamp if timestamp.tzinfo else timestamp.replace(tzinfo=UTC)
    return aware.timestamp()
