"""Requests that prod gets meanwhile: at a fixed rate, whether or not the ones before were answered."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

RATE = 8.0
THREADS = 16


@dataclass
class Count:
    """What came of the requests so far."""

    sent: int = 0
    failed: list[str] = field(default_factory=list)
    slowest: float = 0.0


class Traffic:
    """Sends records to an endpoint, one a request, from `with` to its end. An SDK's own second attempts
    are off: a request that fails once has failed."""

    def __init__(
        self, endpoint_url: str, region: str, endpoint_name: str, records: list[str]
    ) -> None:
        self.count = Count()
        self._runtime = boto3.client(
            "sagemaker-runtime",
            endpoint_url=endpoint_url,
            region_name=region,
            aws_access_key_id="localcloud",
            aws_secret_access_key="localcloud",
            config=Config(retries={"total_max_attempts": 1}, max_pool_connections=THREADS),
        )
        self._endpoint_name = endpoint_name
        self._records = records
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(THREADS)
        self._sender = threading.Thread(target=self._send_all, daemon=True)

    def __enter__(self) -> Traffic:
        self._sender.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._sender.join()
        self._pool.shutdown()

    def since_last(self) -> Count:
        """What came of the requests since this was asked last."""
        with self._lock:
            taken, self.count = self.count, Count()
        return taken

    def _send_all(self) -> None:
        started = time.monotonic()
        number = 0
        while not self._ended.wait(max(0.0, started + number / RATE - time.monotonic())):
            self._pool.submit(self._send, self._records[number % len(self._records)])
            number += 1

    def _send(self, record: str) -> None:
        sent, failure = time.monotonic(), None
        try:
            self._runtime.invoke_endpoint(
                EndpointName=self._endpoint_name,
                ContentType="text/csv",
                Accept="text/csv",
                Body=record.encode(),
            )["Body"].read()
        except (ClientError, BotoCoreError) as error:
            failure = str(error)
        with self._lock:
            self.count.sent += 1
            self.count.slowest = max(self.count.slowest, time.monotonic() - sent)
            if failure:
                self.count.failed.append(failure)
