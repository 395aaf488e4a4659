"""The instances of one variant: which of them a request goes to, and how they come and go.

An instance here is one container. It may be there and get no traffic: during a canary or linear update
only a part of a fleet is active
(https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green-linear.html). One whose
process has ended is passed over until another has taken its place (`fleet_upkeep`).
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence

from localcloud.sagemaker.endpoints.serving.container import ServingContainer

# No request takes longer (InvokeEndpoint's time limit): then the instance is ended all the same.
DRAIN_SECONDS = 60.0


class Instance:
    """One container, and how many requests it has."""

    def __init__(self, container: ServingContainer) -> None:
        self.container = container
        self.requests = 0


class Instances:
    """The instances of one variant; its methods may be called from any thread."""

    def __init__(self, containers: Sequence[ServingContainer]) -> None:
        self._changed = threading.Condition()
        self._all = [Instance(container) for container in containers]
        self._active: int | None = None
        self._turn = 0
        self._closed = False

    @property
    def active(self) -> int:
        """How many share the traffic; one at least, which has it if any request still comes."""
        with self._changed:
            return len(self._serving()) or 1

    @property
    def containers(self) -> list[ServingContainer]:
        """All containers, whether they get traffic or not."""
        with self._changed:
            return [instance.container for instance in self._all]

    @property
    def is_open(self) -> bool:
        """Whether containers may still come."""
        with self._changed:
            return not self._closed

    @contextlib.contextmanager
    def next(self) -> Iterator[ServingContainer]:
        """The container for a request, in turn; it is not ended before the block is left."""
        with self._changed:
            # A request may have come to this fleet just before its last instance was deactivated.
            serving = self._serving() or self._all
            running = [each for each in serving if not each.container.has_ended] or serving
            self._turn += 1
            chosen = running[self._turn % len(running)]
            chosen.requests += 1
        try:
            yield chosen.container
        finally:
            with self._changed:
                chosen.requests -= 1
                self._changed.notify_all()

    def activate(self, count: int | None) -> None:
        """Let so many have traffic; None for all, those that are yet to come too."""
        with self._changed:
            self._active = count

    def add(self, containers: Sequence[ServingContainer]) -> list[Instance]:
        """Take containers in; they get traffic as `activate` said. They end at once if all do."""
        added = [Instance(container) for container in containers]
        with self._changed:
            if not self._closed:
                self._all += added
                return added
        for container in containers:
            container.stop()
        return []

    def replace(self, lost: Instance, container: ServingContainer) -> Instance | None:
        """Put a container in the place of one that has ended; None, and ended, if it has no place."""
        instance = Instance(container)
        with self._changed:
            if lost in self._all and not self._closed:
                self._all[self._all.index(lost)] = instance
                return instance
        container.stop()
        return None

    def is_wanted(self, instance: Instance) -> bool:
        """Whether an instance is one of the variant's, and not about to be ended."""
        with self._changed:
            return instance in self._all and not self._closed

    def every(self) -> list[Instance]:
        """All of them."""
        with self._changed:
            return list(self._all)

    def end(self, count: int) -> None:
        """End so many, the last ones first, each once its requests are answered."""
        with self._changed:
            kept = max(0, len(self._all) - count)
            leaving, self._all = self._all[kept:], self._all[:kept]
            self._changed.wait_for(
                lambda: not any(instance.requests for instance in leaving), DRAIN_SECONDS
            )
        for instance in leaving:
            instance.container.stop()

    def close(self) -> None:
        """From now on none is replaced or added; those that are there go on."""
        with self._changed:
            self._closed = True

    def stop(self) -> None:
        """End all of them, whatever they are doing."""
        self.close()
        for container in self.containers:
            container.stop()

    def _serving(self) -> list[Instance]:
        return self._all if self._active is None else self._all[: self._active]
