"""The time that is not job work counts each second once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from demo.summary import covered

START = datetime(2026, 1, 1, tzinfo=UTC)


def interval(start: float, end: float) -> tuple[datetime, datetime]:
    return START + timedelta(seconds=start), START + timedelta(seconds=end)


def test_work_side_by_side_counts_once() -> None:
    assert covered([interval(0, 10), interval(5, 12), interval(6, 7)]) == 12


def test_pauses_do_not_count() -> None:
    assert covered([interval(20, 21), interval(0, 10)]) == 11


def test_nothing_covers_nothing() -> None:
    assert covered([]) == 0
