"""What CloudWatch has of an endpoint."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from .conftest import VARIANT, Hosting


def statistics(
    hosting: Hosting,
    endpoint: str,
    name: str,
    config: str | None = None,
    namespace: str = "AWS/SageMaker",
) -> dict[str, Any]:
    """All of a metric, of one configuration's fleet if that is said; empty if there is nothing."""
    dimensions = {"EndpointName": endpoint, "VariantName": VARIANT}
    if config:
        dimensions["EndpointConfigName"] = config
    now = datetime.now(UTC)
    points = hosting.service.client("cloudwatch").get_metric_statistics(
        Namespace=namespace,
        MetricName=name,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(hours=1),
        Period=86400,
        Statistics=["Sum", "Average", "Maximum", "SampleCount"],
    )["Datapoints"]
    return dict(points[0]) if points else {}
