"""What is told when an alarm's state changes: the event, the message to a topic, a function's payload.

Event and payload: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
and https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html. The
message's members were observed in published messages (of 2025, for the lists of actions), as was its
subject; AWS has no page of them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

import botocore.session

from localcloud.cloudwatch.alarm import Alarm, State
from localcloud.cloudwatch.distribution import STATISTICS
from localcloud.cloudwatch.state_reason import stamp

# SNS's limit of a subject.
SUBJECT = 100


@dataclass(frozen=True)
class StateChange:
    """One alarm's way from one state to another."""

    alarm: Alarm
    old: State
    new: State


def detail(change: StateChange) -> dict[str, Any]:
    """The detail of the event `CloudWatch Alarm State Change`."""
    return {
        "alarmName": change.alarm.name,
        "state": _state(change.new),
        "previousState": _state(change.old),
        "configuration": _configuration(change.alarm),
    }


def payload(change: StateChange) -> dict[str, Any]:
    """What a function is invoked with that is an alarm's action."""
    alarm = change.alarm
    return {
        "source": "aws.cloudwatch",
        "alarmArn": alarm.alarm_arn,
        "accountId": alarm.account_id,
        "time": stamp(change.new.updated),
        "region": alarm.region,
        "alarmData": detail(change),
    }


def subject(change: StateChange) -> str:
    """The subject of a message to a topic."""
    alarm = change.alarm
    return f'{change.new.value}: "{alarm.name}" in {region_name(alarm.region)}'[:SUBJECT]


def message(change: StateChange) -> str:
    """The message to a topic."""
    alarm, request = change.alarm, change.alarm.request
    return json.dumps(
        {
            "AlarmName": alarm.name,
            "AlarmDescription": request.get("AlarmDescription"),
            "AWSAccountId": alarm.account_id,
            "AlarmConfigurationUpdatedTimestamp": stamp(alarm.configured),
            "NewStateValue": change.new.value,
            "NewStateReason": change.new.reason,
            "StateChangeTime": stamp(change.new.updated),
            "Region": region_name(alarm.region),
            "AlarmArn": alarm.alarm_arn,
            "OldStateValue": change.old.value,
            "OKActions": alarm.actions_of("OK"),
            "AlarmActions": alarm.actions_of("ALARM"),
            "InsufficientDataActions": alarm.actions_of("INSUFFICIENT_DATA"),
            "Trigger": _trigger(alarm),
        },
        separators=(",", ":"),
    )


@cache
def region_name(region: str) -> str:
    """`US East (N. Virginia)`, as botocore's list of endpoints has it; the code for an unknown one."""
    for partition in botocore.session.get_session().get_data("endpoints")["partitions"]:
        known = partition["regions"].get(region)
        if known:
            return str(known["description"])
    return region


def _state(state: State) -> dict[str, Any]:
    shape = {"value": state.value, "reason": state.reason}
    if state.data is not None:
        shape["reasonData"] = state.data
    return shape | {"timestamp": stamp(state.updated)}


def _configuration(alarm: Alarm) -> dict[str, Any]:
    watched = alarm.watched
    metric_stat = {
        "metric": {
            "namespace": watched.key.namespace,
            "name": watched.key.name,
            "dimensions": dict(watched.key.dimensions),
        },
        "period": watched.period,
        "stat": watched.statistic,
    }
    if watched.unit:
        metric_stat["unit"] = watched.unit
    metrics = [{"id": alarm.metric_id, "metricStat": metric_stat, "returnData": True}]
    described = alarm.request.get("AlarmDescription")
    return ({"description": described} if described else {}) | {"metrics": metrics}


def _trigger(alarm: Alarm) -> dict[str, Any]:
    watched, rule, request = alarm.watched, alarm.evaluation_rule, alarm.request
    shape: dict[str, Any] = {}
    if request.get("Metrics"):
        shape["Metrics"] = [{**request["Metrics"][0], "ReturnData": True}]
    else:
        kind = "Statistic" if watched.statistic in STATISTICS else "ExtendedStatistic"
        named = watched.statistic.upper() if kind == "Statistic" else watched.statistic
        dimensions = [{"value": value, "name": name} for name, value in watched.key.dimensions]
        shape |= {
            "MetricName": watched.key.name,
            "Namespace": watched.key.namespace,
            "StatisticType": kind,
            kind: named,
            "Unit": watched.unit,
            "Dimensions": dimensions,
        }
    shape |= {"Period": watched.period, "EvaluationPeriods": rule.periods}
    if request.get("DatapointsToAlarm"):
        shape["DatapointsToAlarm"] = rule.to_alarm
    return shape | {
        "ComparisonOperator": rule.operator,
        "Threshold": rule.threshold,
        "TreatMissingData": request.get("TreatMissingData") or "",
        "EvaluateLowSampleCountPercentile": request.get("EvaluateLowSampleCountPercentile") or "",
    }
