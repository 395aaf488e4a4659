"""A build's log in CloudWatch Logs, written as the build's role while the build runs.

https://docs.aws.amazon.com/codebuild/latest/APIReference/API_CloudWatchLogsConfig.html: the group is
`/aws/codebuild/<project>` or the configured one, the stream the build's uuid, after the configured
stream name and a slash if there is one. Difference: AWS ends each message with a line break.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Iterable

from botocore.exceptions import BotoCoreError, ClientError

from localcloud import clients
from localcloud.cloud import current
from localcloud.codebuild.build import Build
from localcloud.codebuild.errors import PhaseFailed

logger = logging.getLogger(__name__)

EVENTS_AT_ONCE = 1000
SECONDS_BETWEEN_WRITES = 0.05
STOP_SECONDS = 10.0
MASK = "***"


class BuildLog:
    """One build's log stream, with a thread that writes to it."""

    def __init__(self, build: Build, credentials: clients.Credentials) -> None:
        settings = build.plan.cloud_watch_logs
        prefix = settings.get("streamName")
        self.enabled = settings["status"] == "ENABLED"
        self._group = settings.get("groupName") or f"/aws/codebuild/{build.plan.project_name}"
        self._stream = f"{prefix}/{build.uuid}" if prefix else build.uuid
        self._build = build
        self._client = clients.client("logs", build.region, credentials)
        self._lines: deque[tuple[int, str]] = deque()
        self._written = threading.Event()
        self._ended = threading.Event()
        self._secrets: list[str] = []
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Make the stream (and its group), or fail the phase as AWS does."""
        if not self.enabled:
            return
        try:
            try:
                self._client.create_log_stream(logGroupName=self._group, logStreamName=self._stream)
            except self._client.exceptions.ResourceNotFoundException:
                self._client.create_log_group(logGroupName=self._group)
                self._client.create_log_stream(logGroupName=self._group, logStreamName=self._stream)
        except (ClientError, BotoCoreError) as error:
            raise PhaseFailed(
                "ACCESS_DENIED",
                # Observed: https://github.com/juspay/hyperswitch-cdk/pull/37
                f"Service role {self._build.plan.service_role} does not allow AWS CodeBuild to "
                f"create Amazon CloudWatch Logs log streams for build {self._build.arn}. "
                f"Error message: {_message(error)}",
            ) from error
        self._build.log_group, self._build.log_stream = self._group, self._stream
        self._thread = current().background(f"log of {self._build.id}", self._run)

    def hide(self, secrets: Iterable[str]) -> None:
        """Have these values written as `***` from now on, as AWS does with secrets."""
        self._secrets = sorted({*self._secrets, *filter(None, secrets)}, key=len, reverse=True)

    def line(self, text: str) -> None:
        """Append one line; returns at once."""
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        if self.enabled and text:
            self._lines.append((int(current().clock.now().timestamp() * 1000), text))
            self._written.set()

    def container(self, text: str) -> None:
        """Append a line of CodeBuild's own."""
        now = current().clock.now()
        for line in text.split("\n"):
            self.line(f"[Container] {now:%Y/%m/%d %H:%M:%S.%f} {line}")

    def close(self) -> None:
        """Write what is left, and end."""
        self._ended.set()
        self._written.set()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        while not (self._ended.is_set() and not self._lines):
            self._written.wait()
            self._written.clear()
            while self._lines:
                batch = [
                    self._lines.popleft() for _ in range(min(len(self._lines), EVENTS_AT_ONCE))
                ]
                try:
                    self._client.put_log_events(
                        logGroupName=self._group,
                        logStreamName=self._stream,
                        logEvents=[{"timestamp": at, "message": text} for at, text in batch],
                    )
                except (ClientError, BotoCoreError) as error:
                    if not current().stopping.is_set():
                        logger.warning("no log of build %s: %s", self._build.id, _message(error))
                    return
            self._ended.wait(SECONDS_BETWEEN_WRITES)


def _message(error: Exception) -> str:
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Message", error))
    return str(error)
