"""Where the outcome of an asynchronous invocation goes: destinations, and the dead-letter queue.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
Sent as the function's role. Not supported: an S3 bucket as destination.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from localcloud import clients
from localcloud.errors import unsupported
from localcloud.lambda_runtime.executor import Invocation
from localcloud.lambda_runtime.platform_log import iso
from localcloud.queue_url import queue_url

KINDS = ("sqs", "sns", "lambda", "events")


@dataclass(frozen=True)
class Outcome:
    """How an event ended: `condition` is Success, RetriesExhausted or EventAgeExceeded."""

    condition: str
    request_id: str
    function_arn: str
    attempts: int
    event: str
    invocation: Invocation | None
    at: datetime

    @property
    def succeeded(self) -> bool:
        """Whether the function returned."""
        return self.condition == "Success"


def record(outcome: Outcome) -> dict[str, Any]:
    """The record that a destination gets."""
    made: dict[str, Any] = {
        "version": "1.0",
        "timestamp": iso(outcome.at),
        "requestContext": {
            "requestId": outcome.request_id,
            "functionArn": f"{outcome.function_arn}:$LATEST",
            "condition": outcome.condition,
            "approximateInvokeCount": outcome.attempts,
        },
        "requestPayload": json.loads(outcome.event),
    }
    invocation = outcome.invocation
    if invocation is not None:
        context: dict[str, Any] = {"statusCode": 200, "executedVersion": invocation.version}
        if invocation.function_error:
            context["functionError"] = invocation.function_error
        made["responseContext"] = context
        made["responsePayload"] = json.loads(invocation.payload)
    return made


def send_record(
    target: str, outcome: Outcome, region: str, credentials: clients.Credentials
) -> None:
    """Send the outcome's record to a queue, topic, function or event bus."""
    service = target.split(":")[2]
    body = json.dumps(record(outcome))
    if service == "sqs":
        _send_message(target, body, {}, region, credentials)
    elif service == "sns":
        clients.client("sns", region, credentials).publish(TopicArn=target, Message=body)
    elif service == "lambda":
        clients.client("lambda", region, credentials).invoke(
            FunctionName=target, InvocationType="Event", Payload=body
        )
    elif service == "events":
        word = "Success" if outcome.succeeded else "Failure"
        clients.client("events", region, credentials).put_events(
            Entries=[
                {
                    "Source": "lambda",
                    "DetailType": f"Lambda Function Invocation Result - {word}",
                    "Detail": body,
                    "Resources": [target, f"{outcome.function_arn}:$LATEST"],
                    "EventBusName": target,
                }
            ]
        )
    else:
        raise unsupported("destination", target, KINDS)


def send_dead_letter(
    target: str, outcome: Outcome, region: str, credentials: clients.Credentials
) -> None:
    """Send the event itself to the dead-letter queue or topic, with why it failed.

    Attributes: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    """
    error = {}
    if outcome.invocation is not None:
        error = json.loads(outcome.invocation.payload)
    message = str(error.get("errorMessage", outcome.condition))[:1024] or outcome.condition
    attributes = {
        "RequestID": {"DataType": "String", "StringValue": outcome.request_id},
        "ErrorCode": {"DataType": "Number", "StringValue": "200"},
        "ErrorMessage": {"DataType": "String", "StringValue": message},
    }
    if target.split(":")[2] == "sqs":
        _send_message(target, outcome.event, attributes, region, credentials)
    else:
        clients.client("sns", region, credentials).publish(
            TopicArn=target, Message=outcome.event, MessageAttributes=attributes
        )


def _send_message(
    arn: str,
    body: str,
    attributes: Mapping[str, Any],
    region: str,
    credentials: clients.Credentials,
) -> None:
    sqs = clients.client("sqs", region, credentials)
    sqs.send_message(QueueUrl=queue_url(arn), MessageBody=body, MessageAttributes=dict(attributes))
