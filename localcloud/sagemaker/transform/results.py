"""Sends objects to a container and collects their results, in the order of the input.

https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform.html: an object with a bad record has no
result, the others are processed all the same. Requests are made several at a time, across objects.
"""

from __future__ import annotations

import gzip
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from localcloud.sagemaker.transform.batch_client import Answer, BatchClient, Settings, largest
from localcloud.sagemaker.transform.data_processing import DataProcessing
from localcloud.sagemaker.transform.input_objects import InputObject
from localcloud.sagemaker.transform.job_log import TransformLog
from localcloud.sagemaker.transform.records import DataError, Payload, payloads, split

_STOP_CHECK_SECONDS = 0.1


@dataclass
class Result:
    """What has become of one object; `failure` is the code of its failure, once it has failed."""

    source: InputObject
    path: Path
    failure: str | None = None


@dataclass(frozen=True)
class _Sent:
    result: Result
    payload: Payload
    answer: Future[Answer]


class Transformation:
    """The work of one job on its objects."""

    def __init__(
        self,
        request: dict[str, Any],
        *,
        client: BatchClient,
        chosen: Settings,
        s3: Any,
        directory: Path,
        log: TransformLog,
        is_stopped: Callable[[], bool],
    ) -> None:
        self._source = request["TransformInput"]
        self._by_line = request["TransformOutput"].get("AssembleWith") == "Line"
        self._processing = DataProcessing(request)
        self._client, self._chosen = client, chosen
        self._s3, self._directory, self._log = s3, directory, log
        self._is_stopped = is_stopped

    def run(self, objects: Iterable[InputObject]) -> list[Result]:
        """Transform objects until all are done, or the job is stopped."""
        results: list[Result] = []
        waiting: deque[_Sent] = deque()
        pool = ThreadPoolExecutor(self._chosen.concurrent, "transform")
        try:
            for number, source in enumerate(objects):
                result = Result(source, self._directory / f"{number}.out")
                result.path.touch()
                results.append(result)
                for payload in self._payloads(result):
                    if self._is_stopped():
                        return results
                    answer = pool.submit(
                        self._client.send, payload.body, chunked=not self._chosen.megabytes
                    )
                    waiting.append(_Sent(result, payload, answer))
                    while len(waiting) > self._chosen.concurrent:
                        self._take(waiting.popleft())
            while waiting and not self._is_stopped():
                self._take(waiting.popleft())
            return results
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _payloads(self, result: Result) -> Iterator[Payload]:
        """An object's payloads, until one cannot be made or the object has failed."""
        try:
            with self._open(result) as lines:
                records = split(lines, self._source.get("SplitType") or "None")
                for payload in payloads(
                    records,
                    self._processing.prepare,
                    max_bytes=largest(self._chosen),
                    single=self._chosen.single,
                ):
                    if result.failure:
                        return
                    yield payload
        except (DataError, OSError, EOFError) as error:
            self._fail(result, "ClientError", "ClientError: 400", str(error))
        except ClientError as error:
            self._fail(result, "ClientError", "ClientError: S3", str(error))

    def _open(self, result: Result) -> Any:
        path = result.path.with_suffix(".in")
        body = self._s3.get_object(Bucket=result.source.bucket, Key=result.source.key)["Body"]
        with path.open("wb") as file:
            shutil.copyfileobj(body, file)
        return gzip.open(path) if self._source.get("CompressionType") == "Gzip" else path.open("rb")

    def _take(self, sent: _Sent) -> None:
        # A container may take minutes over an answer that nobody wants any more.
        while not wait([sent.answer], _STOP_CHECK_SECONDS).done:
            if self._is_stopped():
                return
        answer = sent.answer.result()
        if sent.result.failure:
            return
        if not 200 <= answer.status < 300:
            kind = "ClientError" if 400 <= answer.status < 500 else "AlgorithmError"
            cause = f"{kind}: {answer.status or 'no answer'}"
            self._fail(sent.result, kind, cause, answer.body.decode(errors="replace"))
            return
        try:
            kept = self._processing.finish(sent.payload.records, answer.body, answer.content_type)
        except DataError as error:
            self._fail(sent.result, "ClientError", "ClientError: 400", str(error))
            return
        with sent.result.path.open("ab") as file:
            file.write(kept)
            if self._by_line and not kept.endswith(b"\n"):
                file.write(b"\n")

    def _fail(self, result: Result, kind: str, cause: str, message: str) -> None:
        result.failure = kind
        self._log.failed(result.source, cause, message)
