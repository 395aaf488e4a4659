"""Lambda, SQS and S3 in memory, for executions without a server."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from localcloud.changes import Changes

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:find"
QUEUE = "https://sqs.us-east-1.amazonaws.com/123456789012/callbacks"


class FakeLambda:
    """One function, which returns `result`, when `release` is set if it is `held`."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self.events: list[Any] = []
        self.result: Any = {}
        self.error: Mapping[str, str] | None = None
        self.refusal: Exception | None = None
        self.release = threading.Event()
        self.held = False

    def invoke(self, FunctionName: str, InvocationType: str, Payload: bytes) -> dict[str, Any]:
        assert (FunctionName, InvocationType) == (FUNCTION, "RequestResponse")
        self.events.append(json.loads(Payload))
        self._changes.announce()
        if self.held:
            assert self.release.wait(20)
        if self.refusal is not None:
            raise self.refusal
        content = self.result if self.error is None else self.error
        answer: dict[str, Any] = {"Payload": io.BytesIO(json.dumps(content).encode())}
        return answer if self.error is None else {**answer, "FunctionError": "Unhandled"}


class FakeSqs:
    """One queue, whose messages are kept."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.refusal: ClientError | None = None

    def send_message(self, QueueUrl: str, MessageBody: str) -> None:
        if self.refusal is not None:
            raise self.refusal
        assert QueueUrl == QUEUE
        self.messages.append(json.loads(MessageBody))


class FakeS3:
    """Objects in a dictionary."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:
        uri = f"s3://{Bucket}/{Key}"
        if uri not in self.objects:
            raise refusal("GetObject", "NoSuchKey", "The specified key does not exist.", 404)
        return {"Body": io.BytesIO(self.objects[uri])}


def refusal(operation: str, code: str, message: str, status: int = 400) -> ClientError:
    """A service's refusal, as botocore raises it."""
    return ClientError(
        {
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {"HTTPStatusCode": status},
        },
        operation,
    )
