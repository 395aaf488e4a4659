"""CloudWatch metrics of an endpoint's invocations, in the namespace AWS/SageMaker.

https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html: error metrics are 1 or 0 for
each request, latencies are in microseconds, InvocationsPerInstance is 1 divided by the number of
instances. Dimensions are EndpointName and VariantName, and once more with EndpointConfigName, for alarms
that watch one fleet of two (https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html).
Serverless variants have no others than these:
https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-monitoring.html.
Assumed: a container that gave no answer counts among the 5XX errors; a request that is throttled, or
refused before a container has it, counts nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from localcloud.cloudwatch import metric_store

if TYPE_CHECKING:
    from localcloud.sagemaker.endpoints.container_client import ContainerAnswer
    from localcloud.sagemaker.endpoints.fleet import Variant

INVOCATIONS = "AWS/SageMaker"
INSTANCES = "/aws/sagemaker/Endpoints"
_UNITS = {
    "ModelLatency": "Microseconds",
    "OverheadLatency": "Microseconds",
    "ModelSetupTime": "Microseconds",
    "ServerlessProvisionedConcurrencyExecutions": "Count",
    "ServerlessProvisionedConcurrencyInvocations": "Count",
    "ServerlessProvisionedConcurrencySpilloverInvocations": "Count",
    "CPUUtilization": "Percent",
    "MemoryUtilization": "Percent",
    "DiskUtilization": "Percent",
}


def publish(
    variant: Variant,
    answer: ContainerAnswer,
    *,
    seconds: float,
    endpoint: str,
    account_id: str,
    region: str,
) -> None:
    """Publish the metrics of one invocation, which took `seconds` from its arrival."""
    dimensions = {"EndpointName": endpoint, "VariantName": variant.name}
    values = _of_invocation(variant, answer, seconds)
    put(account_id, region, INVOCATIONS, dimensions, values)
    dimensions = {**dimensions, "EndpointConfigName": variant.config_name}
    put(account_id, region, INVOCATIONS, dimensions, values)


def put(
    account_id: str,
    region: str,
    namespace: str,
    dimensions: Mapping[str, str],
    values: Mapping[str, float],
) -> None:
    """Publish values of now, by the metric's name."""
    measured = {name: (value, _UNITS.get(name, "None")) for name, value in values.items()}
    metric_store.publish(account_id, region, namespace, dimensions, measured)


def _of_invocation(variant: Variant, answer: ContainerAnswer, seconds: float) -> dict[str, float]:
    status = answer.status
    values = {
        "Invocations": 1.0,
        "Invocation4XXErrors": float(400 <= status < 500),
        "Invocation5XXErrors": float(status >= 500 or status == 0),
        "ModelLatency": answer.seconds * 1e6,
        "OverheadLatency": (seconds - answer.seconds) * 1e6,
        **answer.further_metrics,
    }
    if not variant.is_serverless:
        values["InvocationModelErrors"] = float(not answer.is_good)
        values["InvocationsPerInstance"] = 1.0 / max(1, variant.instances)
    return values
