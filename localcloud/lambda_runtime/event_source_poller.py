"""Reads the queue of an event source mapping, and invokes its function with what it finds.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html and
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
The queue is read, and messages are deleted, as the function's role. What the function fails on stays in
the queue and is seen again after the queue's visibility timeout; SQS moves it to the dead-letter queue
after the `maxReceiveCount` of its redrive policy. Five batches at most are with the function at a time
(AWS begins with five and adds more), or as many as `MaximumConcurrency` says.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from localcloud import clients
from localcloud.cloud import current
from localcloud.errors import AwsError
from localcloud.lambda_runtime import event_source_record as records
from localcloud.lambda_runtime.event_source_request import queue_of
from localcloud.lambda_runtime.event_sources import ENABLED, EventSourceMapping
from localcloud.lambda_runtime.executor import executor
from localcloud.lambda_runtime.function import LambdaFunction
from localcloud.lambda_runtime.function_request import SERVICE
from localcloud.queue_url import queue_url

logger = logging.getLogger(__name__)

CONCURRENT_BATCHES = 5
RECEIVED_AT_ONCE = 10
# SQS is moto's: it does not announce a message, and a visibility timeout ends by itself.
RECHECK_SECONDS = 0.2
# After a problem that only a person can end, such as a role that lacks a permission.
PROBLEM_SECONDS = 5.0

FindFunction = Callable[[], LambdaFunction]


def start(mapping: EventSourceMapping, find: FindFunction) -> None:
    """Have a mapping read from now on, if it is enabled; what read it before stops."""
    mapping.poller += 1
    if mapping.state == ENABLED:
        poller = _Poller(mapping, find)
        current().background(f"event source {mapping.queue_arn}", poller.run)
    current().changes.announce()


class _Poller:
    """One reader of one queue."""

    def __init__(self, mapping: EventSourceMapping, find: FindFunction) -> None:
        self._mapping = mapping
        self._find = find
        self._number = mapping.poller
        self._free = threading.Semaphore(mapping.concurrency or CONCURRENT_BATCHES)

    def run(self) -> None:
        """Read until the mapping is changed, disabled or deleted, or the cloud stops."""
        cloud = current()
        while not self._is_over():
            cloud.changes.wait_until(
                lambda: self._is_over() or self._has_messages(),
                60.0,
                stop=cloud.stopping,
                recheck_seconds=RECHECK_SECONDS,
            )
            if self._is_over() or not self._has_messages():
                continue
            try:
                self._take_batch()
            except (AwsError, ClientError, BotoCoreError) as error:
                self._mapping.last_result = f"PROBLEM: {error}"
                logger.warning("event source %s: %s", self._mapping.queue_arn, error)
                cloud.changes.wait_until(self._is_over, PROBLEM_SECONDS, stop=cloud.stopping)

    def _is_over(self) -> bool:
        mapping = self._mapping
        stopped = current().stopping.is_set()
        return stopped or mapping.state != ENABLED or mapping.poller != self._number

    def _has_messages(self) -> bool:
        try:
            return bool(queue_of(self._mapping.queue_arn).messages)
        except AwsError:
            return False  # the queue was deleted

    def _take_batch(self) -> None:
        """Give a batch to the function, once it has room for one: an unread message ages in the queue,
        but one that was read and waits here would be seen again."""
        self._free.acquire()
        given = False
        try:
            function = self._find()
            messages = self._receive(function)
            if messages and not self._is_over():
                current().background(
                    f"batch of {self._mapping.queue_arn}", self._process, function, messages
                )
                given = True
        finally:
            if not given:
                self._free.release()

    def _receive(self, function: LambdaFunction) -> list[dict[str, Any]]:
        """As many messages as a batch takes, or as there are when its window ends."""
        cloud, settings = current(), self._mapping.settings
        sqs, url = self._queue(function)
        most = int(settings["BatchSize"])
        window = float(settings["MaximumBatchingWindowInSeconds"])
        deadline = cloud.clock.monotonic() + window
        messages: list[dict[str, Any]] = []
        while True:
            found = sqs.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=min(RECEIVED_AT_ONCE, most - len(messages)),
                MessageSystemAttributeNames=["All"],
                MessageAttributeNames=["All"],
                WaitTimeSeconds=0,
            ).get("Messages", [])
            messages.extend(found)
            left = deadline - cloud.clock.monotonic()
            if len(messages) >= most or left <= 0 or self._is_over():
                return messages
            cloud.changes.wait_until(
                lambda: self._is_over() or self._has_messages(),
                left,
                stop=cloud.stopping,
                recheck_seconds=RECHECK_SECONDS,
            )

    def _process(self, function: LambdaFunction, messages: list[dict[str, Any]]) -> None:
        try:
            event = json.dumps(records.event(messages, self._mapping.queue_arn))
            invocation = executor().invoke(function, event)
            by_id = {message["MessageId"]: message for message in messages}
            if invocation.function_error:
                self._mapping.last_result = "PROBLEM: Function call failed"
                return
            again: set[str] = set()
            if self._mapping.reports_failures:
                again = records.failed(json.loads(invocation.payload or b"null"), by_id)
            self._delete(function, [by_id[name] for name in by_id if name not in again])
            self._mapping.last_result = "OK"
        except (AwsError, ClientError, BotoCoreError) as error:
            # A throttled function, too: the messages are seen again.
            self._mapping.last_result = f"PROBLEM: {error}"
            logger.warning("event source %s: %s", self._mapping.queue_arn, error)
        finally:
            self._free.release()

    def _delete(self, function: LambdaFunction, messages: list[dict[str, Any]]) -> None:
        sqs, url = self._queue(function)
        for begin in range(0, len(messages), RECEIVED_AT_ONCE):
            entries = [
                {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
                for number, message in enumerate(messages[begin : begin + RECEIVED_AT_ONCE])
            ]
            sqs.delete_message_batch(QueueUrl=url, Entries=entries)

    def _queue(self, function: LambdaFunction) -> tuple[Any, str]:
        credentials = clients.role_session(function.role, function.function_name, SERVICE)
        sqs = clients.client("sqs", self._mapping.region, credentials)
        return sqs, queue_url(self._mapping.queue_arn)
