"""When a scenario's outcome is what was promised, and what the pages say of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.prod_load.figures import Figures
from bench.prod_load.outcome import (
    CANARY,
    NONE,
    UNDER_WAY,
    Circumstances,
    Outcome,
    shortcomings,
)
from bench.prod_load.report import HEADING, row, table, updated

PROD = Circumstances(rate=30, pace=30, instances=4, canary_instances=1)
FIGURES = Figures(
    sent=300,
    missing=0,
    by_old=300,
    by_new=0,
    wrong=0,
    errors={},
    p50_ms=12,
    p99_ms=80,
    first_other=None,
    last_other=None,
    first_new=None,
    last_old=None,
    failed_at=(),
)
GOOD = Outcome(
    name="good",
    what="a good update",
    circumstances=PROD,
    figures=FIGURES,
    may_lose=NONE,
    detected_seconds=None,
    back_seconds=10.0,
)
BAD = replace(
    GOOD,
    what="a bad model",
    may_lose=CANARY,
    detected_seconds=4.0,
    back_seconds=0.2,
    figures=replace(FIGURES, by_old=260, errors={"ModelError 500: <html>": 40}),
)
KILLED = replace(
    GOOD,
    may_lose=UNDER_WAY,
    disturbed_at=50.0,
    figures=replace(
        FIGURES, by_old=299, errors={"ModelError 500: x": 1}, failed_at=((49.9, 50.1),)
    ),
)


def with_figures(outcome: Outcome, **changes: object) -> Outcome:
    return replace(outcome, figures=replace(outcome.figures, **changes))


@pytest.mark.parametrize("outcome", [GOOD, BAD, KILLED])
def test_what_was_promised_has_no_shortcoming(outcome: Outcome) -> None:
    assert shortcomings(outcome) == []


def test_a_canary_may_lose_its_share_until_the_alarm() -> None:
    # 4.2 s of 30 a second, a quarter of them, with three standard deviations and one for rounding.
    assert BAD.allowed_failures == 48
    # Never more than until the alarm must have gone off.
    assert (
        replace(BAD, detected_seconds=60.0).allowed_failures
        == replace(BAD, detected_seconds=7.5, back_seconds=0.0).allowed_failures
    )


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (with_figures(GOOD, errors={"ReadTimeoutError": 1}), "1 requests failed"),
        (with_figures(GOOD, wrong=1), "1 answers are of neither version"),
        (with_figures(BAD, wrong=1), "1 answers are of neither version"),
        (with_figures(GOOD, missing=2), "2 requests are not accounted for"),
        (with_figures(BAD, errors={"ModelError 500": 60}), "60 requests failed"),
        (with_figures(replace(BAD, detected_seconds=None), errors={}), "no alarm went off"),
        (replace(BAD, detected_seconds=8.0), "the alarm came after 8.0 s, allowed: 7.5 s"),
        (replace(BAD, back_seconds=3.0), "back 3.0 s after the alarm"),
        (with_figures(KILLED, failed_at=((50.5, 50.6),)), "sent 0.50 s after the kill"),
        (with_figures(KILLED, failed_at=((49.0, 49.5),)), "sent -1.00 s after the kill"),
    ],
)
def test_what_falls_short_is_said(outcome: Outcome, said: str) -> None:
    (found,) = shortcomings(outcome)
    assert said in found


def test_a_slow_versions_alarm_may_be_later_by_as_much() -> None:
    slow = replace(GOOD, answer_seconds=1.5, detected_seconds=8.5, back_seconds=0.2)
    assert shortcomings(slow) == []
    assert shortcomings(replace(slow, answer_seconds=0.5)) != []
    (found,) = shortcomings(with_figures(slow, by_new=200))
    assert "200 requests went to the canary" in found


def test_a_row_says_what_was_measured_and_whether_it_was_met() -> None:
    what, measured, goal, met = row(BAD)
    assert what == "prod under load: a bad model"
    assert measured == (
        "300 requests: 40 failed (ModelError 500), 0 wrong; p50 12 ms, p99 80 ms;"
        " noticed after 4.0 s; then back after 0.2 s"
    )
    assert goal == (
        "the canary's share until its alarm may fail, 48 at most, no answer of neither version;"
        " alarm within 7.5 s"
    )
    assert met is True


def test_a_goal_that_was_missed_is_not_met_and_says_why() -> None:
    _, measured, _, met = row(with_figures(GOOD, wrong=1))
    assert met is False
    assert "(1 answers are of neither version)" in measured


def test_the_section_takes_the_place_of_the_one_before_and_of_nothing_else() -> None:
    section = table([GOOD, BAD])
    assert (
        "| a bad model | 300 | 40 (ModelError 500) | 0 | 260 | 0 | 12, 80 ms | 4.0 s | 0.2 s |"
        in (section.splitlines())
    )
    page = "# Page\n\nwords\n"
    once = updated(page, section)
    assert once.startswith(page)
    assert once.count(HEADING) == 1
    assert updated(once, section) == once
    between = f"# Page\n\n{HEADING}\n\nold table\n\n## After\n\nmore\n"
    assert updated(between, section) == f"# Page\n\n{section}\n## After\n\nmore\n"
