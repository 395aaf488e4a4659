"""A Lambda function, invoked asynchronously: its policy must allow CloudWatch's alarms to.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from localcloud import clients
from localcloud.cloudwatch import notifications
from localcloud.cloudwatch.actions.action import Action

if TYPE_CHECKING:
    from localcloud.cloudwatch.notifications import StateChange

PRINCIPAL = "lambda.alarms.cloudwatch.amazonaws.com"


class LambdaFunction(Action):
    """A function, version or alias, by its ARN."""

    service = "lambda"
    resource_prefix = "function:"
    noun = "a Lambda function"

    def perform(self, arn: str, change: StateChange) -> None:
        client = clients.service_client(
            "lambda", arn.split(":")[3], PRINCIPAL, change.alarm.alarm_arn
        )
        client.invoke(
            FunctionName=arn,
            InvocationType="Event",
            Payload=json.dumps(notifications.payload(change)).encode(),
        )
