"""What processing and training jobs have in common: identity, status, times, tags, a way to stop."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from moto.utilities.utils import get_partition

from localcloud.cloud import current
from localcloud.errors import ValidationException
from localcloud.events import bus

TERMINAL = ("Completed", "Failed", "Stopped")
# Who keeps account of all jobs, and is told of every change of one before anybody else: lineage.
watchers: list[Callable[[Job], None]] = []


class Job(ABC):
    """One job, from its request to its end. Its members are read without a lock, as AWS's API is."""

    kind: ClassVar[str]
    detail_type: ClassVar[str]

    def __init__(self, name: str, request: Mapping[str, Any], account_id: str, region: str) -> None:
        self.name = name
        self.request = dict(request)
        self.account_id = account_id
        self.region = region
        self.arn = (
            f"arn:{get_partition(region)}:sagemaker:{region}:{account_id}:{self.kind}/"
            f"{name.lower()}"
        )
        self.tags: list[dict[str, str]] = list(request.get("Tags") or [])
        self.status = "InProgress"
        self.failure_reason: str | None = None
        self.created = self.modified = current().clock.now()
        self.started: datetime | None = None
        self.ended: datetime | None = None
        self.stop_requested = threading.Event()
        # Held while the status changes: a job that has ended cannot be stopped any more.
        self.status_lock = threading.Lock()

    @property
    def role_arn(self) -> str:
        """The role as which the job works."""
        return str(self.request["RoleArn"])

    @abstractmethod
    def describe(self) -> dict[str, Any]:
        """The job as its Describe operation answers it."""

    @abstractmethod
    def summary(self) -> dict[str, Any]:
        """The job as its List operation answers it."""

    @abstractmethod
    def event_detail(self) -> dict[str, Any]:
        """The detail of the job's state change event."""

    def request_stop(self) -> None:
        """Stop<noun>Job: the job is Stopping until its container has ended."""
        with self.status_lock:
            if self.status in TERMINAL:
                noun = self.kind.replace("-", " ")
                raise ValidationException(
                    f"The request was rejected because the {noun} is in status {self.status}"
                )
            if self.stop_requested.is_set():
                return
            self.stop_requested.set()
            self.begin_stopping()
        self.changed()

    @abstractmethod
    def begin_stopping(self) -> None:
        """Go over to Stopping."""

    def changed(self) -> None:
        """Say that the status has changed: to whoever waits, and as an event."""
        self.modified = current().clock.now()
        for watcher in watchers:
            watcher(self)
        current().changes.announce()
        bus.emit(
            "aws.sagemaker",
            self.detail_type,
            self.event_detail(),
            resources=[self.arn],
            account_id=self.account_id,
            region=self.region,
        )


def without_none(members: Mapping[str, Any]) -> dict[str, Any]:
    """A response without the members that have no value."""
    return {name: value for name, value in members.items() if value is not None}


def milliseconds(moment: datetime | None) -> int | None:
    """A moment as the events have it."""
    return None if moment is None else int(moment.timestamp() * 1000)
