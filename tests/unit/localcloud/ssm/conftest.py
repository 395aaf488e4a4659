"""A running local cloud, and a queue that a rule sends the changes of some parameters to."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from localcloud.cloud import current
from tests.local_server import LocalCloud

Events = Callable[[int], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def person(endpoint: str) -> LocalCloud:
    """The clients of the account's administrator."""
    return LocalCloud(endpoint)


@pytest.fixture
def watched(person: LocalCloud, request: pytest.FixtureRequest) -> tuple[str, Events]:
    """A prefix of names, and what waits for so many events of parameters under it."""
    prefix = f"/{request.node.name}".replace("[", "-").replace("]", "")
    name = prefix.strip("/")[:60]
    url, arn = person.make_queue(name)
    pattern = {
        "source": ["aws.ssm"],
        "detail-type": ["Parameter Store Change"],
        "detail": {"name": [{"prefix": prefix}]},
    }
    person.client("events").put_rule(Name=name, EventPattern=json.dumps(pattern))
    person.client("events").put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
    seen: list[dict[str, Any]] = []

    def events(count: int) -> list[dict[str, Any]]:
        sqs = person.client("sqs")

        def came() -> bool:
            answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
            for message in answer.get("Messages", []):
                seen.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            return len(seen) >= count

        assert current().changes.wait_until(came, 20), f"{len(seen)} of {count} events: {seen}"
        return seen

    return prefix, events
