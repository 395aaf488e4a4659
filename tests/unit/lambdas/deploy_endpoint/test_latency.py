"""The live version's p90, and over which time it is taken."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.lambdas.deploy_endpoint.scenes import ASSET

latency = ASSET.module("latency")
NOW = 1_800_000_000.0
EARLY, LATE = (datetime.fromtimestamp(NOW - ago, UTC) for ago in (9000, 100))


class _CloudWatch:
    """Answers by whether the metric of a configuration is asked for: (moment, samples, p90)."""

    def __init__(self, own: list[Any], endpoints: list[Any]) -> None:
        self._points = {True: own, False: endpoints}
        self.since: list[float] = []

    def get_metric_statistics(self, **query: Any) -> dict[str, Any]:
        points = self._points[len(query["Dimensions"]) == 3]
        if "Statistics" in query:
            self.since.append(query["StartTime"].timestamp())
            return {"Datapoints": [{"Timestamp": at, "SampleCount": n} for at, n, _ in points]}
        return {
            "Datapoints": [
                {"Timestamp": at, "ExtendedStatistics": {"p90": p90}} for at, _, p90 in points
            ]
        }


@pytest.mark.parametrize(
    ("own", "endpoints", "found"),
    [
        ([(EARLY, 120.0, 5.0)], [(EARLY, 900.0, 7.0)], (5.0, 120)),
        ([], [(EARLY, 900.0, 7.0)], (7.0, 900)),
        ([(EARLY, 30.0, 5.0), (LATE, 90.0, 6.0)], [], (6.0, 120)),
        ([(EARLY, 90.0, 5.0), (LATE, 30.0, 6.0)], [], (5.0, 120)),
        ([], [], None),
    ],
)
def test_what_is_measured(own: Any, endpoints: Any, found: Any) -> None:
    cloudwatch = _CloudWatch(own, endpoints)
    measured = latency.latency_before(cloudwatch, "endpoint", "config", 0.0, NOW)
    assert measured == (latency.Latency(*found) if found else None)


@pytest.mark.parametrize(("changed", "since"), [(600, [540]), (20_000, [10_800]), (119, [])])
def test_the_endpoints_own_metric_counts_after_the_minute_of_its_last_change(
    changed: int, since: list[int]
) -> None:
    cloudwatch = _CloudWatch([], [])
    latency.latency_before(cloudwatch, "endpoint", "config", NOW - changed, NOW)
    assert cloudwatch.since == [NOW - ago for ago in (latency.WINDOW_SECONDS, *since)]
