"""A local cloud whose minutes are short, and alarms in it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from localcloud.cloud import current
from tests.local_server import ACCOUNT, REGION, LocalCloud, serving

# A minute lasts a fifth of a second.
PACE = 300.0
WAIT_SECONDS = 20
_numbers = itertools.count()


class Alarms:
    """Puts alarms on metrics of their own, and data under them."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.cloud = cloud
        self.cloudwatch = cloud.client("cloudwatch")

    def put(self, **members: Any) -> str:
        """An alarm on a sum above 5 in one minute, unless told; its name, and its metric's."""
        name = members.pop("AlarmName", f"alarm-{next(_numbers)}")
        statistic = {} if "ExtendedStatistic" in members else {"Statistic": "Sum"}
        request = {
            "Namespace": "Test",
            "MetricName": name,
            **statistic,
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 5.0,
            "ComparisonOperator": "GreaterThanThreshold",
            **members,
        }
        self.cloudwatch.put_metric_alarm(
            AlarmName=name,
            **{key: value for key, value in request.items() if value is not None},
        )
        return str(name)

    def publish(self, name: str, value: float, **members: Any) -> None:
        """One value of the metric, now."""
        datum = {"MetricName": name, "Value": value, **members}
        self.cloudwatch.put_metric_data(Namespace="Test", MetricData=[datum])

    def describe(self, name: str) -> dict[str, Any]:
        """DescribeAlarms of one."""
        (found,) = self.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        return dict(found)

    def reaches(self, name: str, state: str) -> dict[str, Any]:
        """Wait until an alarm is in a state."""
        self.until(lambda: self.describe(name)["StateValue"] == state, f"{name} is {state}")
        return self.describe(name)

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait for a condition."""
        assert current().changes.wait_until(condition, WAIT_SECONDS, recheck_seconds=0.02), what

    def history(self, name: str, **members: Any) -> list[dict[str, Any]]:
        """DescribeAlarmHistory, oldest first."""
        found = self.cloudwatch.describe_alarm_history(
            AlarmName=name, ScanBy="TimestampAscending", **members
        )
        return list(found["AlarmHistoryItems"])


@pytest.fixture(scope="module")
def person(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """The clients of the account's administrator."""
    with serving(tmp_path_factory.mktemp("state"), pace=PACE) as endpoint:
        yield LocalCloud(endpoint)


@pytest.fixture(scope="module")
def alarms(person: LocalCloud) -> Alarms:
    return Alarms(person)


def arn_of(name: str) -> str:
    """An alarm's ARN."""
    return f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}"
