"""Variants are scaled out and in by their policies' alarms, through SageMaker."""

from __future__ import annotations

from typing import Any

import pytest
from moto.applicationautoscaling import applicationautoscaling_backends
from moto.cloudwatch import cloudwatch_backends
from moto.sagemaker import sagemaker_backends

from localcloud.cloudwatch.notifications import StateChange
from tests.local_server import ACCOUNT, REGION

from .conftest import Scaling

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-policy.html"
)


def test_load_scales_out_to_the_maximum(scaling: Scaling) -> None:
    endpoint = scaling.endpoint()
    scaling.register(endpoint, least=1, most=3)
    alarms = scaling.put_policy(endpoint)["Alarms"]
    (high,) = [each["AlarmName"] for each in alarms if "AlarmHigh" in each["AlarmName"]]
    scaling.load(endpoint, 45.0)

    def ended() -> bool:
        found = scaling.activities(endpoint)
        return bool(found) and found[0]["StatusCode"] == "Successful"

    scaling.until(ended, "scaled out")
    (activity,) = scaling.activities(endpoint)
    # Five would be right.
    assert scaling.instances(endpoint) == 3
    assert activity["Description"] == "Setting desired instance count to 3."
    assert activity["Cause"] == f"monitor alarm {high} in state ALARM triggered policy track"
    assert activity["StatusMessage"] == (
        "Successfully set desired instance count to 3. Change successfully fulfilled by sagemaker."
    )
    assert activity["EndTime"] > activity["StartTime"]
    described = scaling.hosting.describe(endpoint)
    assert described["EndpointStatus"] == "InService"


def test_a_quiet_variant_is_scaled_in_to_the_minimum(scaling: Scaling) -> None:
    endpoint = scaling.endpoint(instances=3)
    scaling.register(endpoint, least=2, most=4)
    scaling.put_policy(endpoint, ScaleInCooldown=0)
    scaling.load(endpoint, 0.5)
    scaling.until(lambda: scaling.instances(endpoint) == 2, "scaled in")
    scaling.until(
        lambda: scaling.activities(endpoint)[0]["StatusCode"] == "Successful", "scaled in"
    )
    (activity,) = scaling.activities(endpoint)
    assert "AlarmLow" in activity["Cause"]


def test_without_data_nothing_is_scaled_in(scaling: Scaling) -> None:
    endpoint = scaling.endpoint(instances=2)
    scaling.register(endpoint)
    alarms = scaling.put_policy(endpoint)["Alarms"]
    names = [each["AlarmName"] for each in alarms]
    backend = cloudwatch_backends[ACCOUNT][REGION]
    begun = backend.alarms[names[1]].evaluated_end or 0
    scaling.until(
        lambda: (backend.alarms[names[1]].evaluated_end or 0) > max(begun, 1) + 20 * 60,
        "twenty minutes have passed",
    )
    found = scaling.cloudwatch.describe_alarms(AlarmNames=names)["MetricAlarms"]
    assert {each["StateValue"] for each in found} == {"INSUFFICIENT_DATA"}
    assert scaling.instances(endpoint) == 2
    assert scaling.activities(endpoint) == []


def acted(scaling: Scaling, endpoint: str, per_instance: float) -> list[dict[str, Any]]:
    """The activities after the policy was told of a load, which the alarms themselves do not tell."""
    policy = scaling.put_policy(endpoint)
    names = [each["AlarmName"] for each in policy["Alarms"]]
    scaling.cloudwatch.disable_alarm_actions(AlarmNames=names)
    scaling.load(endpoint, per_instance)
    (high,) = [name for name in names if "AlarmHigh" in name]
    scaling.until(
        lambda: (
            scaling.cloudwatch.describe_alarms(AlarmNames=[high])["MetricAlarms"][0]["StateValue"]
            == "ALARM"
        ),
        "the alarm goes off",
    )
    alarm = cloudwatch_backends[ACCOUNT][REGION].alarms[high]
    backend: Any = applicationautoscaling_backends[ACCOUNT][REGION]
    backend.alarm_acts(policy["PolicyARN"], StateChange(alarm, alarm.state, alarm.state))
    return scaling.activities(endpoint)


@pytest.mark.documented("https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling.html")
def test_an_endpoint_that_is_updated_is_not_scaled(scaling: Scaling) -> None:
    endpoint = scaling.endpoint()
    scaling.register(endpoint)
    record = sagemaker_backends[ACCOUNT][REGION].endpoints[endpoint]
    record.status = "Updating"
    try:
        assert acted(scaling, endpoint, 45.0) == []
    finally:
        record.status = "InService"
    assert len(acted(scaling, endpoint, 45.0)) == 1


@pytest.mark.documented(
    "https://docs.aws.amazon.com/autoscaling/application/userguide/"
    "application-auto-scaling-suspend-resume-scaling.html"
)
def test_scaling_that_is_suspended_does_not_happen(scaling: Scaling) -> None:
    endpoint = scaling.endpoint()
    scaling.register(endpoint)
    scaling.api.register_scalable_target(
        **scaling.id(endpoint), SuspendedState={"DynamicScalingOutSuspended": True}
    )
    assert acted(scaling, endpoint, 45.0) == []
