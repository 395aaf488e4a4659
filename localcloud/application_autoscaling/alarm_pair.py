"""The two alarms of a target tracking policy, made and deleted with it.

Names, description and action were observed in published policies, as was that a policy which does not
scale in has no AlarmLow (assumed of SageMaker's).
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from moto.cloudwatch import cloudwatch_backends

from localcloud.application_autoscaling.scalable_target import ScalingPolicy
from localcloud.application_autoscaling.target_tracking import (
    HIGH_PERIODS,
    LOW_PERIODS,
    LOW_SHARE,
)
from localcloud.iam.authorization import gate

HIGH, LOW = "AlarmHigh", "AlarmLow"


def put(policy: ScalingPolicy) -> None:
    """Make the alarms, in the place of those that the policy has; the caller must be allowed to.

    https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_id-based-policy-examples.html
    """
    action = f"{policy.arn}:createdBy/{uuid4()}"
    kinds = {HIGH: ("GreaterThanThreshold", HIGH_PERIODS, policy.target_value)}
    if not policy.configuration.get("DisableScaleIn"):
        kinds[LOW] = ("LessThanThreshold", LOW_PERIODS, policy.target_value * LOW_SHARE)
    names = {kind: f"TargetTracking-{policy.key.resource_id}-{kind}-{uuid4()}" for kind in kinds}
    for name in names.values():
        gate.require_of_present_caller("cloudwatch:PutMetricAlarm", _arn(policy, name))
    backend = _backend(policy)
    for kind, (operator, periods, threshold) in kinds.items():
        backend.put_alarm(
            {
                "AlarmName": names[kind],
                "AlarmDescription": "DO NOT EDIT OR DELETE. For TargetTrackingScaling policy "
                f"{action}.",
                "AlarmActions": [action],
                "Namespace": "AWS/SageMaker",
                "MetricName": "InvocationsPerInstance",
                "Dimensions": [
                    {"Name": "EndpointName", "Value": policy.key.endpoint},
                    {"Name": "VariantName", "Value": policy.key.variant},
                ],
                "Statistic": "Sum",
                "Period": 60,
                "EvaluationPeriods": periods,
                "Threshold": threshold,
                "ComparisonOperator": operator,
            }
        )
    delete(policy)
    policy.alarms = names


def require_deletion(policy: ScalingPolicy) -> None:
    """Raise Denied unless the caller may delete the alarms."""
    for name in policy.alarms.values():
        gate.require_of_present_caller("cloudwatch:DeleteAlarms", _arn(policy, name))


def delete(policy: ScalingPolicy) -> None:
    """Delete those that are still there."""
    backend = _backend(policy)
    backend.delete_alarms([name for name in policy.alarms.values() if name in backend.alarms])


def _backend(policy: ScalingPolicy) -> Any:
    region, account = policy.arn.split(":")[3:5]
    return cloudwatch_backends[account][region]


def _arn(policy: ScalingPolicy, name: str) -> str:
    partition, _, region, account = policy.arn.split(":")[1:5]
    return f"arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}"
