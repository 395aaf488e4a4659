"""What a load's samples come to: whose answer, how many failed, how late."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.prod_load.figures import figures, quantile
from bench.prod_load.samples import (
    FAILED,
    NEW,
    OLD,
    WRONG,
    Sample,
    judge,
    read,
    require_distinguishable,
)
from bench.prod_load.timetable import Timetable

OLD_PREDICTIONS, NEW_PREDICTIONS = [4.0, 5.0], [4.1, 5.1]


def sample(
    number: int, answer: str | None = "4.0", *, error: str | None = None, took: float = 0.1
) -> Sample:
    """The request of that number, ten a second, of the first record."""
    due = 100 + number / 10
    return Sample(0, due, due + 0.01, due + took, answer, error)


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("4.0\n", OLD),
        ("4.00000001", OLD),
        ("4.1", NEW),
        ("4.05", WRONG),
        ("5.0", WRONG),
        ("", WRONG),
        ("nan", WRONG),
        ("4.0\n4.0", WRONG),
        ("<html>", WRONG),
        (None, FAILED),
    ],
)
def test_an_answer_is_one_versions_or_nobodys(answer: str | None, verdict: str) -> None:
    assert judge(sample(0, answer), OLD_PREDICTIONS, NEW_PREDICTIONS) == verdict


def test_the_new_versions_answer_is_wrong_where_nothing_is_deployed() -> None:
    assert judge(sample(0, "4.1"), OLD_PREDICTIONS, None) == WRONG


def test_versions_that_predict_the_same_cannot_be_told_apart() -> None:
    require_distinguishable({"one": [1.0, 2.0], "two": [1.1, 2.1]})
    with pytest.raises(ValueError, match="one and two both predict 2"):
        require_distinguishable({"one": [1.0, 2.0], "two": [1.1, 2.000001]})


def test_every_request_is_counted_once() -> None:
    samples = [
        sample(0),
        sample(1, "4.1"),
        sample(2, None, error="ModelError 500: x"),
        sample(3, None, error="ModelError 500: x"),
        sample(4, "7"),
        sample(5, took=2.0),
    ]
    found = figures(samples, 10, OLD_PREDICTIONS, NEW_PREDICTIONS)
    assert (found.sent, found.by_old, found.by_new, found.wrong, found.failed) == (6, 2, 1, 1, 2)
    assert found.errors == {"ModelError 500: x": 2}
    assert found.missing == 0
    assert (found.first_other, found.last_other) == (pytest.approx(100.1), pytest.approx(100.4))
    assert (found.first_new, found.last_old) == (pytest.approx(100.1), pytest.approx(100.5))
    assert (found.p50_ms, found.p99_ms) == (pytest.approx(100), pytest.approx(2000))
    assert [sent for sent, _ in found.failed_at] == [pytest.approx(100.21), pytest.approx(100.31)]


def test_a_request_of_which_nothing_is_known_is_missing() -> None:
    found = figures([sample(0), sample(1), sample(4)], 10, OLD_PREDICTIONS, None)
    assert found.missing == 2
    assert found.first_other is None


def test_no_sample_is_no_load() -> None:
    with pytest.raises(ValueError, match="no request"):
        figures([], 10, OLD_PREDICTIONS, None)


def test_a_quantile_is_the_nearest_rank() -> None:
    values = list(map(float, range(1, 101)))
    assert (quantile(values, 0.5), quantile(values, 0.99)) == (50.0, 99.0)
    assert quantile([3.0], 0.99) == 3.0


def test_samples_are_read_in_the_order_in_which_they_were_due(tmp_path: Path) -> None:
    written = [sample(1), sample(0, None, error="ReadTimeoutError")]
    file = tmp_path / "samples.jsonl"
    file.write_text("".join(each.to_json() + "\n" for each in written))
    assert read(file) == written[::-1]


def test_a_timetable_has_even_distances_whoever_sends() -> None:
    table = Timetable.of(30, turn_seconds=2)
    assert (table.users, table.turn_seconds) == (60, 2)
    due = [
        (table.number(user, turn), table.due(user, turn)) for turn in range(3) for user in range(60)
    ]
    assert [number for number, _ in due] == list(range(180))
    assert [at for _, at in due] == pytest.approx([number / 30 for number in range(180)])


def test_latency_counts_from_the_time_when_a_request_was_due() -> None:
    assert Sample(0, due=10.0, sent=14.0, ended=15.0, answer="1").seconds == 5.0
