"""An SNS topic as a target: the input is published to it."""

from __future__ import annotations

from localcloud.events.targets.target import Delivery, Target


class SnsTopic(Target):
    """A topic by its ARN."""

    service = "sns"
    noun = "an SNS topic"
    other_accounts = True

    def send(self, delivery: Delivery) -> None:
        delivery.client("sns").publish(TopicArn=delivery.arn, Message=delivery.payload)
