"""Queues whose messages invoke functions: in batches, until they succeed or their chances are used up."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .conftest import Client, Function, until

# Fails on what it is told to fail on, in the way that it is told.
CODE = """
import json

def handler(event, context):
    bodies = [record["body"] for record in event["Records"]]
    print("BATCH", json.dumps(bodies))
    print("FIRST", json.dumps(event["Records"][0], sort_keys=True))
    if "raise" in bodies:
        raise ValueError("as asked")
    failed = [r["messageId"] for r in event["Records"] if r["body"].startswith("fail")]
    return {"batchItemFailures": [{"itemIdentifier": each} for each in failed]}
"""


class Source:
    """A queue with a dead-letter queue, and a function that is mapped to it."""

    def __init__(self, client: Client, name: str, **mapping: Any) -> None:
        self.client, self.name = client, name
        self.sqs, self.api = client("sqs"), client("lambda")
        self.dead_letters = self.sqs.create_queue(QueueName=f"{name}-dlq")["QueueUrl"]
        self.url = self.sqs.create_queue(
            QueueName=name,
            Attributes={
                "VisibilityTimeout": "1",
                "RedrivePolicy": json.dumps(
                    {"deadLetterTargetArn": self.arn(f"{name}-dlq"), "maxReceiveCount": 2}
                ),
            },
        )["QueueUrl"]
        self.function = Function(client, name, CODE, Timeout=1)
        self.mapping: dict[str, Any] = self.api.create_event_source_mapping(
            EventSourceArn=self.arn(name), FunctionName=name, **mapping
        )

    @staticmethod
    def arn(name: str) -> str:
        return f"arn:aws:sqs:us-east-1:123456789012:{name}"

    def send(self, *bodies: str) -> None:
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.url, MessageBody=body)

    def logged(self, word: str) -> list[Any]:
        lines = [each.partition(f"{word} ") for each in self.function.messages()]
        return [json.loads(rest) for before, found, rest in lines if found and not before]

    @property
    def batches(self) -> list[list[str]]:
        return self.logged("BATCH")

    @property
    def seen(self) -> list[str]:
        return [body for batch in self.batches for body in batch]

    def count(self, url: str) -> int:
        """How many messages a queue has, seen or not."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)
        return sum(int(value) for value in answer["Attributes"].values())


@pytest.fixture
def source(client: Client, request: pytest.FixtureRequest) -> Callable[..., Source]:
    """Makes a queue and its function, named after the test."""

    def make(**mapping: Any) -> Source:
        return Source(client, request.node.name.replace("[", "-").strip("]")[:60], **mapping)

    return make


def test_messages_invoke_and_are_deleted(source: Callable[..., Source]) -> None:
    made = source()
    made.send("one", "two", "three")
    until(lambda: sorted(made.seen) == ["one", "three", "two"])
    until(lambda: made.count(made.url) == 0)
    first = made.logged("FIRST")[0]
    assert set(first) == {
        "attributes",
        "awsRegion",
        "body",
        "eventSource",
        "eventSourceARN",
        "md5OfBody",
        "messageAttributes",
        "messageId",
        "receiptHandle",
    }
    assert (first["eventSource"], first["awsRegion"]) == ("aws:sqs", "us-east-1")
    assert first["attributes"]["ApproximateReceiveCount"] == "1"
    described = made.api.get_event_source_mapping(UUID=made.mapping["UUID"])
    assert (described["State"], described["LastProcessingResult"]) == ("Enabled", "OK")


def test_batches_are_as_large_as_they_may_be(source: Callable[..., Source]) -> None:
    made = source(BatchSize=2, Enabled=False)
    made.send(*"abcde")
    made.api.update_event_source_mapping(UUID=made.mapping["UUID"], Enabled=True)
    until(lambda: sorted(made.seen) == [*"abcde"])
    assert max(len(batch) for batch in made.batches) == 2


def test_a_window_gathers_a_batch(source: Callable[..., Source]) -> None:
    made = source(BatchSize=12, MaximumBatchingWindowInSeconds=30)
    made.send(*"abcdefghijkl")
    until(lambda: made.batches)
    assert [len(batch) for batch in made.batches] == [12]


