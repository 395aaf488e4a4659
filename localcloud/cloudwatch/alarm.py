"""A metric alarm: what was asked for, its state, and what has happened to it.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricAlarm.html
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from localcloud.cloudwatch.alarm_evaluation import INSUFFICIENT_DATA, Rule
from localcloud.cloudwatch.metric_store import MetricKey
from localcloud.cloudwatch.state_reason import INITIAL

# AWS keeps two weeks of it; here it is so many entries.
HISTORY = 1000
_ACTIONS = {
    "ALARM": "AlarmActions",
    "OK": "OKActions",
    "INSUFFICIENT_DATA": "InsufficientDataActions",
}


@dataclass(frozen=True)
class State:
    """A state, and why."""

    value: str
    reason: str
    data: str | None
    """JSON; None if there is none."""
    updated: datetime


@dataclass(frozen=True)
class Watched:
    """What an alarm watches: one statistic of one metric."""

    key: MetricKey
    statistic: str
    period: int
    unit: str | None


@dataclass(frozen=True)
class HistoryItem:
    """One entry of DescribeAlarmHistory."""

    time: datetime
    kind: str
    """`ConfigurationUpdate`, `StateUpdate` or `Action`."""
    summary: str
    data: Mapping[str, Any]


@dataclass
class Alarm:
    """One metric alarm. `request` is PutMetricAlarm's, checked."""

    name: str
    alarm_arn: str
    account_id: str
    region: str
    request: Mapping[str, Any]
    configured: datetime
    state: State
    transitioned: datetime
    metric_id: str
    """By which the metric goes in events."""
    actions_enabled: bool = True
    evaluated_end: int | None = None
    """The tick up to which it was evaluated last; None if it has not been since it was put."""
    history: deque[HistoryItem] = field(default_factory=lambda: deque(maxlen=HISTORY))

    # As moto's operations know an alarm.
    rule = None

    @staticmethod
    def initial_state(now: datetime) -> State:
        """Of an alarm that was just made."""
        return State(INSUFFICIENT_DATA, INITIAL, None, now)

    @property
    def watched(self) -> Watched:
        """The metric, whichever way it was asked for."""
        request = self.request
        if request.get("Metrics"):
            query = request["Metrics"][0]["MetricStat"]
            metric = query["Metric"]
            named = metric.get("Dimensions", ())
            key = MetricKey.of(metric.get("Namespace", ""), metric.get("MetricName", ""), named)
            return Watched(key, query["Stat"], query["Period"], query.get("Unit"))
        key = MetricKey.of(
            request["Namespace"], request["MetricName"], request.get("Dimensions", ())
        )
        statistic = request.get("ExtendedStatistic") or request["Statistic"]
        return Watched(key, statistic, request["Period"], request.get("Unit"))

    @property
    def evaluation_rule(self) -> Rule:
        """When it goes off."""
        periods = self.request["EvaluationPeriods"]
        missing = self.request.get("TreatMissingData") or "missing"
        if self.watched.key.namespace == "AWS/DynamoDB":
            # "always ignore missing data even if you choose a different option" (PutMetricAlarm)
            missing = "ignore"
        return Rule(
            self.request["ComparisonOperator"],
            float(self.request["Threshold"]),
            periods,
            self.request.get("DatapointsToAlarm") or periods,
            missing,
        )

    def actions_of(self, state: str) -> list[str]:
        """The ARNs of what is done when a state is reached."""
        return list(self.request.get(_ACTIONS[state]) or ())

    def remember(self, item: HistoryItem) -> None:
        """Add to the history."""
        self.history.append(item)

    def describe(self) -> dict[str, Any]:
        """One entry of DescribeAlarms."""
        shape = {name: value for name, value in self.request.items() if name != "Tags"}
        shape |= {name: shape.get(name) or [] for name in _ACTIONS.values()}
        shape.setdefault("Dimensions", [])
        shape |= {
            "AlarmArn": self.alarm_arn,
            "AlarmConfigurationUpdatedTimestamp": self.configured,
            "ActionsEnabled": self.actions_enabled,
            "StateValue": self.state.value,
            "StateReason": self.state.reason,
            "StateUpdatedTimestamp": self.state.updated,
            "StateTransitionedTimestamp": self.transitioned,
        }
        if self.state.data is not None:
            shape["StateReasonData"] = self.state.data
        return shape

    def describe_history(self, item: HistoryItem) -> dict[str, Any]:
        """One entry of DescribeAlarmHistory."""
        return {
            "AlarmName": self.name,
            "AlarmType": "MetricAlarm",
            "Timestamp": item.time,
            "HistoryItemType": item.kind,
            "HistorySummary": item.summary,
            "HistoryData": json.dumps({"version": "1.0", **item.data}, separators=(",", ":")),
        }
