"""A policy of Application Auto Scaling, told for every minute that its alarm lasts.

"For Amazon EC2 Auto Scaling actions, the alarm continues to invoke the action once per minute"
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html); that those of
Application Auto Scaling do so as well is inferred: a cooldown could not end otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.applicationautoscaling import applicationautoscaling_backends

from localcloud.cloudwatch.actions.action import Action

if TYPE_CHECKING:
    from localcloud.cloudwatch.notifications import StateChange


class ScalingPolicy(Action):
    """A policy by its ARN, with the id of who made the alarm behind it."""

    service = "autoscaling"
    resource_prefix = "scalingPolicy:"
    noun = "an Application Auto Scaling policy"
    repeats = True

    def perform(self, arn: str, change: StateChange) -> None:
        region, account = arn.split(":")[3:5]
        backend: Any = applicationautoscaling_backends[account][region]
        backend.alarm_acts(arn.rpartition(":createdBy/")[0] or arn, change)
