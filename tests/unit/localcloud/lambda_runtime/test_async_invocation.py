"""Asynchronous invocations: tries, dead letters, destinations, their configuration."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from localcloud import cloud as running
from localcloud.clock import ManualClock

from .conftest import Client, Function, until

ASYNC = "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html"
RECORDS = "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html"


@pytest.fixture
def manual_clock() -> Iterator[ManualClock]:
    cloud = running.current()
    real, cloud.clock = cloud.clock, ManualClock(cloud.clock.now())
    yield cloud.clock
    cloud.clock = real


def messages(client: Client, url: str) -> list[dict[str, Any]]:
    received = client("sqs").receive_message(QueueUrl=url, MessageAttributeNames=["All"])
    found: list[dict[str, Any]] = received.get("Messages", [])
    return found


@pytest.mark.documented(ASYNC)
def test_an_asynchronous_error_is_tried_three_times_and_then_told(
    client: Client, manual_clock: ManualClock
) -> None:
    sqs = client("sqs")
    letters, failures = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("dead", "fail"))
    code = "def handler(event, context):\n    raise RuntimeError('always')\n"
    arn = "arn:aws:sqs:us-east-1:123456789012"
    function = Function(client, "event", code, DeadLetterConfig={"TargetArn": f"{arn}:dead"})
    function.api.put_function_event_invoke_config(
        FunctionName="event", DestinationConfig={"OnFailure": {"Destination": f"{arn}:fail"}}
    )
    began = manual_clock.now()
    assert function.invoke({"k": 1}, InvocationType="Event")["StatusCode"] == 202
    letter = until(lambda: messages(client, letters))[0]
    assert (manual_clock.now() - began).total_seconds() == 180
    assert json.loads(letter["Body"]) == {"k": 1}
    assert letter["MessageAttributes"]["ErrorMessage"]["StringValue"] == "always"
    record = json.loads(until(lambda: messages(client, failures))[0]["Body"])
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 3
    assert record["requestPayload"] == {"k": 1}
    assert record["responseContext"] == {
        "statusCode": 200,
        "executedVersion": "$LATEST",
        "functionError": "Unhandled",
    }
    assert record["responsePayload"]["errorMessage"] == "always"

    def starts() -> list[str]:
        return [line for line in function.messages() if line.startswith("START")]

    until(lambda: len(starts()) == 3)
    assert len(set(starts())) == 1  # every try has the same request id


@pytest.mark.documented(RECORDS)
def test_an_asynchronous_success_is_told_to_its_destination(client: Client) -> None:
    url = client("sqs").create_queue(QueueName="success")["QueueUrl"]
    function = Function(client, "told", "def handler(e, c): return {'did': e}\n")
    function.api.put_function_event_invoke_config(
        FunctionName="told",
        DestinationConfig={
            "OnSuccess": {"Destination": "arn:aws:sqs:us-east-1:123456789012:success"}
        },
    )
    function.invoke("work", InvocationType="Event")
    record = json.loads(until(lambda: messages(client, url))[0]["Body"])
    assert record["requestContext"]["condition"] == "Success"
    assert record["responsePayload"] == {"did": "work"}
    assert record["version"] == "1.0"


@pytest.mark.documented(ASYNC)
def test_the_last_configuration_of_asynchronous_invocations_counts(client: Client) -> None:
    api = Function(client, "configured", "def handler(e, c): pass\n").api
    destination = {"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:123456789012:q"}}
    api.put_function_event_invoke_config(FunctionName="configured", MaximumRetryAttempts=2)
    api.put_function_event_invoke_config(
        FunctionName="configured", MaximumRetryAttempts=1, DestinationConfig=destination
    )
    api.update_function_event_invoke_config(FunctionName="configured", MaximumRetryAttempts=0)
    known = api.get_function_event_invoke_config(FunctionName="configured")
    assert (known["MaximumRetryAttempts"], known["DestinationConfig"]) == (0, destination)
