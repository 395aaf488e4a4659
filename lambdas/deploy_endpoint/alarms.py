"""The alarms that may bring an update back: those of the stage, and one of the update's own.

"You can only use the auto-rollback functionality if you set up CloudWatch alarms"
(https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html). Assumed: an
alarm that is in ALARM when an update begins rolls it back at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from slipway_shared.codepipeline_job import JobFailure
from slipway_shared.manifest import DELETED, PINNED, REJECTED, ROLLED_BACK

LATENCY_SUFFIX = "-latency-vs-live"
# What brings an earlier version back is deployed because the live one is in trouble.
WAY_BACK = frozenset({REJECTED, DELETED, ROLLED_BACK, PINNED})

Alarm = Mapping[str, Any]
"""What DescribeAlarms says of a metric alarm or a composite one."""


@dataclass(frozen=True)
class Checked:
    """Alarms that an update can name, and those that it cannot."""

    named: tuple[str, ...]
    left_out: tuple[str, ...] = ()


def describe_alarms(cloudwatch: Any, names: Sequence[str]) -> dict[str, Alarm]:
    """The alarms that there are, by name. Raises what CloudWatch raises."""
    if not names:
        return {}
    answer = cloudwatch.describe_alarms(
        AlarmNames=list(names), AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    )
    found = [*answer.get("MetricAlarms", []), *answer.get("CompositeAlarms", [])]
    return {alarm["AlarmName"]: alarm for alarm in found}


def require_present(names: Sequence[str], found: Mapping[str, Alarm], account_id: str) -> None:
    """Raises JobFailure for an alarm that is not there: nobody would watch the update."""
    missing = [name for name in names if name not in found]
    if missing:
        raise JobFailure(
            f"alarm {', '.join(missing)} is not in account {account_id}, and an update that names it"
            f" would not be watched: deploy the stage's alarms, or take it out of alarmNames; the"
            f" endpoint was not touched"
        )


def check(names: Sequence[str], found: Mapping[str, Alarm], reason: str) -> Checked:
    """Which alarms an update for this reason names. Raises JobFailure when one is in ALARM, unless the
    update is the way back from what is live: then it is left out."""
    tripped = [name for name in names if found[name]["StateValue"] == "ALARM"]
    if tripped and reason not in WAY_BACK:
        states = "; ".join(said(found[name]) for name in tripped)
        raise JobFailure(
            f"{states}: the update would be rolled back at once. Mend the live version, reject it, or"
            f" wait until it is OK, and retry the stage; the endpoint was not touched"
        )
    named = tuple(name for name in names if name not in tripped)
    return Checked(named, tuple(tripped))


def said(alarm: Alarm) -> str:
    """An alarm's state in words."""
    since = alarm.get("StateTransitionedTimestamp") or alarm.get("StateUpdatedTimestamp")
    at = f" since {_iso(since)}" if since else ""
    reason = alarm.get("StateReason") or "no reason given"
    return f"alarm {alarm['AlarmName']} is in {alarm['StateValue']}{at} ({reason})"


def changed_since(found: Mapping[str, Alarm], moment: float) -> list[Alarm]:
    """The alarms that are in ALARM, and those that changed since: they may have been."""
    return [
        alarm
        for alarm in found.values()
        if alarm["StateValue"] == "ALARM" or _transitioned(alarm) >= moment
    ]


def as_record(alarm: Alarm) -> dict[str, str]:
    """What is kept of an alarm's state."""
    since = alarm.get("StateTransitionedTimestamp") or alarm.get("StateUpdatedTimestamp")
    record = {
        "alarmName": alarm["AlarmName"],
        "state": alarm["StateValue"],
        "reason": alarm.get("StateReason") or "",
    }
    return {**record, "since": _iso(since)} if since else record


def latency_alarm_name(config_name: str) -> str:
    """The update's own alarm."""
    return config_name + LATENCY_SUFFIX


def latency_alarm(
    config_name: str,
    endpoint_name: str,
    variant_name: str,
    threshold: float,
    words: str,
    tags: Sequence[Mapping[str, str]],
) -> dict[str, Any]:
    """PutMetricAlarm's members for an alarm on the p90 of a configuration's fleet, in microseconds.
    It tells nobody: it is for the rollback."""
    return {
        "AlarmName": latency_alarm_name(config_name),
        "AlarmDescription": words,
        "ActionsEnabled": False,
        "Namespace": "AWS/SageMaker",
        "MetricName": "ModelLatency",
        "Dimensions": latency_dimensions(endpoint_name, variant_name, config_name),
        "ExtendedStatistic": "p90",
        "Period": 60,
        "EvaluationPeriods": 3,
        "DatapointsToAlarm": 2,
        "Threshold": threshold,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
        **({"Tags": list(tags)} if tags else {}),
    }


def latency_dimensions(
    endpoint_name: str, variant_name: str, config_name: str | None
) -> list[dict[str, str]]:
    """With a configuration's name the metric is of its fleet alone."""
    dimensions = {"EndpointName": endpoint_name, "VariantName": variant_name}
    if config_name is not None:
        dimensions["EndpointConfigName"] = config_name
    return [{"Name": name, "Value": value} for name, value in dimensions.items()]


def _transitioned(alarm: Alarm) -> float:
    moment = alarm.get("StateTransitionedTimestamp") or alarm.get("StateUpdatedTimestamp")
    return float(moment.timestamp()) if moment else 0.0


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
