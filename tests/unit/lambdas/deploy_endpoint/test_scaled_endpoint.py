"""Autoscaling is as the stage says after each update, and comes back after one that failed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.lambdas.deploy_endpoint.one_call import OLD, Deployment
from tests.unit.lambdas.deploy_endpoint.scenes import ARN, ENDPOINT, MODIFIED, endpoint, variant

Put = Callable[..., None]
AUTOSCALING = "application-autoscaling"
SCALING = {
    "minCapacity": 1,
    "maxCapacity": 4,
    "invocationsPerInstance": 100,
    "scaleInCooldownSeconds": 300,
    "scaleOutCooldownSeconds": 60,
}
NAMED = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": f"endpoint/{ENDPOINT}/variant/AllTraffic",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}
TARGET = {
    **NAMED,
    "MinCapacity": 1,
    "MaxCapacity": 4,
    "RoleARN": "arn:aws:iam::222222222222:role/aws-service-role/x",
    "CreationTime": MODIFIED,
    "SuspendedState": {"DynamicScalingInSuspended": False},
}
TRACKING = {
    "TargetValue": 100.0,
    "PredefinedMetricSpecification": {
        "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"
    },
    "ScaleInCooldown": 300,
    "ScaleOutCooldown": 60,
}
PUT = {
    "PolicyName": "invocations-per-instance",
    "PolicyType": "TargetTrackingScaling",
    "TargetTrackingScalingPolicyConfiguration": TRACKING,
}
HAND_MADE = {
    "PolicyName": "by-hand",
    "PolicyType": "StepScaling",
    "StepScalingPolicyConfiguration": {"AdjustmentType": "ChangeInCapacity", "Cooldown": 60},
}


def described(put: dict[str, Any]) -> dict[str, Any]:
    return {**NAMED, **put, "PolicyARN": "arn", "CreationTime": MODIFIED}


def arrived(deployment: Deployment) -> Deployment:
    return deployment.looks(endpoint("InService", deployment.wanted.config_name))


def registers(deployment: Deployment, *policies: dict[str, Any], **bounds: int) -> Deployment:
    limits = {"MinCapacity": 1, "MaxCapacity": 4, **bounds}
    deployment.gives("register_scalable_target", {}, AUTOSCALING, **NAMED, **limits)
    for policy in policies:
        answer = {"PolicyARN": "arn"}
        deployment.gives("put_scaling_policy", answer, AUTOSCALING, **NAMED, **policy)
    return deployment


def test_scaling_is_put_and_then_seen(deployment: Deployment, put_manifest: Put) -> None:
    deployment.has(put_manifest, autoScaling=SCALING)
    registers(arrived(deployment).scaled(), PUT)
    answers = deployment.runs()
    assert answers.summary.endswith("its scaling is set to 1 to 4")
    arrived(deployment).scaled(TARGET, policies=[described(HAND_MADE), described(PUT)]).prunes()
    assert "(scaled 1 to 4)" in deployment.runs(answers.token).summary


@pytest.mark.parametrize(
    ("target", "policies"),
    [
        ({**TARGET, "MaxCapacity": 5}, [described(PUT)]),
        (TARGET, []),
        (
            TARGET,
            [
                described(
                    {
                        **PUT,
                        "TargetTrackingScalingPolicyConfiguration": {
                            **TRACKING,
                            "TargetValue": 9.0,
                        },
                    }
                )
            ],
        ),
    ],
    ids=["bounds", "no-policy", "other-target"],
)
def test_scaling_that_differs_is_put_again(
    deployment: Deployment, put_manifest: Put, target: Any, policies: Any
) -> None:
    deployment.has(put_manifest, autoScaling=SCALING)
    registers(arrived(deployment).scaled(target, policies=policies), PUT)
    assert deployment.runs().token["scaling_at"] > 0


def test_scaling_that_never_becomes_as_wanted_fails(
    deployment: Deployment, put_manifest: Put
) -> None:
    deployment.has(put_manifest, autoScaling=SCALING)
    arrived(deployment).scaled()
    token = {"started_at": time.time() - 400, "scaling_at": time.time() - 301}
    assert "but its scaling is None, wanted" in deployment.runs(token).failure


def test_scaling_that_nobody_wants_is_removed(deployment: Deployment) -> None:
    arrived(deployment).scaled(TARGET, policies=[described(PUT)])
    deployment.gives("deregister_scalable_target", {}, AUTOSCALING, **NAMED)
    assert deployment.runs().summary.endswith("its scaling is removed")


TWO = endpoint("InService", OLD, ProductionVariants=[variant(2)])


def other_type(deployment: Deployment, put: Put) -> Deployment:
    """The live configuration has another instance type."""
    deployment.has(put, autoScaling=SCALING)
    deployment.looks(TWO).live_config(1, InstanceType="ml.m5.xlarge").without_alarms()
    return deployment.makes_resources()


def remembered(*policies: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"variant": "AllTraffic", "min": 1, "max": 4, "policies": list(policies), **members}


def test_for_another_instance_type_scaling_is_remembered_then_removed(
    deployment: Deployment, put_manifest: Put
) -> None:
    other_type(deployment, put_manifest).scaled(TARGET, policies=[described(PUT)])
    deployment.gives("describe_scheduled_actions", {"ScheduledActions": []}, AUTOSCALING, **NAMED)
    token = deployment.runs().token
    assert token["removed_scaling"] == [remembered(PUT)]
    other_type(deployment, put_manifest).scaled(TARGET, policies=[described(PUT)])
    deployment.gives("deregister_scalable_target", {}, AUTOSCALING, **NAMED)
    answers = deployment.runs(token)
    assert answers.token["removed_scaling"] == token["removed_scaling"]
    assert answers.summary.endswith("scaling of AllTraffic is deregistered for the update")
    other_type(deployment, put_manifest).scaled()
    deployment.gives("update_endpoint", {"EndpointArn": ARN})
    assert deployment.runs(answers.token).token["removed_scaling"] == [remembered(PUT)]


def test_scheduled_actions_are_not_lost(deployment: Deployment, put_manifest: Put) -> None:
    other_type(deployment, put_manifest).scaled(TARGET, policies=[described(PUT)])
    action = {
        **NAMED,
        "ScheduledActionName": "nights",
        "ScheduledActionARN": "arn",
        "Schedule": "cron(0 22 * * ? *)",
        "CreationTime": MODIFIED,
    }
    actions = {"ScheduledActions": [action]}
    deployment.gives("describe_scheduled_actions", actions, AUTOSCALING, **NAMED)
    assert "scheduled actions (nights) would be lost" in deployment.runs().failure


def test_more_than_can_be_put_back_is_not_removed(
    deployment: Deployment, put_manifest: Put
) -> None:
    many = [described({**HAND_MADE, "PolicyName": f"by-hand-{number:0200}"}) for number in range(6)]
    other_type(deployment, put_manifest).scaled(TARGET, policies=many)
    deployment.gives("describe_scheduled_actions", {"ScheduledActions": []}, AUTOSCALING, **NAMED)
    assert "more policies than this function can put back" in deployment.runs().failure


def test_scaling_comes_back_after_a_rollback(deployment: Deployment) -> None:
    suspended = {"DynamicScalingInSuspended": True}
    token = {
        "started_at": time.time() - 400,
        "requested": "update",
        "requested_at": time.time() - 300,
        "config_name": deployment.wanted.config_name,
        "replaced_config_name": OLD,
        "removed_scaling": [remembered(PUT, HAND_MADE, suspended=suspended)],
    }
    deployment.looks(TWO)
    bounds = {"MinCapacity": 1, "MaxCapacity": 4, "SuspendedState": suspended}
    deployment.gives("register_scalable_target", {}, AUTOSCALING, **NAMED, **bounds)
    for policy in (PUT, HAND_MADE):
        answer = {"PolicyARN": "arn"}
        deployment.gives("put_scaling_policy", answer, AUTOSCALING, **NAMED, **policy)
    failure = deployment.without_alarms().runs(token).failure
    assert "Scaling of AllTraffic, removed for the update, is back" in failure


def test_scaling_comes_back_when_the_update_is_refused(
    deployment: Deployment, put_manifest: Put
) -> None:
    other_type(deployment, put_manifest).scaled()
    deployment.refuses("update_endpoint", "the quota", "ResourceLimitExceeded")
    registers(deployment, PUT)
    token = {"started_at": time.time(), "removed_scaling": [remembered(PUT)]}
    failure = deployment.runs(token).failure
    assert "is back" in failure
    assert deployment.records() == {}


def test_scaling_that_cannot_come_back_is_said(deployment: Deployment) -> None:
    deployment.looks(endpoint("OutOfService", OLD))
    deployment.refuses("register_scalable_target", "no", "AccessDeniedException", AUTOSCALING)
    token = {"started_at": time.time(), "removed_scaling": [remembered(PUT)]}
    assert "could not be put back: An error" in deployment.runs(token).failure


def test_a_policy_made_by_hand_comes_back_after_the_update(
    deployment: Deployment, put_manifest: Put
) -> None:
    deployment.has(put_manifest, autoScaling=SCALING)
    registers(arrived(deployment).scaled(), PUT, HAND_MADE)
    token = {"started_at": time.time(), "removed_scaling": [remembered(PUT, HAND_MADE)]}
    assert deployment.runs(token).token["scaling_at"] > 0
