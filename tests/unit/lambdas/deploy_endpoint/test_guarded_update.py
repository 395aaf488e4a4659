"""An update's alarms and canary, as they are asked for, and what is refused because of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.lambdas.deploy_endpoint.one_call import OLD, Deployment
from tests.unit.lambdas.deploy_endpoint.scenes import (
    ALARMS,
    ARN,
    ENDPOINT,
    TAGS,
    alarm,
    endpoint,
    update,
    variant,
)

Put = Callable[..., None]
TWO = endpoint("InService", OLD, ProductionVariants=[variant(2)])
DIMENSIONS = [
    {"Name": "EndpointName", "Value": ENDPOINT},
    {"Name": "VariantName", "Value": "AllTraffic"},
]


def guarded(
    deployment: Deployment, put: Put, reason: str = "approved", **changes: Any
) -> Deployment:
    instances = {"instanceType": "ml.m5.large", "initialInstanceCount": 2}
    given = update("CANARY", 10, **changes)
    return deployment.has(put, update=given, instances=instances, reason=reason)


class _Ago:
    """A time so many seconds ago, to be compared with."""

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds

    def __eq__(self, moment: object) -> bool:
        assert isinstance(moment, datetime)
        return abs((datetime.now(UTC) - moment).total_seconds() - self._seconds) < 30


def is_measured(deployment: Deployment, samples: int, p90: float, live: str | None) -> Deployment:
    """GetMetricStatistics answers: how many samples there were, and their p90."""
    dimensions = [*DIMENSIONS, *([{"Name": "EndpointConfigName", "Value": live}] if live else [])]
    stubber = deployment.stage["cloudwatch"]
    at = datetime(2026, 11, 1, tzinfo=UTC)

    def asked(statistics: str, values: list[str]) -> dict[str, Any]:
        return {
            "Namespace": "AWS/SageMaker",
            "MetricName": "ModelLatency",
            "Dimensions": dimensions,
            # The endpoint was changed long before.
            "StartTime": _Ago(10_800),
            "EndTime": _Ago(0),
            "Period": 10800,
            statistics: values,
        }

    points = [{"Timestamp": at, "SampleCount": float(samples)}] if samples else []
    answer = {"Label": "ModelLatency", "Datapoints": points}
    stubber.add_response("get_metric_statistics", answer, asked("Statistics", ["SampleCount"]))
    if samples:
        points = [{"Timestamp": at, "ExtendedStatistics": {"p90": p90}}]
        answer = {"Label": "ModelLatency", "Datapoints": points}
        stubber.add_response("get_metric_statistics", answer, asked("ExtendedStatistics", ["p90"]))
    return deployment


def updates(deployment: Deployment, alarms: list[str], **routing: Any) -> Deployment:
    """UpdateEndpoint is asked for with these alarms."""
    config: dict[str, Any] = {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": {
                "Type": "CANARY",
                "WaitIntervalInSeconds": 300,
                "CanarySize": {"Type": "INSTANCE_COUNT", "Value": 1},
                **routing,
            },
            "TerminationWaitInSeconds": 600,
            "MaximumExecutionTimeoutInSeconds": 2700,
        }
    }
    if alarms:
        config["AutoRollbackConfiguration"] = {"Alarms": [{"AlarmName": name} for name in alarms]}
    return deployment.gives(
        "update_endpoint",
        {"EndpointArn": ARN},
        EndpointName=ENDPOINT,
        EndpointConfigName=deployment.wanted.config_name,
        RetainAllVariantProperties=True,
        ExcludeRetainedVariantProperties=[
            {"VariantPropertyType": "DataCaptureConfig"},
            {"VariantPropertyType": "DesiredInstanceCount"},
        ],
        DeploymentConfig=config,
    )


def test_a_canary_is_watched_by_the_stages_alarms(
    deployment: Deployment, put_manifest: Put
) -> None:
    guarded(deployment, put_manifest).looks(TWO).live_config(2).has_alarms()
    updates(deployment.makes_resources().scaled(), ALARMS)
    answers = deployment.runs()
    assert answers.token["guardrail"] == (
        "canary of 1 of 2 instances, for 300 s, then all, watched for 600 s; 2 alarms can bring it"
        " back; latency is compared with none"
    )
    assert answers.token["guardrail"] in answers.summary


def test_the_updates_own_alarm_compares_latency_with_the_live_version(
    deployment: Deployment, put_manifest: Put
) -> None:
    guarded(deployment, put_manifest, latencyRatio=1.5).looks(TWO).live_config(2).has_alarms()
    is_measured(deployment, 100, 20_000.0, OLD).makes_resources().scaled()
    name = deployment.wanted.config_name
    deployment.gives(
        "put_metric_alarm",
        {},
        "cloudwatch",
        AlarmName=f"{name}-latency-vs-live",
        AlarmDescription=f"The p90 of ModelLatency exceeds the p90 of {OLD}, 20 ms, times 1.5",
        ActionsEnabled=False,
        Namespace="AWS/SageMaker",
        MetricName="ModelLatency",
        Dimensions=[*DIMENSIONS, {"Name": "EndpointConfigName", "Value": name}],
        ExtendedStatistic="p90",
        Period=60,
        EvaluationPeriods=3,
        DatapointsToAlarm=2,
        Threshold=30_000.0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
        Tags=TAGS,
    )
    updates(deployment, [*ALARMS, f"{name}-latency-vs-live"])
    assert "3 alarms can bring it back; latency bound 30 ms" in deployment.runs().token["guardrail"]


def test_a_fleet_without_metrics_of_its_own_is_measured_by_the_endpoints(
    deployment: Deployment, put_manifest: Put
) -> None:
    guarded(deployment, put_manifest, latencyRatio=2).looks(TWO).live_config(2).has_alarms()
    is_measured(is_measured(deployment, 0, 0, OLD), 99, 20_000.0, None)
    updates(deployment.makes_resources().scaled(), ALARMS)
    assert (
        "the live version answered 99 requests in 3 hours" in deployment.runs().token["guardrail"]
    )


def test_without_requests_there_is_nothing_to_compare_with(
    deployment: Deployment, put_manifest: Put
) -> None:
    guarded(deployment, put_manifest, latencyRatio=2).looks(TWO).live_config(2).has_alarms()
    is_measured(is_measured(deployment, 0, 0, OLD), 0, 0, None)
    updates(deployment.makes_resources().scaled(), ALARMS)
    assert "answered 0 requests in 3 hours (100 are needed)" in deployment.runs().token["guardrail"]


def test_the_alarm_of_an_earlier_attempt_is_waited_for(
    deployment: Deployment, put_manifest: Put
) -> None:
    guarded(deployment, put_manifest, latencyRatio=2).looks(TWO).live_config(2)
    own = f"{deployment.wanted.config_name}-latency-vs-live"
    deployment.sees_alarms(*(alarm(name) for name in ALARMS), alarm(own, "ALARM"))
    answers = is_measured(deployment, 100, 1.0, OLD).runs()
    assert answers.token["requested"] == "nothing"
    assert answers.summary.endswith(f"waiting: {own} is still in ALARM from the attempt before")


def test_a_missing_alarm_is_named(deployment: Deployment, put_manifest: Put) -> None:
    guarded(deployment, put_manifest).looks(TWO).live_config(2).sees_alarms(alarm(ALARMS[0]))
    failure = deployment.runs().failure
    assert f"alarm {ALARMS[1]} is not in account 222222222222" in failure
    assert failure.endswith("the endpoint was not touched")


def test_an_alarm_that_is_on_stops_an_update(deployment: Deployment, put_manifest: Put) -> None:
    guarded(deployment, put_manifest).looks(TWO).live_config(2)
    deployment.sees_alarms(alarm(ALARMS[0]), alarm(ALARMS[1], "ALARM", reason="5 > 1"))
    failure = deployment.runs().failure
    assert f"alarm {ALARMS[1]} is in ALARM since 2026-11-01T00:00:00Z (5 > 1)" in failure
    assert "would be rolled back at once" in failure
    assert failure.endswith("the endpoint was not touched")


@pytest.mark.parametrize("reason", ["rejected", "rolled-back", "pinned", "deleted"])
def test_an_alarm_that_is_on_does_not_stop_the_way_back(
    deployment: Deployment, put_manifest: Put, reason: str
) -> None:
    guarded(deployment, put_manifest, reason).looks(TWO).live_config(2)
    deployment.sees_alarms(alarm(ALARMS[0]), alarm(ALARMS[1], "ALARM"))
    updates(deployment.makes_resources().scaled(), ALARMS[:1])
    words = deployment.runs().token["guardrail"]
    assert f"left out because the live version has them in ALARM: {ALARMS[1]}" in words


def test_with_every_alarm_left_out_none_is_named(deployment: Deployment, put_manifest: Put) -> None:
    guarded(deployment, put_manifest, "rejected").looks(TWO).live_config(2)
    deployment.sees_alarms(*(alarm(name, "ALARM") for name in ALARMS))
    updates(deployment.makes_resources().scaled(), [])
    assert "no alarm can bring it back" in deployment.runs().token["guardrail"]
