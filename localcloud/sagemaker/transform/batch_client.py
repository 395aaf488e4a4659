"""The requests of a transform job to its container, and the settings that both go by.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-batch-code.html: what the job does not
say, the container may in answer to GET /execution-parameters. Payloads of unlimited size (MaxPayloadInMB
0) are sent chunked. Assumed: a request is sent again after a timeout or an answer of 500 and above.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import urllib3

from localcloud.sagemaker.transform.records import MEGABYTE

_PARAMETERS_SECONDS = 10.0
_SINGLE = ("SingleRecord", "SINGLE_RECORD")
_CHUNK_BYTES = 1 << 16


@dataclass(frozen=True)
class Settings:
    """How many requests at a time, how large, and whether each has one record only."""

    concurrent: int
    megabytes: int
    single: bool

    @property
    def strategy(self) -> str:
        """BatchStrategy, as the container is told."""
        return "SINGLE_RECORD" if self.single else "MULTI_RECORD"

    def __str__(self) -> str:
        return (
            f"MaxConcurrentTransforms={self.concurrent}, MaxPayloadInMB={self.megabytes}, "
            f"BatchStrategy={self.strategy}"
        )


def settings(request: Mapping[str, Any], container: Mapping[str, Any] | None = None) -> Settings:
    """The job's settings, else its container's, else AWS's defaults."""
    parameters = container or {}
    megabytes = request.get("MaxPayloadInMB")
    if megabytes is None:
        megabytes = parameters.get("MaxPayloadInMB", 6)
    return Settings(
        request.get("MaxConcurrentTransforms") or parameters.get("MaxConcurrentTransforms") or 1,
        int(megabytes),
        (request.get("BatchStrategy") or parameters.get("BatchStrategy")) in _SINGLE,
    )


def environment(chosen: Settings) -> dict[str, str]:
    """The variables by which a container knows that it transforms."""
    return {
        "SAGEMAKER_BATCH": "true",
        "SAGEMAKER_MAX_PAYLOAD_IN_MB": str(chosen.megabytes),
        "SAGEMAKER_BATCH_STRATEGY": chosen.strategy,
        "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS": str(chosen.concurrent),
    }


@dataclass(frozen=True)
class Answer:
    """What came back; status 0 if nothing did."""

    status: int
    body: bytes
    content_type: str


class BatchClient:
    """Asks one container, from any number of threads."""

    def __init__(self, port: int, request: Mapping[str, Any]) -> None:
        self._address = f"http://127.0.0.1:{port}"
        self._pool = urllib3.PoolManager(maxsize=32, retries=False)
        config = request.get("ModelClientConfig") or {}
        self._timeout = float(config.get("InvocationsTimeoutInSeconds", 600))
        self._attempts = 1 + int(config.get("InvocationsMaxRetries", 3))
        headers = {
            "Content-Type": request["TransformInput"].get("ContentType"),
            "Accept": request["TransformOutput"].get("Accept"),
        }
        self._headers = {name: value for name, value in headers.items() if value}

    def execution_parameters(self) -> dict[str, Any]:
        """What the container says of itself; nothing if it does not."""
        url = f"{self._address}/execution-parameters"
        try:
            response = self._pool.request("GET", url, timeout=_PARAMETERS_SECONDS)
            found = json.loads(response.data) if response.status == 200 else {}
        except (urllib3.exceptions.HTTPError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def send(self, payload: bytes, *, chunked: bool) -> Answer:
        """POST a payload, again if that may help; the last answer."""
        answer = Answer(0, b"", "")
        for _ in range(self._attempts):
            answer = self._send_once(payload, chunked=chunked)
            if 0 < answer.status < 500:
                break
        return answer

    def _send_once(self, payload: bytes, *, chunked: bool) -> Answer:
        try:
            response = self._pool.request(
                "POST",
                f"{self._address}/invocations",
                body=_chunks(payload) if chunked else payload,
                headers=self._headers,
                timeout=self._timeout,
            )
        except urllib3.exceptions.HTTPError as error:
            return Answer(0, str(error).encode(), "")
        return Answer(response.status, response.data, response.headers.get("Content-Type", ""))


def largest(chosen: Settings) -> int:
    """The bytes that a payload may have; 0 for any number."""
    return chosen.megabytes * MEGABYTE


def _chunks(payload: bytes) -> Iterator[bytes]:
    for start in range(0, len(payload), _CHUNK_BYTES):
        yield payload[start : start + _CHUNK_BYTES]
