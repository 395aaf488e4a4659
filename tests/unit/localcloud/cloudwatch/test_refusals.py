"""What an alarm cannot have, on AWS or here, is refused by name; and who may not, is denied."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.local_server import ACCOUNT, REGION, LocalCloud

from .conftest import Alarms, arn_of

API = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference"
HERE = pytest.mark.local_only("refused by the local cloud, not by AWS")
STAT = {"Metric": {"Namespace": "N", "MetricName": "m"}, "Period": 60, "Stat": "Sum"}
NO_METRIC = dict.fromkeys(("Namespace", "MetricName", "Statistic", "Period"))


def error(call: Any, **members: Any) -> dict[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**members)
    found: dict[str, str] = caught.value.response["Error"]
    return found


@HERE
@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"ComparisonOperator": "GreaterThanUpperThreshold"}, "'GreaterThanUpperThreshold'"),
        ({"ThresholdMetricId": "a1"}, "'ThresholdMetricId'"),
        ({"ExtendedStatistic": "tm90"}, "'tm90'"),
        ({"ExtendedStatistic": "IQM"}, "'IQM'"),
        ({"ExtendedStatistic": "PR(0:10)"}, "'PR(0:10)'"),
        ({"AlarmActions": ["arn:aws:automate:us-east-1:ec2:stop"]}, "ec2:stop"),
        ({"OKActions": [f"arn:aws:ssm:{REGION}:{ACCOUNT}:opsitem:1"]}, "opsitem:1"),
        ({"AlarmActions": ["me"]}, "'me'"),
        (
            {**NO_METRIC, "Metrics": [{"Id": "e1", "Expression": "m1/m2"}]},
            "metric math, Expression 'm1/m2'",
        ),
        (
            {**NO_METRIC, "Metrics": [{"Id": each, "MetricStat": STAT} for each in "ab"]},
            "Metrics with a number of entries of '2'",
        ),
        (
            {**NO_METRIC, "Metrics": [{"Id": "a", "MetricStat": STAT, "AccountId": "1"}]},
            "'AccountId'",
        ),
    ],
)
def test_what_is_not_there_is_refused_by_name(
    alarms: Alarms, members: dict[str, Any], named: str
) -> None:
    found = error(alarms.put, AlarmName="refused", **members)
    assert found["Code"] == "ValidationError"
    assert "unsupported by the local cloud" in found["Message"]
    assert named in found["Message"]
    assert "supported: " in found["Message"]
    assert not alarms.cloudwatch.describe_alarms(AlarmNames=["refused"])["MetricAlarms"]


@HERE
def test_other_alarms_are_refused(alarms: Alarms) -> None:
    composite = alarms.cloudwatch.put_composite_alarm
    assert "PutCompositeAlarm" in error(composite, AlarmName="a", AlarmRule="TRUE")["Message"]
    rule = {"RuleName": "a", "RuleState": "ENABLED", "RuleDefinition": "{}"}
    assert error(alarms.cloudwatch.put_insight_rule, **rule)["Code"] == "NotImplemented"


@pytest.mark.documented(f"{API}/API_PutMetricAlarm.html")
@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"Statistic": None}, "Exactly one of Statistic and ExtendedStatistic"),
        ({"Statistic": "Mode"}, "failed to satisfy constraint"),
        ({"Unit": "Parsecs"}, "'Parsecs' at 'unit'"),
        ({"ComparisonOperator": "Is"}, "'Is' at 'comparisonOperator'"),
        ({"Period": 45}, "Period must be 10, 20, 30 or a multiple of 60"),
        ({"EvaluationPeriods": 1441}, "86400 seconds"),
        ({"Period": 3600, "EvaluationPeriods": 169}, "604800 seconds"),
        ({"DatapointsToAlarm": 2}, "DatapointsToAlarm"),
        ({"TreatMissingData": "hope"}, "Option hope is not supported"),
        ({"EvaluateLowSampleCountPercentile": "no"}, "Option no is not supported"),
        ({"Threshold": None}, "Threshold is required"),
        ({"AlarmActions": [f"arn:aws:sns:{REGION}:{ACCOUNT}:t"] * 6}, "5 actions"),
        ({"Metrics": [{"Id": "a", "MetricStat": STAT}]}, "together with Metrics"),
    ],
)
def test_what_is_wrong_is_refused(alarms: Alarms, members: dict[str, Any], told: str) -> None:
    found = error(alarms.put, **members)
    assert found["Code"] == "ValidationError"
    assert told in found["Message"]


@pytest.mark.documented(
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html"
)
def test_alarms_are_authorized_by_their_arns(person: LocalCloud, alarms: Alarms) -> None:
    mine, other = alarms.put(), alarms.put()
    role = person.make_role(
        "alarmist",
        {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        {"Effect": "Allow", "Action": "cloudwatch:*", "Resource": arn_of(mine)},
    )
    session = person.client("sts").assume_role(RoleArn=role, RoleSessionName="tester")[
        "Credentials"
    ]
    narrow = boto3.client(
        "cloudwatch",
        region_name=REGION,
        endpoint_url=person.endpoint,
        aws_access_key_id=session["AccessKeyId"],
        aws_secret_access_key=session["SecretAccessKey"],
        aws_session_token=session["SessionToken"],
    )
    state = {"StateValue": "OK", "StateReason": "r"}
    narrow.set_alarm_state(AlarmName=mine, **state)
    narrow.describe_alarm_history(AlarmName=mine)
    for call, members, action in (
        (narrow.set_alarm_state, {"AlarmName": other, **state}, "SetAlarmState"),
        (narrow.delete_alarms, {"AlarmNames": [mine, other]}, "DeleteAlarms"),
        (narrow.describe_alarm_history, {"AlarmName": other}, "DescribeAlarmHistory"),
        (narrow.disable_alarm_actions, {"AlarmNames": [other]}, "DisableAlarmActions"),
    ):
        found = error(call, **members)
        assert found["Code"] == "AccessDenied"
        assert (
            f"is not authorized to perform: cloudwatch:{action} on resource: {arn_of(other)}"
            in found["Message"]
        )
