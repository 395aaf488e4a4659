"""Events that come twice, in another order, and late: between the rules and their targets.

EventBridge delivers at least once and in no order
(https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-event-delivery.html). What is held here is
one event for one target of one rule.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from localcloud.events import delivery
from tests.e2e.deployed import wait_for


@dataclass(frozen=True)
class Held:
    """An event that a target has not got yet."""

    rule: Any
    target: Mapping[str, Any]
    event: Mapping[str, Any]


class Deliveries:
    """Holds the events of one source, and delivers them as it is told."""

    def __init__(self, source: str) -> None:
        """`source` is as events name it: `aws.s3`, say."""
        self._source = source
        self._lock = threading.Lock()
        self._deliver: Callable[..., None] = vars(delivery)["_deliver"]
        self.held: list[Held] = []
        self.rules: set[str] = set()
        """The names of the rules whose events were delivered out of order."""

    @contextmanager
    def holding(self) -> Iterator[None]:
        """While events are held; what is left at the end is delivered as it should be."""

        def hold(rule: Any, target: Mapping[str, Any], event: Mapping[str, Any]) -> None:
            if event["source"] != self._source:
                self._deliver(rule, target, event)
                return
            with self._lock:
                self.held.append(Held(rule, target, event))

        vars(delivery)["_deliver"] = hold
        try:
            yield
        finally:
            vars(delivery)["_deliver"] = self._deliver
            for each in self._take():
                self._deliver(each.rule, each.target, each.event)

    def wait_for(self, count: int) -> None:
        """Until so many events are held."""
        wait_for(lambda: len(self.held), lambda seen: seen >= count, f"{count} held events")

    def release(self, late_seconds: float) -> int:
        """Deliver what is held: late, the last first, and each twice; how many there were.

        The second has an id of its own: a target that would know the event again by its id, which AWS
        does not promise, must not help.
        """
        time.sleep(late_seconds)
        taken = self._take()
        for each in reversed(taken):
            self.rules.add(str(each.rule.name))
            again = {**each.event, "id": str(uuid.uuid4())}
            for event in (each.event, again):
                self._deliver(each.rule, each.target, event)
        return len(taken)

    def _take(self) -> list[Held]:
        with self._lock:
            taken, self.held = self.held, []
        return taken
