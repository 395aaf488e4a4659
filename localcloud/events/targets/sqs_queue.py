"""An SQS queue as a target: the input is the message's body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localcloud.errors import ValidationException
from localcloud.events.targets.target import Delivery, Target
from localcloud.queue_url import queue_url


class SqsQueue(Target):
    """A standard or FIFO queue by its ARN."""

    service = "sqs"
    noun = "an SQS queue"
    other_accounts = True
    members = frozenset({"SqsParameters"})

    def check(self, target: Mapping[str, Any]) -> None:
        super().check(target)
        fifo = str(target["Arn"]).endswith(".fifo")
        group = (target.get("SqsParameters") or {}).get("MessageGroupId")
        if fifo and not group:
            raise ValidationException(
                f"Parameter(s) SqsParameters must be specified for target: {target['Id']}."
            )
        if group and not fifo:
            raise ValidationException(
                f"SqsParameters of target {target['Id']} needs a FIFO queue, not {target['Arn']}"
            )

    def send(self, delivery: Delivery) -> None:
        client = delivery.client("sqs")
        group = (delivery.target.get("SqsParameters") or {}).get("MessageGroupId")
        fifo = {"MessageGroupId": group} if group else {}
        client.send_message(QueueUrl=queue_url(delivery.arn), MessageBody=delivery.payload, **fifo)
