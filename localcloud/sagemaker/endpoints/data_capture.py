"""Data capture: what went in and out of an endpoint, as JSON lines in S3.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html: objects are
`<destination>/<endpoint>/<variant>/yyyy/mm/dd/hh/<name>.jsonl`, by the UTC hour of the invocations. Their
names (`MM-SS-mmm-<uuid>`) were observed. Records are gathered for a second and written together; on AWS
that takes a couple of minutes.

They are written as the model's role. What S3 refuses is told in the stream `<variant>/data-capture` of
the endpoint's log group (a stream of the local cloud's own) and tried again, later and later, until there
is too much of it; requests are answered all the while. What is gathered when the variant ends is written
before that.
"""

from __future__ import annotations

import logging
import random
import threading
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from localcloud import clients
from localcloud.cloud import current
from localcloud.errors import AwsError
from localcloud.sagemaker.endpoints.capture_record import Invocation, line

logger = logging.getLogger(__name__)

# When an invocation was, and its line.
Record = tuple[datetime, str]

GATHER_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
# Of what was refused, no more is kept for another try (characters of JSON).
KEPT_CHARACTERS = 32 << 20
# One object holds no more, of several thousand a second.
OBJECT_CHARACTERS = 16 << 20


class DataCapture:
    """Captures the invocations of one variant of one endpoint under one configuration."""

    def __init__(
        self,
        config: Mapping[str, Any],
        endpoint: str,
        variant: str,
        region: str,
        role_arn: str,
        log: Callable[[str, list[str]], None],
    ) -> None:
        """`config` is a DataCaptureConfig; `log` appends lines to a stream of the endpoint's log."""
        self._config = config
        self._path = f"{endpoint}/{variant}"
        self._region = region
        self._role_arn = role_arn
        self._log = log
        self._stream = f"{variant}/data-capture"
        self._random = random.Random()
        self._lock = threading.Lock()
        self._gathered: deque[Record] = deque()
        self._size = 0
        self._lost = 0
        self._is_refused = False
        self._is_writing = False
        self._writer = threading.Lock()

    def record(self, invocation: Invocation) -> None:
        """Keep an invocation, if it is in the sample; it is written in the background."""
        if not self._config.get("EnableCapture", True):
            return
        if self._random.random() * 100 >= self._config["InitialSamplingPercentage"]:
            return
        now = current().clock.now()
        text = line(self._config, invocation, now)
        with self._lock:
            self._gathered.append((now, text))
            self._size += len(text)
            begins, self._is_writing = not self._is_writing, True
            is_full = self._size > KEPT_CHARACTERS
            if is_full and self._is_refused:
                self._forget_oldest()
        if begins:
            current().background(f"capture {self._path}", self._write_on)
        if is_full and not self._is_refused:
            # More than S3 takes: rather than lose any of it, this request waits.
            self.flush()

    def flush(self) -> None:
        """Write what has been gathered, and wait for what is being written."""
        self._write()

    def _write_on(self) -> None:
        """Write what is gathered, again and again until there is nothing."""
        cloud, pause = current(), GATHER_SECONDS
        while not cloud.clock.wait(cloud.stopping, pause):
            pause = GATHER_SECONDS if self._write() else min(2 * pause, LONGEST_PAUSE_SECONDS)
            with self._lock:
                if not self._gathered:
                    self._is_writing = False
                    return

    def _write(self) -> bool:
        """Write all that is gathered now; whether S3 has taken it. One thread at a time does."""
        with self._writer:
            with self._lock:
                left, self._gathered, self._size = list(self._gathered), deque(), 0
            while left:
                count = _fitting(left)
                try:
                    self._put(left[0][0], [text for _, text in left[:count]])
                except (AwsError, BotoCoreError, ClientError) as error:
                    self._refused(left, error)
                    return False
                left = left[count:]
            self._is_refused = False
            return True

    def _put(self, begin: datetime, lines: list[str]) -> None:
        bucket, _, prefix = self._config["DestinationS3Uri"].partition("://")[2].partition("/")
        name = f"{begin:%Y/%m/%d/%H/%M-%S}-{begin.microsecond // 1000:03d}-{uuid.uuid4()}.jsonl"
        key = "/".join(part for part in (prefix.strip("/"), self._path, name) if part)
        session = clients.role_session(self._role_arn, "SageMaker", "sagemaker.amazonaws.com")
        encryption = (
            {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self._config["KmsKeyId"]}
            if self._config.get("KmsKeyId")
            else {}
        )
        body = "".join(f"{text}\n" for text in lines).encode()
        clients.client("s3", self._region, session).put_object(
            Bucket=bucket, Key=key, Body=body, **encryption
        )

    def _refused(self, left: list[Record], error: Exception) -> None:
        """Keep what could not be written for another try, as much of it as may be."""
        with self._lock:
            self._is_refused = True
            self._gathered.extendleft(reversed(left))
            self._size += sum(len(text) for _, text in left)
            self._forget_oldest()
            lost, self._lost = self._lost, 0
        text = f"{len(left)} captured records could not be written"
        if lost:
            text += f", {lost} are lost"
        text += f": {error}"
        logger.warning("%s: %s", self._path, text)
        self._log(self._stream, [text])

    def _forget_oldest(self) -> None:
        while self._size > KEPT_CHARACTERS:
            self._size -= len(self._gathered.popleft()[1])
            self._lost += 1


def _fitting(gathered: list[Record]) -> int:
    """How many of the first records make one object: of one hour, and not too large."""
    first, size = gathered[0][0], 0
    for number, (time, text) in enumerate(gathered):
        size += len(text)
        is_later = (time.date(), time.hour) != (first.date(), first.hour)
        if number and (is_later or size > OBJECT_CHARACTERS):
            return number
    return len(gathered)
