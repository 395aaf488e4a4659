"""A CloudWatch Logs group as a target: one log event per event, in a stream of its own.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-cloudwatchlogs-permissions
(a resource policy permits it; a target has no role). With an input transformer the input must be
`{"timestamp": …, "message": …}`; AWS writes the message then. The stream's name is assumed.
"""

from __future__ import annotations

import json
import uuid

from localcloud import clients
from localcloud.cloud import current
from localcloud.events import sessions
from localcloud.events.targets.target import Delivery, DeliveryFailed, Target


class LogGroup(Target):
    """A log group by its ARN, with or without `:*`."""

    service = "logs"
    resource_prefix = "log-group:"
    noun = "a CloudWatch Logs group"
    accepts_role = False

    def send(self, delivery: Delivery) -> None:
        group = delivery.resource.removeprefix("log-group:").removesuffix(":*")
        message = delivery.payload
        if "InputTransformer" in delivery.target:
            try:
                message = str(json.loads(message)["message"])
            except (ValueError, KeyError, TypeError):
                raise DeliveryFailed(
                    "INVALID_PARAMETER",
                    'a log group takes an input of the form {"timestamp": …, "message": …}',
                ) from None
        client = clients.service_client(
            "logs", delivery.region, sessions.SERVICE, delivery.rule_arn
        )
        stream = str(uuid.uuid4())
        client.create_log_stream(logGroupName=group, logStreamName=stream)
        client.put_log_events(
            logGroupName=group,
            logStreamName=stream,
            logEvents=[
                {"timestamp": int(current().clock.now().timestamp() * 1000), "message": message}
            ],
        )
