"""The alarms of one endpoint.

https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html: the error metrics are 0 or 1
for each request, so that their average is a rate between 0 and 1; ModelLatency is in microseconds. No
data is no alarm: an endpoint that nobody invokes is not broken.
"""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.config import AlarmsConfig

VARIANT = "AllTraffic"
PERIODS = 5
PERIODS_TO_ALARM = 3


class EndpointAlarms(Construct):
    """Error rates and latency of an endpoint, each alarm telling a topic."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        endpoint_name: str,
        thresholds: AlarmsConfig,
        topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, construct_id)
        self._endpoint_name = endpoint_name
        self._topic = topic
        self._alarm(
            "Invocation5XXErrors",
            "Average",
            thresholds.error_rate_5xx,
            "the model answers with 5XX too often",
        )
        self._alarm(
            "Invocation4XXErrors",
            "Average",
            thresholds.error_rate_4xx,
            "the model refuses (4XX) too many requests",
        )
        self._alarm(
            "ModelLatency",
            "p90",
            thresholds.model_latency_p90_ms * 1000,
            "the model takes too long",
        )

    def _alarm(self, metric_name: str, statistic: str, threshold: float, what: str) -> None:
        metric = cloudwatch.Metric(
            namespace="AWS/SageMaker",
            metric_name=metric_name,
            dimensions_map={"EndpointName": self._endpoint_name, "VariantName": VARIANT},
            statistic=statistic,
            period=cdk.Duration.minutes(1),
        )
        alarm = cloudwatch.Alarm(
            self,
            f"{metric_name}Alarm",
            # A rollback names its alarms, and what makes the endpoint must find them by name.
            alarm_name=f"{self._endpoint_name}-{VARIANT}-{metric_name}",
            alarm_description=f"{self._endpoint_name}: {what}",
            metric=metric,
            threshold=threshold,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=PERIODS,
            datapoints_to_alarm=PERIODS_TO_ALARM,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(actions.SnsAction(self._topic))
