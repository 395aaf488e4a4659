"""Waiting without polling: whoever changes a resource says so, whoever waits looks again.

The wait is level-triggered: a waiter never acts on a notice, only on what it reads after one, so
that a lost or doubled notice does no harm.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from localcloud.clock import Clock

# A change that nobody announced (made by moto itself, say) is still seen after this long.
RECHECK_SECONDS = 1.0


class Changes:
    """One feed for the whole cloud: `announce()` after any change of a resource's state."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._next = threading.Event()
        self.count = 0
        """How many changes were announced so far: another number means that something changed."""

    def announce(self) -> None:
        """Wake every waiter, so that it looks again."""
        with self._lock:
            self.count += 1
            woken, self._next = self._next, threading.Event()
        woken.set()

    def wait_until(
        self,
        condition: Callable[[], bool],
        timeout_seconds: float,
        *,
        stop: threading.Event | None = None,
        recheck_seconds: float = RECHECK_SECONDS,
    ) -> bool:
        """Look at `condition` now and after each change; False when time is up or `stop` is set.

        `recheck_seconds` is for what nobody here can announce, such as another process's port.
        """
        deadline = self._clock.monotonic() + timeout_seconds
        while True:
            with self._lock:
                notice = self._next
            if condition():
                return True
            left = deadline - self._clock.monotonic()
            if left <= 0 or (stop is not None and stop.is_set()):
                return False
            self._clock.wait(notice, min(left, recheck_seconds))
