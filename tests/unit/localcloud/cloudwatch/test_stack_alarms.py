"""Alarms of CloudFormation: evaluated like any other, and refused by name where they could not be."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .conftest import Alarms

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
    "aws-resource-cloudwatch-alarm.html"
)
PROPERTIES = {
    "Namespace": "Test",
    "MetricName": "of-a-stack",
    "Statistic": "Sum",
    "Period": "60",
    "EvaluationPeriods": "1",
    "Threshold": "5",
    "ComparisonOperator": "GreaterThanThreshold",
    "TreatMissingData": "notBreaching",
}


def make(alarms: Alarms, name: str, **properties: Any) -> str:
    """A stack with one alarm; its status in the end."""
    resource = {"Type": "AWS::CloudWatch::Alarm", "Properties": {**PROPERTIES, **properties}}
    api = alarms.cloud.client("cloudformation")
    body = json.dumps({"Resources": {"Alarm": resource}})
    api.create_stack(StackName=name, TemplateBody=body, OnFailure="DO_NOTHING")
    return ended(alarms, name)


def ended(alarms: Alarms, name: str) -> str:
    """A stack's status, once nothing happens to it."""
    api = alarms.cloud.client("cloudformation")
    found: list[str] = []

    def over() -> bool:
        found[:] = [api.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]]
        return not found[0].endswith("_IN_PROGRESS")

    alarms.until(over, f"{name} has ended")
    return found[0]


def test_an_alarm_of_a_stack_is_evaluated_and_may_be_gone_before_it(alarms: Alarms) -> None:
    assert make(alarms, "evaluated", AlarmName="of-a-stack") == "CREATE_COMPLETE"
    alarms.reaches("of-a-stack", "OK")
    alarms.publish("of-a-stack", 6)
    alarms.reaches("of-a-stack", "ALARM")
    alarms.cloudwatch.delete_alarms(AlarmNames=["of-a-stack"])
    api = alarms.cloud.client("cloudformation")
    stack = api.describe_stacks(StackName="evaluated")["Stacks"][0]["StackId"]
    api.delete_stack(StackName="evaluated")
    assert ended(alarms, stack) == "DELETE_COMPLETE"


@pytest.mark.local_only("refused by the local cloud, not by AWS")
@pytest.mark.parametrize(
    ("name", "properties", "named"),
    [
        ("anomaly", {"ThresholdMetricId": "a1"}, "'ThresholdMetricId'"),
        ("other-action", {"AlarmActions": ["arn:aws:automate:us-east-1:ec2:stop"]}, "ec2:stop"),
        (
            "other-operator",
            {"ComparisonOperator": "LessThanLowerThreshold"},
            "'LessThanLowerThreshold'",
        ),
    ],
)
def test_what_could_not_be_evaluated_fails_the_stack_by_name(
    alarms: Alarms, name: str, properties: dict[str, Any], named: str
) -> None:
    assert make(alarms, name, **properties) == "CREATE_FAILED"
    api = alarms.cloud.client("cloudformation")
    events = api.describe_stack_events(StackName=name)["StackEvents"]
    reasons = [each.get("ResourceStatusReason", "") for each in events]
    assert any("unsupported by the local cloud" in each and named in each for each in reasons)
