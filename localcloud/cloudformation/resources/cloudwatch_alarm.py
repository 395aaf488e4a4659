"""AWS::CloudWatch::Alarm.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html
"""

from __future__ import annotations

import contextlib
from typing import Any

from localcloud.cloudformation.property_values import truth
from localcloud.cloudformation.resource import Context, Created, Resource

# PutMetricAlarm takes the same names, and refuses by name what nothing here would evaluate (metric math,
# anomaly detection, actions of other kinds); numbers may be written as text in a template.
TEXTS = (
    "AlarmDescription",
    "ComparisonOperator",
    "EvaluateLowSampleCountPercentile",
    "ExtendedStatistic",
    "MetricName",
    "Namespace",
    "Statistic",
    "ThresholdMetricId",
    "TreatMissingData",
    "Unit",
)
COUNTS = ("DatapointsToAlarm", "EvaluationPeriods", "Period")
LISTS = ("AlarmActions", "Dimensions", "InsufficientDataActions", "Metrics", "OKActions")


class Alarm(Resource):
    """A metric alarm; `Ref` answers its name."""

    type_name = "AWS::CloudWatch::Alarm"
    name_property = "AlarmName"
    properties = frozenset(
        {*TEXTS, *COUNTS, *LISTS, "ActionsEnabled", "AlarmName", "Tags", "Threshold"}
    )
    create_only = frozenset({"AlarmName"})
    attributes = frozenset({"Arn"})

    def create(self, properties: dict[str, Any], context: Context) -> Created:
        name = properties.get("AlarmName") or context.generate_name(255)
        self._put(name, properties, context)
        return Created(name, {"Arn": context.arn("cloudwatch", f"alarm:{name}")})

    def update(
        self, physical_id: str, old: dict[str, Any], new: dict[str, Any], context: Context
    ) -> None:
        self._put(physical_id, new, context)

    def delete(self, physical_id: str, properties: dict[str, Any], context: Context) -> None:
        cloudwatch = context.client("cloudwatch")
        with contextlib.suppress(cloudwatch.exceptions.ResourceNotFound):
            cloudwatch.delete_alarms(AlarmNames=[physical_id])

    def _put(self, name: str, properties: dict[str, Any], context: Context) -> None:
        request: dict[str, Any] = {key: properties[key] for key in TEXTS if key in properties}
        request.update({key: int(properties[key]) for key in COUNTS if key in properties})
        request.update({key: properties[key] for key in LISTS if key in properties})
        if "Threshold" in properties:
            request["Threshold"] = float(properties["Threshold"])
        request["ActionsEnabled"] = truth(properties.get("ActionsEnabled", True))
        tags = context.tags(properties.get("Tags"))
        if tags:
            request["Tags"] = tags
        context.client("cloudwatch").put_metric_alarm(AlarmName=name, **request)
