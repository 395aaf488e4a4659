"""CloudWatch metrics of an endpoint's invocations.

https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html: namespace AWS/SageMaker,
dimensions EndpointName and VariantName; error metrics are 1 or 0 for each request, latencies are in
microseconds, InvocationsPerInstance is 1 divided by the number of instances.
"""

from __future__ import annotations

from typing import Any

from moto.cloudwatch import cloudwatch_backends

from localcloud.cloud import current

NAMESPACE = "AWS/SageMaker"


def publish(
    endpoint: str,
    variant: str,
    *,
    status: int,
    model_seconds: float,
    overhead_seconds: float,
    instances: int,
    account_id: str,
    region: str,
) -> None:
    """Publish one invocation's metrics; `status` is the model's HTTP status, 0 for none in time."""
    dimensions = [
        {"Name": "EndpointName", "Value": endpoint},
        {"Name": "VariantName", "Value": variant},
    ]
    values = {
        "Invocations": (1.0, "None"),
        "InvocationsPerInstance": (1.0 / instances, "None"),
        "Invocation4XXErrors": (float(400 <= status < 500), "None"),
        "Invocation5XXErrors": (float(status >= 500 or status == 0), "None"),
        "InvocationModelErrors": (float(not 200 <= status < 300), "None"),
        "ModelLatency": (model_seconds * 1e6, "Microseconds"),
        "OverheadLatency": (overhead_seconds * 1e6, "Microseconds"),
    }
    # moto keeps UTC without its zone, and cannot compare the two.
    now = current().clock.now().replace(tzinfo=None)
    data: list[dict[str, Any]] = [
        {
            "MetricName": name,
            "Dimensions": dimensions,
            "Timestamp": now,
            "Value": value,
            "Unit": unit,
        }
        for name, (value, unit) in values.items()
    ]
    cloudwatch_backends[account_id][region].put_metric_data(NAMESPACE, data)
