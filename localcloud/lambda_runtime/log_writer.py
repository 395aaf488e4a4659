"""Writes functions' logs to CloudWatch Logs, as each function's role, after the answer has been given.

A role that may not write logs has none, as on AWS; the cloud says so once.
"""

from __future__ import annotations

import logging
import queue
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from localcloud import clients
from localcloud.cloud import Cloud

logger = logging.getLogger(__name__)

EVENTS_AT_ONCE = 500
STOP_SECONDS = 2.0


@dataclass(frozen=True)
class Destination:
    """A log stream, and who writes to it."""

    group: str
    stream: str
    region: str
    credentials: clients.Credentials


class LogWriter:
    """One thread that writes in the order of the invocations."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._queue: queue.Queue[tuple[Destination, list[str]] | None] = queue.Queue()
        self._streams: set[tuple[str, str, str]] = set()
        self._complained: set[str] = set()
        self._thread = cloud.background("lambda logs", self._run)

    def write(self, destination: Destination, lines: list[str]) -> None:
        """Append one event per line; returns at once."""
        if lines:
            self._queue.put((destination, lines))

    def stop(self) -> None:
        """Write what is left, and end."""
        self._queue.put(None)
        self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        while (item := self._queue.get()) is not None:
            destination, lines = item
            try:
                self._put(destination, lines)
            except (ClientError, BotoCoreError) as error:
                if destination.group not in self._complained and not self._cloud.stopping.is_set():
                    self._complained.add(destination.group)
                    logger.warning("no function logs in %s: %s", destination.group, error)
            self._cloud.changes.announce()

    def _put(self, destination: Destination, lines: list[str]) -> None:
        logs = clients.client("logs", destination.region, destination.credentials)
        group, stream = destination.group, destination.stream
        key = (destination.region, group, stream)
        if key not in self._streams:
            try:
                logs.create_log_stream(logGroupName=group, logStreamName=stream)
            except logs.exceptions.ResourceNotFoundException:
                logs.create_log_group(logGroupName=group)
                logs.create_log_stream(logGroupName=group, logStreamName=stream)
            self._streams.add(key)
        now = int(self._cloud.clock.now().timestamp() * 1000)
        events = [{"timestamp": now, "message": line} for line in lines]
        for first in range(0, len(events), EVENTS_AT_ONCE):
            logs.put_log_events(
                logGroupName=group,
                logStreamName=stream,
                logEvents=events[first : first + EVENTS_AT_ONCE],
            )
