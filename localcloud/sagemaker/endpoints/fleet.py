"""The containers behind an endpoint, and the requests that they answer.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html: POST /invocations
is answered within 60 seconds. Known difference: a container that ends stays ended, its requests fail.
"""

from __future__ import annotations

import contextlib
import logging
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import urllib3

from localcloud.sagemaker.endpoints.data_capture import DataCapture
from localcloud.sagemaker.endpoints.serving.container import ServingContainer

if TYPE_CHECKING:
    from localcloud.sagemaker.endpoints.invocations import Request

logger = logging.getLogger(__name__)

INVOCATION_SECONDS = 60.0
# What SageMaker says, with status 0, for a container that does not answer in time (observed).
_LATE = (
    "Your invocation timed out while waiting for a response from container primary. Review the latency "
    "metrics for each container in Amazon CloudWatch, resolve the issue, and try again."
)


@dataclass(frozen=True)
class ContainerAnswer:
    """What a container answered, whatever the status; status 0 if it did not in time."""

    status: int
    body: bytes
    content_type: str
    custom_attributes: str | None


class Variant:
    """The containers of one production variant."""

    def __init__(
        self,
        name: str,
        weight: float,
        containers: list[ServingContainer],
        capture: DataCapture | None,
    ) -> None:
        self.name = name
        self.weight = weight
        self.capture = capture
        self._containers = containers
        self._pool = urllib3.PoolManager(maxsize=32, retries=False)
        self._next = 0

    @property
    def instances(self) -> int:
        """How many containers share the variant's traffic."""
        return len(self._containers)

    def send(self, request: Request) -> ContainerAnswer:
        """POST a request to the next container; one that is gone answers 500."""
        self._next = (self._next + 1) % len(self._containers)
        container = self._containers[self._next]
        headers = {
            "Content-Type": request.content_type,
            "Accept": request.accept,
            "X-Amzn-SageMaker-Custom-Attributes": request.custom_attributes,
            "X-Amzn-SageMaker-Inference-Id": request.inference_id,
        }
        try:
            response = self._pool.request(
                "POST",
                f"http://127.0.0.1:{container.port}/invocations",
                body=request.body,
                headers={name: value for name, value in headers.items() if value},
                timeout=INVOCATION_SECONDS,
            )
        except urllib3.exceptions.TimeoutError:
            return ContainerAnswer(0, _LATE.encode(), "text/plain", None)
        except urllib3.exceptions.HTTPError as error:
            return ContainerAnswer(500, str(error).encode(), "text/plain", None)
        return ContainerAnswer(
            response.status,
            response.data,
            response.headers.get("Content-Type", ""),
            response.headers.get("X-Amzn-SageMaker-Custom-Attributes"),
        )

    def stop(self) -> None:
        """Write what was captured and end the containers."""
        try:
            if self.capture is not None:
                self.capture.flush()
        except Exception:
            logger.exception("captured data of variant %s could not be written", self.name)
        finally:
            for container in self._containers:
                container.stop()
            self._pool.clear()


class Fleet:
    """Everything that serves one configuration of one endpoint."""

    def __init__(self, variants: list[Variant]) -> None:
        self._variants = variants
        self._random = random.Random()
        self._requests = 0
        self._changed = threading.Condition()

    def choose(self, target: str | None) -> Variant | None:
        """The variant that a request asks for, or one by weight; None for an unknown name."""
        if target is not None:
            return next((variant for variant in self._variants if variant.name == target), None)
        weights = [variant.weight for variant in self._variants]
        return self._random.choices(self._variants, weights if any(weights) else None)[0]

    def enter(self) -> None:
        """A request begins: the fleet stays until it has been answered."""
        with self._changed:
            self._requests += 1

    @contextlib.contextmanager
    def leaving(self) -> Iterator[Fleet]:
        """The rest of a request that has entered."""
        try:
            yield self
        finally:
            with self._changed:
                self._requests -= 1
                self._changed.notify_all()

    def stop(self) -> None:
        """End every container, once the requests that it has are answered."""
        with self._changed:
            self._changed.wait_for(lambda: self._requests == 0, INVOCATION_SECONDS)
        for variant in self._variants:
            variant.stop()
