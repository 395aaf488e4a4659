"""Clients of a local cloud in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from localcloud.cloud import current
from tests.local_server import ACCOUNT, LocalCloud, allow_service, policy

Client = Callable[[str], Any]


@pytest.fixture(scope="module")
def client(endpoint: str) -> Client:
    """Gives the client of a service."""
    return LocalCloud(endpoint).client


@pytest.fixture
def name() -> str:
    return f"test-{uuid4().hex[:8]}"


def queue(client: Client, name: str) -> tuple[str, str]:
    """A queue that EventBridge may send to; its URL and ARN."""
    arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"
    allowed = policy(allow_service("events", "sqs:SendMessage", arn))
    made = client("sqs").create_queue(QueueName=name, Attributes={"Policy": allowed})
    return str(made["QueueUrl"]), arn


def receive(client: Client, url: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = []

    def arrived() -> bool:
        found.extend(
            client("sqs")
            .receive_message(QueueUrl=url, MessageAttributeNames=["All"], WaitTimeSeconds=1)
            .get("Messages", [])
        )
        return bool(found)

    assert current().changes.wait_until(arrived, 10), "no message came"
    return found[0]


def rule(client: Client, name: str, pattern: dict[str, Any], **target: Any) -> str:
    arn = client("events").put_rule(Name=name, EventPattern=json.dumps(pattern))["RuleArn"]
    answer = client("events").put_targets(Rule=name, Targets=[{"Id": "t", **target}])
    assert answer["FailedEntryCount"] == 0, answer
    return str(arn)


def put(client: Client, source: str, detail: dict[str, Any]) -> str:
    entry = {"Source": source, "DetailType": "Something", "Detail": json.dumps(detail)}
    answer = client("events").put_events(Entries=[entry])
    assert answer["FailedEntryCount"] == 0, answer
    return str(answer["Entries"][0]["EventId"])
