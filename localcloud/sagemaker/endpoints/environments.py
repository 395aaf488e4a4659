"""The execution environments of a serverless variant: containers that come with the requests.

https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html: each request has a container to
itself; one that finds none is started for it (a cold start), up to MaxConcurrency, and what is beyond is
throttled; without traffic they go, but for the ProvisionedConcurrency, which is kept warm. Assumed: an
environment is kept for five minutes after its last request (of AWS's minutes, see Settings.pace); the one
with which an endpoint's creation tries the model is not kept.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from localcloud.cloud import current
from localcloud.sagemaker.endpoints.serving.container import ServingContainer

logger = logging.getLogger(__name__)

IDLE_SECONDS = 300.0


class TooManyRequests(Exception):
    """As many requests are being answered as may be at once."""


class StartFailure(Exception):
    """A container did not start."""


class NotReady(Exception):
    """A container takes longer to start than a request may wait. It is there for later ones."""


@dataclass
class Environment:
    """A container, and since when it has had nothing to do (of the clock's monotonic)."""

    container: ServingContainer
    idle_since: float = 0.0


@dataclass(frozen=True)
class Lease:
    """An environment for one request."""

    environment: Environment
    concurrent: int
    """How many requests are being answered, with this one."""
    setup_seconds: float | None
    """How long a cold start took; None if it was warm."""


class Environments:
    """The environments of one variant; its methods may be called from any thread."""

    def __init__(
        self,
        label: str,
        start: Callable[[], ServingContainer],
        *,
        most: int,
        provisioned: int,
    ) -> None:
        """`start` starts a healthy container. Raises StartFailure."""
        self._label = label
        self._start = start
        self._most = most
        self._provisioned = provisioned
        self._lock = threading.Lock()
        # The one that was used last is used next, so that the others may go.
        self._idle: list[Environment] = []
        self._busy: list[Environment] = []
        self._requests = 0
        self._is_reaping = False
        self._closed = threading.Event()

    @property
    def containers(self) -> list[ServingContainer]:
        """All that are there."""
        with self._lock:
            return [each.container for each in (*self._idle, *self._busy)]

    def add(self, containers: list[ServingContainer]) -> None:
        """Take in containers that are warm."""
        for container in containers:
            self._keep(self._watched(Environment(container)))

    def lease(self, wait_seconds: float) -> Lease:
        """An environment for a request. Raises TooManyRequests, NotReady or StartFailure.

        Give it back by `give_back`.
        """
        with self._lock:
            if self._requests >= self._most:
                raise TooManyRequests
            self._requests += 1
            concurrent = self._requests
            warm = self._warm()
            if warm is not None:
                self._busy.append(warm)
                return Lease(warm, concurrent, None)
        began = time.monotonic()
        try:
            environment = self._cold_start(wait_seconds)
        except BaseException:
            with self._lock:
                self._requests -= 1
            raise
        return Lease(environment, concurrent, time.monotonic() - began)

    def give_back(self, lease: Lease, *, is_sound: bool = True) -> None:
        """A request is over. A container that did not answer it has no other one."""
        with self._lock:
            self._requests -= 1
            self._busy.remove(lease.environment)
        self._keep(lease.environment, is_sound=is_sound)

    def close(self) -> None:
        """From now on none is started that no request asks for."""
        self._closed.set()

    def stop(self) -> None:
        """End all of them."""
        self.close()
        with self._lock:
            every, self._idle = [*self._idle, *self._busy], []
        for environment in every:
            environment.container.stop()

    def _warm(self) -> Environment | None:
        while self._idle:
            environment = self._idle.pop()
            if not environment.container.has_ended:
                return environment
            self._discard(environment)
        return None

    def _cold_start(self, wait_seconds: float) -> Environment:
        """Start a container, and wait for it so long; a slower one is for later requests."""
        started: list[Environment] = []
        failed: list[StartFailure] = []
        lock, over, given_up = threading.Lock(), threading.Event(), threading.Event()

        def start() -> None:
            try:
                environment = self._watched(Environment(self._start()))
            except StartFailure as error:
                logger.warning("%s: cold start failed: %s", self._label, error)
                failed.append(error)
            else:
                with lock:
                    if not given_up.is_set():
                        with self._lock:
                            self._busy.append(environment)
                        started.append(environment)
                if not started:
                    self._keep(environment)
            over.set()

        current().background(f"cold start of {self._label}", start)
        over.wait(wait_seconds)
        with lock:
            if not started and not failed:
                given_up.set()
                raise NotReady
        if failed:
            raise failed[0]
        return started[0]

    def _keep(self, environment: Environment, *, is_sound: bool = True) -> None:
        """Let an environment wait for the next request, or end it."""
        environment.idle_since = current().clock.monotonic()
        begins = False
        with self._lock:
            kept = is_sound and not self._closed.is_set() and not environment.container.has_ended
            if kept:
                self._idle.append(environment)
                begins, self._is_reaping = not self._is_reaping, True
        if not kept:
            self._discard(environment)
        elif begins:
            current().background(f"idle environments of {self._label}", self._reap)

    def _discard(self, environment: Environment) -> None:
        # In the background: a process that does not end has 30 seconds to do so.
        current().background(f"end of {self._label}", environment.container.stop)

    def _watched(self, environment: Environment) -> Environment:
        """Have another started in the place of one that ends, where concurrency is provisioned."""

        def watch() -> None:
            environment.container.wait_for_end()
            with self._lock:
                if environment in self._idle:
                    self._idle.remove(environment)
            environment.container.stop()
            alive = [each for each in self.containers if not each.has_ended]
            if len(alive) < self._provisioned and not self._closed.is_set():
                self._keep(self._watched(Environment(self._start())))

        if self._provisioned:
            current().background(f"provisioned concurrency of {self._label}", watch)
        return environment

    def _reap(self) -> None:
        """End the environments that have been idle for long, until there is none to end."""
        cloud = current()
        while not self._closed.is_set():
            with self._lock:
                ended, left = self._expired(cloud.clock.monotonic())
                if left is None:
                    self._is_reaping = False
            for environment in ended:
                environment.container.stop()
            if left is None:
                return
            cloud.clock.wait(self._closed, left)

    def _expired(self, now: float) -> tuple[list[Environment], float | None]:
        """Those whose time is over, and how long the next one has; None if there is none."""
        limit = current().paced(IDLE_SECONDS)
        spare = max(0, len(self._idle) + len(self._busy) - self._provisioned)
        # Those that have waited longest come first.
        over = [each for each in self._idle[:spare] if now - each.idle_since >= limit]
        self._idle = self._idle[len(over) :]
        rest = self._idle[: spare - len(over)]
        return over, max(0.0, rest[0].idle_since + limit - now) if rest else None
