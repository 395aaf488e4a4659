"""Waiting is level-triggered, event-driven and bounded."""

from __future__ import annotations

import threading

from localcloud.changes import Changes
from localcloud.clock import ManualClock, SystemClock


def test_wait_ends_at_once_when_the_condition_holds() -> None:
    clock = ManualClock()
    assert Changes(clock).wait_until(lambda: True, 60)
    assert clock.monotonic() == 0


def test_wait_gives_up_when_time_is_up() -> None:
    clock = ManualClock()
    assert not Changes(clock).wait_until(lambda: False, 60)
    assert clock.monotonic() == 60


def test_wait_sees_a_change_that_nobody_announced() -> None:
    clock = ManualClock()
    assert Changes(clock).wait_until(lambda: clock.monotonic() >= 3, 60)
    assert clock.monotonic() < 5


def test_wait_ends_when_it_is_told_to_stop() -> None:
    stop = threading.Event()
    stop.set()
    assert not Changes(ManualClock()).wait_until(lambda: False, 60, stop=stop)


def test_an_announcement_wakes_a_waiter_before_the_next_recheck() -> None:
    clock = SystemClock()
    changes = Changes(clock)
    ready = threading.Event()
    looked = threading.Event()

    def condition() -> bool:
        looked.set()
        return ready.is_set()

    started = clock.monotonic()
    woken: list[float] = []
    waiter = threading.Thread(
        target=lambda: woken.append(
            clock.monotonic() if changes.wait_until(condition, 30, recheck_seconds=30) else -1
        )
    )
    waiter.start()
    looked.wait(10)
    ready.set()
    changes.announce()
    waiter.join(10)
    assert woken
    assert woken[0] - started < 10
