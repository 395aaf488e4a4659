"""An SNS topic: CloudWatch publishes to it under its own name, which the topic's policy must allow.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from localcloud import clients
from localcloud.cloudwatch import notifications
from localcloud.cloudwatch.actions.action import Action

if TYPE_CHECKING:
    from localcloud.cloudwatch.notifications import StateChange

PRINCIPAL = "cloudwatch.amazonaws.com"


class SnsTopic(Action):
    """A topic by its ARN."""

    service = "sns"
    noun = "an SNS topic"

    def perform(self, arn: str, change: StateChange) -> None:
        sns = clients.service_client("sns", arn.split(":")[3], PRINCIPAL, change.alarm.alarm_arn)
        sns.publish(
            TopicArn=arn,
            Subject=notifications.subject(change),
            Message=notifications.message(change),
        )