def test_a_batch_that_fails_comes_again_and_then_lies_in_the_dead_letter_queue(
    source: Callable[..., Source],
) -> None:
    made = source()
    made.send("raise")
    until(lambda: made.count(made.dead_letters) == 1, 20)
    assert made.seen == ["raise", "raise"]
    assert made.count(made.url) == 0
    described = made.api.get_event_source_mapping(UUID=made.mapping["UUID"])
    assert described["LastProcessingResult"] == "PROBLEM: Function call failed"


def test_only_the_messages_that_failed_come_again(source: Callable[..., Source]) -> None:
    made = source(FunctionResponseTypes=["ReportBatchItemFailures"], Enabled=False)
    made.send("good", "fail", "fine")
    made.api.update_event_source_mapping(UUID=made.mapping["UUID"], Enabled=True)
    until(lambda: made.count(made.dead_letters) == 1, 20)
    assert sorted(made.seen) == ["fail", "fail", "fine", "good"]


def test_failures_that_are_not_asked_for_are_not_looked_at(source: Callable[..., Source]) -> None:
    made = source()
    made.send("fail")
    until(lambda: made.seen == ["fail"])
    until(lambda: made.count(made.url) == 0)
    assert made.count(made.dead_letters) == 0


def test_a_mapping_that_is_disabled_or_deleted_reads_nothing(source: Callable[..., Source]) -> None:
    made = source()
    uuid = made.mapping["UUID"]
    changed = made.api.update_event_source_mapping(UUID=uuid, Enabled=False)
    assert changed["State"] == "Disabled"
    made.send("kept")
    assert made.api.delete_event_source_mapping(UUID=uuid)["State"] == "Deleting"
    with pytest.raises(ClientError, match="The resource you requested does not exist"):
        made.api.get_event_source_mapping(UUID=uuid)
    assert made.count(made.url) == 1
    assert made.seen == []


def test_mappings_are_listed_by_queue_and_function(source: Callable[..., Source]) -> None:
    made = source(BatchSize=5)
    found = [
        made.api.list_event_source_mappings(**filters)["EventSourceMappings"]
        for filters in (
            {"FunctionName": made.name},
            {"EventSourceArn": made.arn(made.name)},
            {"FunctionName": "another"},
        )
    ]
    assert [[each["UUID"] for each in mappings] for mappings in found] == [
        [made.mapping["UUID"]],
        [made.mapping["UUID"]],
        [],
    ]
    assert found[0][0]["BatchSize"] == 5


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, "provided mapping already exists. Please update or delete the existing mapping with"),
        ({"EventSourceArn": "arn:aws:sqs:us-east-1:123456789012:no"}, "NonExistentQueue"),
        ({"EventSourceArn": "arn:aws:sqs:us-east-1:123456789012:q.fifo"}, "unsupported .*:q.fifo"),
        ({"EventSourceArn": "arn:aws:kinesis:us-east-1:123456789012:stream/s"}, "unsupported"),
        ({"BatchSize": 11}, "Maximum batch window in seconds must be greater than 0"),
        ({"BatchSize": 10_001}, "less than or equal to 10000"),
        ({"FilterCriteria": {"Filters": [{"Pattern": "{}"}]}}, "unsupported .* 'FilterCriteria'"),
        ({"ScalingConfig": {"MaximumConcurrency": 1001}}, "less than or equal to 1000"),
    ],
)
def test_what_cannot_be_mapped_is_refused(
    client: Client, made_once: Source, changes: dict[str, Any], message: str
) -> None:
    request = {"EventSourceArn": made_once.arn(made_once.name), "FunctionName": made_once.name}
    with pytest.raises(ClientError, match=message):
        client("lambda").create_event_source_mapping(**(request | changes))


def test_a_queue_must_hide_a_message_for_as_long_as_the_function_may_take(
    client: Client, made_once: Source
) -> None:
    client("sqs").create_queue(QueueName="hasty", Attributes={"VisibilityTimeout": "0"})
    message = "Queue visibility timeout: 0 seconds is less than Function timeout: 1 seconds"
    with pytest.raises(ClientError, match=message):
        client("lambda").create_event_source_mapping(
            EventSourceArn=made_once.arn("hasty"), FunctionName=made_once.name
        )


@pytest.fixture(scope="module")
def made_once(client: Client) -> Source:
    """A mapping that refusals are tried beside."""
    return Source(client, "made-once")
