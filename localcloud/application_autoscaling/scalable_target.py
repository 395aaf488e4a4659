"""A variant of an endpoint whose number of instances is scaled, and the policy that scales it.

https://docs.aws.amazon.com/autoscaling/application/APIReference/API_ScalableTarget.html and
https://docs.aws.amazon.com/autoscaling/application/APIReference/API_ScalingPolicy.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

NAMESPACE = "sagemaker"
DIMENSION = "sagemaker:variant:DesiredInstanceCount"
METRIC = "SageMakerVariantInvocationsPerInstance"
# "a default value of 300 for … SageMaker endpoint variants" (TargetTrackingScalingPolicyConfiguration)
COOLDOWN_SECONDS = 300
SUSPENDED = (
    "DynamicScalingInSuspended",
    "DynamicScalingOutSuspended",
    "ScheduledScalingSuspended",
)
_VARIANT = re.compile(r"endpoint/([^/]+)/variant/([^/]+)")
_ROLE = (
    "aws-service-role/sagemaker.application-autoscaling.amazonaws.com/"
    "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
)


@dataclass(frozen=True, order=True)
class TargetKey:
    """Which variant."""

    resource_id: str

    @property
    def endpoint(self) -> str:
        """Its endpoint's name."""
        return self.resource_id.split("/")[1]

    @property
    def variant(self) -> str:
        """Its name."""
        return self.resource_id.split("/")[3]

    @property
    def is_valid(self) -> bool:
        """Whether it has the form of a variant's id."""
        return _VARIANT.fullmatch(self.resource_id) is not None

    def described(self) -> str:
        """As in the service's messages."""
        return (
            f"service namespace: {NAMESPACE}, resource ID: {self.resource_id}, "
            f"scalable dimension: {DIMENSION}"
        )

    def shape(self) -> dict[str, Any]:
        """Its three members in every answer."""
        return {
            "ServiceNamespace": NAMESPACE,
            "ResourceId": self.resource_id,
            "ScalableDimension": DIMENSION,
        }


@dataclass
class ScalingPolicy:
    """A target tracking policy, with the alarms that were made for it."""

    name: str
    arn: str
    key: TargetKey
    configuration: Mapping[str, Any]
    created: datetime
    alarms: dict[str, str] = field(default_factory=dict)
    """Names, by what they are for: `AlarmHigh` and `AlarmLow`."""

    @property
    def target_value(self) -> float:
        """Invocations of each instance in a minute."""
        return float(self.configuration["TargetValue"])

    def cooldown(self, direction: str) -> float:
        """For how many of AWS's seconds nothing happens after a change; `direction` is `Out` or `In`."""
        return float(self.configuration.get(f"Scale{direction}Cooldown", COOLDOWN_SECONDS))

    def described_alarms(self) -> list[dict[str, str]]:
        """The alarms by name and ARN."""
        region, account = self.arn.split(":")[3:5]
        partition = self.arn.split(":")[1]
        return [
            {
                "AlarmName": name,
                "AlarmARN": f"arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}",
            }
            for name in self.alarms.values()
        ]

    def describe(self) -> dict[str, Any]:
        """One entry of DescribeScalingPolicies."""
        return {
            **self.key.shape(),
            "PolicyARN": self.arn,
            "PolicyName": self.name,
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": dict(self.configuration),
            "Alarms": self.described_alarms(),
            "CreationTime": self.created,
        }


@dataclass
class ScalableTarget:
    """One variant that is registered."""

    key: TargetKey
    arn: str
    minimum: int
    maximum: int
    created: datetime
    suspended: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(SUSPENDED, False))
    policy: ScalingPolicy | None = None
    is_busy: bool = False
    """Whether a change of its capacity is under way."""

    def is_suspended(self, direction: str) -> bool:
        """Whether it is not scaled `Out` or `In`."""
        return self.suspended[f"DynamicScaling{direction}Suspended"]

    def describe(self) -> dict[str, Any]:
        """One entry of DescribeScalableTargets. The role is the service's own, whatever was given."""
        partition, _, _, account = self.arn.split(":")[1:5]
        return {
            **self.key.shape(),
            "ScalableTargetARN": self.arn,
            "MinCapacity": self.minimum,
            "MaxCapacity": self.maximum,
            "RoleARN": f"arn:{partition}:iam::{account}:role/{_ROLE}",
            "CreationTime": self.created,
            "SuspendedState": dict(self.suspended),
        }


@dataclass
class Activity:
    """One change of a variant's capacity (API_ScalingActivity)."""

    activity_id: str
    key: TargetKey
    description: str
    cause: str
    started: datetime
    status: str = "InProgress"
    message: str = ""
    ended: datetime | None = None

    def describe(self) -> dict[str, Any]:
        """One entry of DescribeScalingActivities."""
        shape = {
            **self.key.shape(),
            "ActivityId": self.activity_id,
            "Description": self.description,
            "Cause": self.cause,
            "StartTime": self.started,
            "StatusCode": self.status,
            "StatusMessage": self.message,
        }
        return shape | ({"EndTime": self.ended} if self.ended else {})
