"""A Lambda function as a target: invoked asynchronously.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html. What the function then
answers is Lambda's affair (its own retries and destinations); only a refused Invoke fails a delivery.
"""

from __future__ import annotations

from localcloud.events.targets.target import Delivery, Target


class LambdaFunction(Target):
    """A function, version or alias, by its ARN."""

    service = "lambda"
    resource_prefix = "function:"
    noun = "a Lambda function"
    other_accounts = True

    def send(self, delivery: Delivery) -> None:
        delivery.client("lambda").invoke(
            FunctionName=delivery.arn, InvocationType="Event", Payload=delivery.payload.encode()
        )
