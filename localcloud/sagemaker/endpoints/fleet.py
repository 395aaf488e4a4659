"""The containers behind an endpoint, and the requests that they answer.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html: POST /invocations
is answered within 60 seconds.
"""

from __future__ import annotations

import contextlib
import logging
import random
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from localcloud.sagemaker.endpoints import fleet_upkeep
from localcloud.sagemaker.endpoints.container_client import (
    INVOCATION_SECONDS,
    ContainerAnswer,
    ContainerClient,
    ContainerGone,
)
from localcloud.sagemaker.endpoints.data_capture import DataCapture
from localcloud.sagemaker.endpoints.instances import Instances
from localcloud.sagemaker.endpoints.serving.container import ServingContainer

if TYPE_CHECKING:
    from localcloud.sagemaker.endpoints.invocations import Request

logger = logging.getLogger(__name__)

# Starts so many more containers of a variant and waits until they are healthy, unless it is given up.
Launch = Callable[[int, Callable[[], bool]], list[ServingContainer]]


class Variant:
    """The containers of one production variant."""

    is_serverless = False
    # https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html: Body.
    payload_bytes = 6_291_456

    def __init__(
        self,
        name: str,
        weight: float,
        containers: list[ServingContainer],
        capture: DataCapture | None,
        config_name: str,
        launch: Launch,
    ) -> None:
        self.name = name
        self.config_name = config_name
        self.weight = weight
        self.capture = capture
        self._launch = launch
        self._instances = Instances(containers)
        self._client = ContainerClient()
        self._keep_up()

    @property
    def instances(self) -> int:
        """How many containers share the variant's traffic."""
        return self._instances.active

    @property
    def is_open(self) -> bool:
        """Whether it has not been closed."""
        return self._instances.is_open

    @property
    def containers(self) -> list[ServingContainer]:
        """All containers, with or without traffic."""
        return self._instances.containers

    def activate(self, count: int | None) -> None:
        """Let so many instances have traffic; None for all."""
        self._instances.activate(count)

    def grow(self, count: int, given_up: Callable[[], bool]) -> None:
        """Start so many more instances. Raises HostingFailure; nothing has changed then."""
        started = self._launch(count, given_up)
        for instance in self._instances.add(started):
            fleet_upkeep.watch(self._label, self._instances, instance, self._one_more)

    def shrink(self, count: int) -> None:
        """End so many instances, each once its requests are answered."""
        self._instances.end(count)

    def close(self) -> None:
        """A container that ends is not replaced from now on."""
        self._instances.close()

    def send(self, request: Request) -> ContainerAnswer:
        """POST a request to the next container; if all are gone the answer is 500."""
        for _ in self.containers[1:]:
            # One that ended a moment ago: nothing of the request has reached it.
            with contextlib.suppress(ContainerGone), self._instances.next() as container:
                return self._client.post(container.port, request)
        with self._instances.next() as container:
            try:
                return self._client.post(container.port, request)
            except ContainerGone as error:
                return ContainerAnswer(500, str(error).encode(), "text/plain", None)

    def stop(self) -> None:
        """Write what was captured and end the containers."""
        try:
            if self.capture is not None:
                self.capture.flush()
        except Exception:
            logger.exception("captured data of variant %s could not be written", self.name)
        finally:
            self._instances.stop()
            self._client.close()

    @property
    def _label(self) -> str:
        return f"variant {self.name} of {self.config_name}"

    def _keep_up(self) -> None:
        fleet_upkeep.keep(self._label, self._instances, self._one_more)

    def _one_more(self) -> ServingContainer:
        (container,) = self._launch(1, lambda: not self._instances.is_open)
        return container


class Fleet:
    """Everything that serves one configuration of one endpoint."""

    def __init__(self, variants: list[Variant]) -> None:
        self._variants = variants
        self.variants = {variant.name: variant for variant in variants}
        self._random = random.Random()
        self._requests = 0
        self._changed = threading.Condition()

    def choose(self, target: str | None) -> Variant | None:
        """The variant that a request asks for, or one by weight; None for an unknown name."""
        if target is not None:
            return next((variant for variant in self._variants if variant.name == target), None)
        weights = [variant.weight for variant in self._variants]
        return self._random.choices(self._variants, weights if any(weights) else None)[0]

    def counts(self) -> dict[str, int]:
        """How many instances each variant has, with or without traffic."""
        return {name: len(variant.containers) for name, variant in self.variants.items()}

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
        for variant in self._variants:
            variant.close()
        with self._changed:
            self._changed.wait_for(lambda: self._requests == 0, INVOCATION_SECONDS)
        for variant in self._variants:
            variant.stop()
