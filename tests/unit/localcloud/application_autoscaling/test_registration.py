"""Targets and policies: what is made of them, what is refused, and who may."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.local_server import ACCOUNT, REGION
from tests.unit.localcloud.sagemaker.endpoints.conftest import VARIANT

from .conftest import DIMENSION, METRIC, NAMESPACE, Scaling, error, listed

API = "https://docs.aws.amazon.com/autoscaling/application/APIReference"
HERE = pytest.mark.local_only("refused by the local cloud, not by AWS")


@pytest.fixture(scope="module")
def endpoint(scaling: Scaling) -> str:
    return scaling.endpoint()


@pytest.mark.documented(f"{API}/API_RegisterScalableTarget.html")
def test_a_variant_is_registered_and_changed(scaling: Scaling, endpoint: str) -> None:
    arn = scaling.register(endpoint, 1, 3)
    assert re.fullmatch(
        rf"arn:aws:application-autoscaling:{REGION}:{ACCOUNT}:scalable-target/\w+", arn
    )
    scaling.api.register_scalable_target(**scaling.id(endpoint), MaxCapacity=5)
    (target,) = listed(scaling, endpoint)
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 5)
    assert target["ScalableTargetARN"] == arn
    assert target["RoleARN"].endswith("AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint")
    assert set(target["SuspendedState"].values()) == {False}
    scaling.api.deregister_scalable_target(**scaling.id(endpoint))
    assert listed(scaling, endpoint) == []
    assert error(scaling.api.deregister_scalable_target, **scaling.id(endpoint)) == {
        "Code": "ObjectNotFoundException",
        "Message": "No scalable target registered for service namespace: sagemaker, resource ID: "
        f"endpoint/{endpoint}/variant/{VARIANT}, scalable dimension: {DIMENSION}",
    }


@pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-prerequisites.html"
)
def test_wrong_targets_are_refused(scaling: Scaling, endpoint: str) -> None:
    known = scaling.id(endpoint)
    wrong: list[dict[str, Any]] = [
        {**scaling.id("nobody"), "MinCapacity": 1, "MaxCapacity": 2},
        {**known, "ResourceId": f"endpoint/{endpoint}/variant/other", "MinCapacity": 1},
        {**known, "MinCapacity": 0, "MaxCapacity": 2},
        {**known, "MinCapacity": 3, "MaxCapacity": 2},
        {**known, "MinCapacity": 1},
        {**known, "ResourceId": "somewhere", "MinCapacity": 1, "MaxCapacity": 2},
    ]
    for members in wrong:
        found = error(scaling.api.register_scalable_target, **members)
        assert found["Code"] == "ValidationException", members
    assert listed(scaling, endpoint) == []


@HERE
def test_other_services_and_schedules_are_refused(scaling: Scaling, endpoint: str) -> None:
    found = error(
        scaling.api.register_scalable_target,
        ServiceNamespace="dynamodb",
        ResourceId="table/a",
        ScalableDimension="dynamodb:table:ReadCapacityUnits",
        MinCapacity=1,
        MaxCapacity=2,
    )
    assert "unsupported by the local cloud: ServiceNamespace 'dynamodb'" in found["Message"]
    assert (
        error(
            scaling.api.put_scheduled_action,
            **scaling.id(endpoint),
            ScheduledActionName="a",
            Schedule="rate(1 hour)",
        )["Code"]
        == "NotImplemented"
    )
    scheduled = scaling.api.describe_scheduled_actions(**scaling.id(endpoint))
    assert scheduled["ScheduledActions"] == []


@pytest.mark.documented(f"{API}/API_PutScalingPolicy.html")
def test_a_policy_has_a_pair_of_alarms(scaling: Scaling, endpoint: str) -> None:
    assert error(
        scaling.api.put_scaling_policy,
        **scaling.id(endpoint),
        PolicyName="early",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 1.0,
            "PredefinedMetricSpecification": {"PredefinedMetricType": METRIC},
        },
    )["Message"].startswith("No scalable target registered for service namespace: sagemaker")
    scaling.register(endpoint)
    made = scaling.put_policy(endpoint)
    resource = scaling.id(endpoint)["ResourceId"]
    names = [each["AlarmName"] for each in made["Alarms"]]
    for name, kind in zip(names, ("AlarmHigh", "AlarmLow"), strict=True):
        assert re.fullmatch(rf"TargetTracking-{resource}-{kind}-[0-9a-f-]{{36}}", name)
    found = scaling.cloudwatch.describe_alarms(AlarmNames=names)["MetricAlarms"]
    assert [
        (each["ComparisonOperator"], each["EvaluationPeriods"], each["Threshold"]) for each in found
    ] == [("GreaterThanThreshold", 3, 10.0), ("LessThanThreshold", 15, 9.0)]
    for alarm in found:
        assert (alarm["Namespace"], alarm["MetricName"], alarm["Statistic"], alarm["Period"]) == (
            "AWS/SageMaker",
            "InvocationsPerInstance",
            "Sum",
            60,
        )
        (action,) = alarm["AlarmActions"]
        assert action.startswith(f"{made['PolicyARN']}:createdBy/")
    # Another configuration makes other alarms, and keeps the policy.
    again = scaling.put_policy(endpoint, DisableScaleIn=True, ScaleOutCooldown=60)
    assert again["PolicyARN"] == made["PolicyARN"]
    (only,) = again["Alarms"]
    assert "AlarmHigh" in only["AlarmName"]
    assert scaling.cloudwatch.describe_alarms(AlarmNames=names)["MetricAlarms"] == []
    described = scaling.api.describe_scaling_policies(ServiceNamespace=NAMESPACE)
    (policy,) = [each for each in described["ScalingPolicies"] if each["ResourceId"] == resource]
    assert policy["Alarms"] == again["Alarms"]
    assert policy["TargetTrackingScalingPolicyConfiguration"]["ScaleOutCooldown"] == 60
    assert (
        "Only one TargetTrackingScaling policy"
        in (error(scaling.put_policy, endpoint=endpoint, name="second")["Message"])
    )
    name = {**scaling.id(endpoint), "PolicyName": "track"}
    scaling.api.delete_scaling_policy(**name)
    left = scaling.cloudwatch.describe_alarms(AlarmNamePrefix=f"TargetTracking-{resource}")
    assert left["MetricAlarms"] == []
    missing = error(scaling.api.delete_scaling_policy, **name)
    assert missing["Code"] == "ObjectNotFoundException"
    scaling.put_policy(endpoint)
    scaling.api.deregister_scalable_target(**scaling.id(endpoint))
    left = scaling.cloudwatch.describe_alarms(AlarmNamePrefix=f"TargetTracking-{resource}")
    assert left["MetricAlarms"] == []


@HERE
@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"PolicyType": "StepScaling"}, "PolicyType 'StepScaling'"),
        ({"PolicyType": "PredictiveScaling"}, "PolicyType 'PredictiveScaling'"),
        (
            {
                "TargetTrackingScalingPolicyConfiguration": {
                    "TargetValue": 1.0,
                    "CustomizedMetricSpecification": {"MetricName": "m", "Namespace": "n"},
                }
            },
            "'CustomizedMetricSpecification'",
        ),
        (
            {
                "TargetTrackingScalingPolicyConfiguration": {
                    "TargetValue": 1.0,
                    "PredefinedMetricSpecification": {
                        "PredefinedMetricType": "ECSServiceAverageCPUUtilization"
                    },
                }
            },
            "PredefinedMetricType 'ECSServiceAverageCPUUtilization'",
        ),
    ],
)
def test_other_policies_are_refused_by_name(
    scaling: Scaling, endpoint: str, members: dict[str, Any], named: str
) -> None:
    request = {"PolicyType": "TargetTrackingScaling", "PolicyName": "p", **members}
    found = error(scaling.api.put_scaling_policy, **scaling.id(endpoint), **request)
    assert "unsupported by the local cloud: " in found["Message"]
    assert named in found["Message"]
