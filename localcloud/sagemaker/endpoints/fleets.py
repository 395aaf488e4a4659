"""Which fleets answer an endpoint's requests, and what part of them each.

Every choice and every change is made under the backend's lock, so that no request is sent to a fleet
that is about to end: a fleet that was chosen stays until it has answered.
"""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Iterator

from localcloud.sagemaker.endpoints.fleet import Fleet


class Fleets:
    """The fleets of one region's endpoints, by the endpoint's name."""

    def __init__(self, lock: threading.RLock) -> None:
        self._lock = lock
        self._live: dict[str, Fleet] = {}
        self._shifts: dict[str, tuple[Fleet, float]] = {}
        self._random = random.Random()

    @contextlib.contextmanager
    def serving(self, endpoint: str) -> Iterator[Fleet | None]:
        """The fleet for one request, if one serves; it stays until the block ends."""
        with self._lock:
            fleet = self._chosen(endpoint)
            if fleet is not None:
                fleet.enter()
        with fleet.leaving() if fleet is not None else contextlib.nullcontext():
            yield fleet

    def live(self, endpoint: str) -> Fleet | None:
        """The fleet of the live configuration."""
        with self._lock:
            return self._live.get(endpoint)

    def shifted(self, endpoint: str) -> Fleet | None:
        """The fleet that has a part of the traffic, if one has."""
        with self._lock:
            shift = self._shifts.get(endpoint)
            return shift[0] if shift is not None else None

    def shift(self, endpoint: str, fleet: Fleet, share: float) -> None:
        """Send a part of the traffic (0 to 1) to another fleet than the live one."""
        with self._lock:
            self._shifts[endpoint] = (fleet, share)

    def shift_back(self, endpoint: str) -> None:
        """Send all traffic to the live fleet."""
        with self._lock:
            self._shifts.pop(endpoint, None)

    def take_over(self, endpoint: str, fleet: Fleet) -> None:
        """Make a fleet the live one, with all of the traffic."""
        with self._lock:
            self._live[endpoint] = fleet
            self._shifts.pop(endpoint, None)

    def remove(self, endpoint: str) -> list[Fleet]:
        """Nothing serves any more; what did."""
        with self._lock:
            live, shift = self._live.pop(endpoint, None), self._shifts.pop(endpoint, None)
        fleets = [live, shift[0] if shift is not None else None]
        return [fleet for fleet in fleets if fleet is not None]

    def _chosen(self, endpoint: str) -> Fleet | None:
        shift = self._shifts.get(endpoint)
        if shift is not None and self._random.random() < shift[1]:
            return shift[0]
        return self._live.get(endpoint)
