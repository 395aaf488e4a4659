"""Metric data is aggregated as it comes: what is asked of it, and that it does not grow."""

from __future__ import annotations

import random

import pytest

from localcloud.cloudwatch.distribution import Distribution, percentile
from localcloud.cloudwatch.metric_store import MINUTES, TICKS, MetricKey, MetricStore

KEY = MetricKey("Space", "Name", (("A", "b"),))
NOW = 1_800_000_000


def seen(*values: float) -> Distribution:
    found = Distribution()
    for value in values:
        found.add(value)
    return found


@pytest.mark.documented(
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html"
)
def test_statistics() -> None:
    found = seen(1, 2, 3, 4, 10)
    assert {
        name: found.statistic(name)
        for name in ("Average", "Sum", "Minimum", "Maximum", "SampleCount")
    } == {"Average": 4, "Sum": 20, "Minimum": 1, "Maximum": 10, "SampleCount": 5}
    assert Distribution().statistic("Sum") is None


@pytest.mark.local_only("AWS does not say how it computes a percentile")
def test_a_percentile_is_a_value_that_was_seen() -> None:
    found = seen(*range(1, 101))
    assert [found.statistic(name) for name in ("p0", "p50", "p90", "p99.5", "p100")] == [
        1,
        50,
        90,
        100,
        100,
    ]
    assert [percentile(name) for name in ("p99.9", "p100", "p101", "tm90", "90")] == [
        99.9,
        100,
        None,
        None,
        None,
    ]


@pytest.mark.documented(
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html"
)
def test_a_statistic_set_has_percentiles_only_if_its_values_are_the_same() -> None:
    found = seen(4.0)
    found.add_set({"SampleCount": 3, "Sum": 6, "Minimum": 2, "Maximum": 2})
    assert (found.statistic("p50"), found.statistic("Average")) == (2, 2.5)
    found.add_set({"SampleCount": 2, "Sum": 9, "Minimum": 1, "Maximum": 8})
    assert found.statistic("p50") is None
    assert (found.statistic("Maximum"), found.statistic("SampleCount")) == (8, 6)


@pytest.mark.local_only("how the local cloud keeps data is its own")
@pytest.mark.parametrize("pace", [1.0, 600.0])
def test_a_period_has_what_was_seen_in_it_and_nothing_else(pace: float) -> None:
    store = MetricStore(pace)
    start = int(NOW * pace)
    for tick in (-1, 0, 59, 60):
        # In the middle, so that no rounding of a float moves it.
        store.add(KEY, "Count", NOW + (tick + 0.5) / pace, [(float(tick), 1.0)])
    found = store.read(KEY, start, start + 60)
    assert (found.minimum, found.maximum, found.sample_count) == (0, 59, 2)
    assert not store.read(KEY, start, start + 60, "Bytes").sample_count
    assert not store.read(MetricKey("Space", "Name"), start, start + 60).sample_count


@pytest.mark.local_only("how the local cloud keeps data is its own")
def test_old_data_is_put_together_in_minutes_and_stays_right() -> None:
    store, values = MetricStore(1.0), random.Random(1)
    total = 0.0
    for second in range(20_000):
        value = values.uniform(1, 1000)
        total += value
        store.add(KEY, None, NOW + second, [(value, 1.0)])
    assert store.parts() < 2 * TICKS + 20_000 / 60 + 100
    whole = store.read(KEY, NOW - 60, NOW + 20_000)
    assert whole.sample_count == 20_000
    assert whole.total == pytest.approx(total)
    assert whole.statistic("p90") == pytest.approx(900, rel=0.06)
    # Late data finds its minute.
    store.add(KEY, None, NOW + 30, [(5000.0, 1.0)])
    assert store.read(KEY, NOW - NOW % 60, NOW - NOW % 60 + 60).maximum == 5000


@pytest.mark.local_only("how the local cloud keeps data is its own")
def test_the_last_ticks_stay_as_the_alarms_need_them() -> None:
    store = MetricStore(1.0)
    store.keep_ticks(3600)
    for second in range(10_000):
        store.add(KEY, None, NOW + second, [(float(second), 1.0)])
    last = NOW + 10_000
    assert store.read(KEY, last - 3599, last - 3598).sample_count == 1
    # Those before are one for each minute.
    early = [store.read(KEY, NOW + each, NOW + each + 1).sample_count for each in range(60)]
    assert sorted(early) == [0.0] * 59 + [60.0]


@pytest.mark.local_only("how the local cloud keeps data is its own")
def test_there_is_an_end_to_what_is_kept() -> None:
    store = MetricStore(1.0)
    for minute in range(2 * MINUTES):
        store.add(KEY, None, NOW + 60 * minute, [(1.0, 1.0)])
    assert store.parts() <= MINUTES + 2 * TICKS
