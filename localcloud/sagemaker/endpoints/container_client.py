"""Asks a variant's containers: POST /invocations, answered within 60 seconds and not too large.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from localcloud.sagemaker.endpoints.http_connection import (
    BrokenOff,
    Connection,
    Late,
    NotListening,
    TooLarge,
)

if TYPE_CHECKING:
    from localcloud.sagemaker.endpoints.invocations import Request

INVOCATION_SECONDS = 60.0
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html: Body.
ANSWER_BYTES = 6_291_456
# What SageMaker says, with status 0, for a container that gave no answer (both texts observed).
_LATE = (
    "Your invocation timed out while waiting for a response from container primary. Review the latency "
    "metrics for each container in Amazon CloudWatch, resolve the issue, and try again."
)
_EXITED = "An error occurred while handling request as the model process exited."


class ContainerGone(Exception):
    """A container does not listen any more: nothing of the request has reached it."""


@dataclass(frozen=True)
class ContainerAnswer:
    """What a container answered, whatever the status; status 0 if it gave no answer."""

    status: int
    body: bytes
    content_type: str
    custom_attributes: str | None
    is_whole: bool = True
    """False if the body is larger than may be passed on; it is left out then."""
    seconds: float = 0.0
    """How long the container took."""
    further_metrics: Mapping[str, float] = field(default_factory=dict)
    """What only some kinds of variants measure, by the metric's name."""

    @property
    def is_good(self) -> bool:
        """Whether this is an answer to pass on as it is."""
        return 200 <= self.status < 300 and self.is_whole

    def measured(self, metrics: Mapping[str, float]) -> ContainerAnswer:
        """The same answer with further metrics."""
        return replace(self, further_metrics=metrics)


def no_process() -> ContainerAnswer:
    """The answer for a container whose process ends, or has ended."""
    return ContainerAnswer(0, _EXITED.encode(), "text/plain", None)


class ContainerClient:
    """Connections to the containers of one variant, for use by many threads at once."""

    def __init__(self) -> None:
        # By port; appending to a list and popping from it need no lock.
        self._kept: dict[int, list[Connection]] = {}

    def post(
        self, port: int, request: Request, answer_bytes: int = ANSWER_BYTES
    ) -> ContainerAnswer:
        """The answer of the container at a port of this machine. Raises ContainerGone.

        A request is sent once: whether a container that broke off had acted on it, nobody knows.
        """
        started = time.monotonic()
        connection = self._connection(port)
        try:
            answer = _exchanged(connection, _message(port, request), started, answer_bytes)
        except BaseException:
            connection.close()
            raise
        if answer.status and answer.is_whole and connection.is_reusable:
            self._kept.setdefault(port, []).append(connection)
        else:
            connection.close()
        return replace(answer, seconds=time.monotonic() - started)

    def close(self) -> None:
        """Close the connections that are not in use."""
        for port in list(self._kept):
            self.forget(port)

    def forget(self, port: int) -> None:
        """Close the connections to a container that ends."""
        for connection in self._kept.pop(port, []):
            connection.close()

    def _connection(self, port: int) -> Connection:
        kept = self._kept.setdefault(port, [])
        with contextlib.suppress(IndexError):
            while True:
                connection = kept.pop()
                if not connection.is_stale():
                    return connection
                connection.close()
        try:
            return Connection(port, INVOCATION_SECONDS)
        except NotListening as error:
            raise ContainerGone(str(error)) from error


def _exchanged(
    connection: Connection, message: bytes, started: float, answer_bytes: int
) -> ContainerAnswer:
    try:
        response = connection.exchange(message, started + INVOCATION_SECONDS, answer_bytes)
    except Late:
        return ContainerAnswer(0, _LATE.encode(), "text/plain", None)
    except BrokenOff:
        return no_process()
    except TooLarge as error:
        return ContainerAnswer(error.status, b"", "", None, is_whole=False)
    return ContainerAnswer(
        response.status,
        response.body,
        response.headers.get("content-type", ""),
        response.headers.get("x-amzn-sagemaker-custom-attributes"),
    )


def _message(port: int, request: Request) -> bytes:
    headers = {
        "Content-Type": request.content_type,
        "Accept": request.accept,
        "X-Amzn-SageMaker-Custom-Attributes": request.custom_attributes,
        "X-Amzn-SageMaker-Inference-Id": request.inference_id,
    }
    lines = [
        "POST /invocations HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"Content-Length: {len(request.body)}",
        # A header of more than one line would be more than one header.
        *(f"{name}: {' '.join(value.splitlines())}" for name, value in headers.items() if value),
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + request.body
