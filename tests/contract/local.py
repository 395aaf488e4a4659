"""A local cloud in this process, whose answers and events are all kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

from localcloud import clients
from localcloud.cloud import current
from tests.local_server import REGION, LocalCloud, service_principal, serving

from .answers import Answers

WAIT_SECONDS = 60


class Local(LocalCloud):
    """Clients of the cloud, what they were answered, and the events that came of it."""

    def __init__(self, endpoint: str) -> None:
        session = boto3.Session(region_name=REGION)
        super().__init__(endpoint, session=session)
        self.answers = Answers()
        self.answers.watch(session.events)
        # What the services ask each other counts as well.
        self.answers.watch(clients._session.events)
        self.seen: list[dict[str, Any]] = []
        self._queue = self._listen()

    def _listen(self) -> str:
        """A queue that a rule sends every event of AWS's services to."""
        events = self.client("events")
        url, arn = self.make_queue("contract")
        events.put_rule(Name="contract", EventPattern='{"source": [{"prefix": "aws."}]}')
        answer = events.put_targets(Rule="contract", Targets=[{"Id": "queue", "Arn": arn}])
        assert answer["FailedEntryCount"] == 0, answer
        return url

    def events(self, detail_type: str, **detail: Any) -> list[dict[str, Any]]:
        """The events of a kind that have come so far, with these members in the detail."""
        sqs = self.client("sqs")
        while messages := sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for message in messages:
                self.seen.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
        return [
            event
            for event in self.seen
            if event["detail-type"] == detail_type
            and all(event["detail"].get(name) == value for name, value in detail.items())
        ]

    def event(self, detail_type: str, **detail: Any) -> dict[str, Any]:
        """Wait for such an event."""
        self.until(lambda: bool(self.events(detail_type, **detail)), f"{detail_type} {detail}")
        return self.events(detail_type, **detail)[0]

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait for a condition."""
        assert current().changes.wait_until(condition, WAIT_SECONDS), f"never happened: {what}"

    def role(self, name: str, service: str) -> str:
        """A role that a service can assume and that may do everything; its ARN."""
        return self.make_role(name, service_principal(service))

    def bucket(self, name: str) -> str:
        """A versioned bucket that tells EventBridge of its objects; its name."""
        s3 = self.client("s3")
        s3.create_bucket(Bucket=name)
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        s3.put_bucket_notification_configuration(
            Bucket=name, NotificationConfiguration={"EventBridgeConfiguration": {}}
        )
        return name


@contextmanager
def running(state: Path) -> Iterator[Local]:
    """A local cloud, for as long as the block lasts."""
    with serving(state) as endpoint:
        local = Local(endpoint)
        yield local
        local.answers.forget(clients._session.events)
