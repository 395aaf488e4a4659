"""A local cloud in this process, whose answers and events are all kept."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from moto.moto_api._internal.models import moto_api_backend

from localcloud import clients
from localcloud.cloud import current
from localcloud.server import Server
from localcloud.settings import Settings

from .answers import Answers

ACCOUNT = "123456789012"
REGION = "us-east-1"
ALLOW_ALL = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
    }
)
WAIT_SECONDS = 60


class Local:
    """Clients of the cloud, what they were answered, and the events that came of it."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.answers = Answers()
        self.session = boto3.Session(region_name=REGION)
        self.answers.watch(self.session.events)
        # What the services ask each other counts as well.
        self.answers.watch(clients._session.events)
        self._clients: dict[str, Any] = {}
        self.seen: list[dict[str, Any]] = []
        self._queue = self._listen()

    def client(self, service: str) -> Any:
        """A client of a service."""
        if service not in self._clients:
            self._clients[service] = self.session.client(service, endpoint_url=self.endpoint)
        return self._clients[service]

    def _listen(self) -> str:
        """A queue that a rule sends every event of AWS's services to."""
        sqs, events = self.client("sqs"), self.client("events")
        url = str(sqs.create_queue(QueueName="contract")["QueueUrl"])
        events.put_rule(Name="contract", EventPattern='{"source": [{"prefix": "aws."}]}')
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:contract"
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
        trust = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": f"{service}.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
        iam = self.client("iam")
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=ALLOW_ALL)
        return str(made["Role"]["Arn"])

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
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    server = Server(Settings(port=port, state_dir=state))
    server.start()
    try:
        # What moto keeps belongs to the process: other tests of it may have left something.
        moto_api_backend.reset()
        local = Local(server.settings.endpoint_url)
        yield local
        local.answers.forget(clients._session.events)
    finally:
        server.stop()
