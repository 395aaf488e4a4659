"""A load is open: its requests go at their times, whatever becomes of the ones before."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from tests.unit.lambdas.assets import asset

ASSET = asset("smoke_test")
load, load_report = ASSET.module("load"), ASSET.module("load_report")
Load, Failure = ASSET.module("smoke_parameters").Load, load_report.Failure


def test_requests_go_although_earlier_ones_are_not_answered() -> None:
    """The first ten are answered when the thirtieth has been sent: a load that waits for answers would
    never send it."""
    thirtieth = threading.Event()
    numbers: list[int] = []

    def send(number: int) -> Any:
        numbers.append(number)
        if number == 29:
            thirtieth.set()
        elif number < 10 and not thirtieth.wait(20):
            return Failure("deadlock", "")
        return None

    samples = load.run_load(Load(100, 1, 0, 1000), send)
    assert sorted(numbers) == list(range(100))
    assert [sample.failure for sample in samples] == [None] * 100
    assert [sample.intended for sample in samples] == [number / 100 for number in range(100)]
    assert all(sample.sent >= sample.intended for sample in samples)
    # From its own time to the thirtieth's.
    assert samples[0].milliseconds >= 290
    assert samples[9].milliseconds >= 200


def test_waiting_for_a_thread_is_latency_and_never_sent_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(load, "THREADS", 2)
    monkeypatch.setattr(load, "DRAIN_SECONDS", 0.0)
    never = threading.Event()

    def send(_: int) -> Any:
        never.wait(0.3)
        return Failure("ReadTimeoutError", "no answer")

    samples = load.run_load(Load(50, 1, 0, 1000), send)
    late = [sample for sample in samples if sample.sent is None]
    assert len(samples) == 50
    assert 20 <= len(late) <= 46
    assert {sample.failure.kind for sample in late} == {"not sent in time"}
    # The third had to wait for the first to end, and that is counted.
    assert samples[2].milliseconds >= 500
    figures = load_report.report(Load(50, 1, 50, 10_000), samples)
    assert figures.errors == {"not sent in time": len(late), "ReadTimeoutError": 50 - len(late)}
    assert len(figures.obstacles) == 1
    assert "requests a second were sent" in figures.obstacles[0]


def test_what_is_no_failure_of_a_request_ends_the_load() -> None:
    def send(_: int) -> Any:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        load.run_load(Load(50, 1, 0, 1000), send)
