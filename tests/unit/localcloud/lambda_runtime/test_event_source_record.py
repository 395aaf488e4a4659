"""What a function gets of messages, and what its answer means for each of them."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.lambda_runtime.event_source_record import event, failed

BATCH = ("a", "b")


@pytest.mark.parametrize(
    ("answer", "again"),
    [
        (None, set()),
        ({}, set()),
        ({"batchItemFailures": None}, set()),
        ({"batchItemFailures": []}, set()),
        ({"batchItemFailures": [{"itemIdentifier": "b"}]}, {"b"}),
        ({"batchItemFailures": [{"itemIdentifier": "c"}]}, {"a", "b"}),
        ({"batchItemFailures": [{"itemIdentifier": ""}]}, {"a", "b"}),
        ({"batchItemFailures": [{"itemIdentifier": None}]}, {"a", "b"}),
        ({"batchItemFailures": [{"id": "a"}]}, {"a", "b"}),
        ({"batchItemFailures": ["a"]}, {"a", "b"}),
        ({"batchItemFailures": "a"}, {"a", "b"}),
        ("done", {"a", "b"}),
    ],
)
@pytest.mark.documented(
    "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html"
)
def test_an_answer_says_which_messages_come_again(answer: Any, again: set[str]) -> None:
    assert failed(answer, BATCH) == again


def test_attributes_are_in_lambdas_form() -> None:
    message = {
        "MessageId": "1",
        "ReceiptHandle": "r",
        "Body": "text",
        "MD5OfBody": "m",
        "MessageAttributes": {
            "word": {"StringValue": "w", "DataType": "String"},
            "bytes": {"BinaryValue": b"b", "DataType": "Binary"},
        },
    }
    (record,) = event([message], "arn:aws:sqs:eu-west-1:123456789012:q")["Records"]
    assert record["awsRegion"] == "eu-west-1"
    assert record["messageAttributes"] == {
        "word": {
            "stringValue": "w",
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": "String",
        },
        "bytes": {
            "binaryValue": "Yg==",
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": "Binary",
        },
    }
