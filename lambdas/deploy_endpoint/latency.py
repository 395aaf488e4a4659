"""How long the version that is live takes to answer, from CloudWatch's own metric of it.

https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html: ModelLatency, in microseconds.
Each fleet's metrics come with the dimension EndpointConfigName "after the new fleet starts receiving
traffic" (deployment-guardrails-configuration); a fleet that came with the endpoint's creation may lack
them (assumed), and then the endpoint's own are taken, from the time of its last change on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from alarms import latency_dimensions
from endpoint_resources import VARIANT_NAME

WINDOW_SECONDS = 3 * 3600
LEAST_SAMPLES = 100


@dataclass(frozen=True)
class Latency:
    """What was measured in the window."""

    p90_microseconds: float
    samples: int


def latency_before(
    cloudwatch: Any, endpoint_name: str, config_name: str, changed_at: float, now: float
) -> Latency | None:
    """Of the configuration that is live, in an endpoint last changed then; None when nothing was
    measured. Raises what CloudWatch raises."""
    earliest = now - WINDOW_SECONDS
    # The minute of the change has both versions' requests.
    whole = changed_at + 60
    for configuration, since in ((config_name, earliest), (None, max(earliest, whole))):
        if now - since < 60:
            return None
        dimensions = latency_dimensions(endpoint_name, VARIANT_NAME, configuration)
        measured = _measured(cloudwatch, dimensions, since, now)
        if measured is not None:
            return measured
    return None


def _measured(
    cloudwatch: Any, dimensions: list[dict[str, str]], since: float, now: float
) -> Latency | None:
    query = {
        "Namespace": "AWS/SageMaker",
        "MetricName": "ModelLatency",
        "Dimensions": dimensions,
        "StartTime": datetime.fromtimestamp(since, UTC),
        "EndTime": datetime.fromtimestamp(now, UTC),
        # One point for the window; CloudWatch may cut it in two.
        "Period": WINDOW_SECONDS,
    }
    # The two kinds of statistics cannot be asked for in one call (GetMetricStatistics).
    counted = cloudwatch.get_metric_statistics(**query, Statistics=["SampleCount"])["Datapoints"]
    counts = {point["Timestamp"]: point["SampleCount"] for point in counted}
    if not sum(counts.values()):
        return None
    points = cloudwatch.get_metric_statistics(**query, ExtendedStatistics=["p90"])["Datapoints"]
    points = [point for point in points if "p90" in point.get("ExtendedStatistics", {})]
    if not points:
        return None
    best = max(points, key=lambda point: counts.get(point["Timestamp"], 0))
    return Latency(float(best["ExtendedStatistics"]["p90"]), round(sum(counts.values())))
