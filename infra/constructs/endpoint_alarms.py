"""The alarms of one endpoint: they tell people, and roll an update back.

https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html: the error metrics are 0 or 1
for each request, so that their average is a rate between 0 and 1; ModelLatency is in microseconds. No
data is no alarm: an endpoint that nobody invokes is not broken.

An alarm has no action: its change of state is an event, which the model deploy stack tells people of,
from whichever account and region (Notifications).
"""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.stages_config import AlarmsConfig

VARIANT = "AllTraffic"
PERIODS = 3
PERIODS_TO_ALARM = 2
METRICS = ("Invocation5XXErrors", "Invocation4XXErrors", "InvocationModelErrors", "ModelLatency")


def alarm_names(endpoint_name: str) -> list[str]:
    """What an update names its alarms by."""
    return [f"{endpoint_name}-{VARIANT}-{metric}" for metric in METRICS]


class EndpointAlarms(Construct):
    """Error rates and latency of an endpoint. They are there before the endpoint is."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        endpoint_name: str,
        thresholds: AlarmsConfig,
    ) -> None:
        super().__init__(scope, construct_id)
        self._endpoint_name = endpoint_name
        meanings = dict(
            zip(
                METRICS,
                (
                    ("Average", thresholds.error_rate_5xx, "answers with 5XX too often"),
                    ("Average", thresholds.error_rate_4xx, "refuses (4XX) too many requests"),
                    ("Average", thresholds.model_error_rate, "leaves too many without an answer"),
                    ("p90", thresholds.model_latency_p90_ms * 1000, "takes too long"),
                ),
                strict=True,
            )
        )
        for name, (metric, (statistic, threshold, what)) in zip(
            alarm_names(endpoint_name), meanings.items(), strict=True
        ):
            self._alarm(name, metric, statistic, threshold, f"the model {what}")

    def _alarm(
        self, name: str, metric_name: str, statistic: str, threshold: float, what: str
    ) -> None:
        metric = cloudwatch.Metric(
            namespace="AWS/SageMaker",
            metric_name=metric_name,
            dimensions_map={"EndpointName": self._endpoint_name, "VariantName": VARIANT},
            statistic=statistic,
            period=cdk.Duration.minutes(1),
        )
        cloudwatch.Alarm(
            self,
            f"{metric_name}Alarm",
            # A rollback names its alarms, and what makes the endpoint must find them by name.
            alarm_name=name,
            alarm_description=f"{self._endpoint_name}: {what}",
            metric=metric,
            threshold=threshold,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=PERIODS,
            datapoints_to_alarm=PERIODS_TO_ALARM,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
