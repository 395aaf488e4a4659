"""The event that a function gets of a queue's messages, and which of them it answers as failed. Pure.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html and
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any

Message = Mapping[str, Any]


def event(messages: Iterable[Message], queue_arn: str) -> dict[str, Any]:
    """The event, of messages as ReceiveMessage answers them."""
    return {"Records": [_record(message, queue_arn) for message in messages]}


def _record(message: Message, queue_arn: str) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": dict(message.get("Attributes") or {}),
        "messageAttributes": {
            name: _attribute(value)
            for name, value in (message.get("MessageAttributes") or {}).items()
        },
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": queue_arn.split(":")[3],
    }


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {"stringListValues": [], "binaryListValues": []}
    if "StringValue" in value:
        shown["stringValue"] = value["StringValue"]
    if "BinaryValue" in value:
        shown["binaryValue"] = base64.b64encode(value["BinaryValue"]).decode()
    return {**shown, "dataType": value["DataType"]}


def failed(answer: Any, message_ids: Iterable[str]) -> set[str]:
    """The messages that come again, of what the function returned; all of them when it cannot be meant.

    As the page has it: nothing returned, an empty or null list is a complete success; an identifier that
    is empty, null, misnamed or of no message of the batch makes the whole batch a failure.
    """
    everything = set(message_ids)
    if not answer:
        return set()
    if not isinstance(answer, Mapping):
        return everything
    items = answer.get("batchItemFailures")
    if not items:
        return set()
    if not isinstance(items, list):
        return everything
    named = {item.get("itemIdentifier") if isinstance(item, Mapping) else None for item in items}
    return {str(name) for name in named} if named <= everything else everything
