"""The tables and examples of AWS's pages, and what is said about them."""

from __future__ import annotations

import pytest

from localcloud.cloudwatch.alarm_evaluation import (
    TREATMENTS,
    Datapoint,
    Rule,
    evaluate,
    has_few_samples,
)

PAGE = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html"
EVALUATION = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html"
OK, ALARM, NONE, KEEP = "OK", "ALARM", "INSUFFICIENT_DATA", None
# The columns of the tables: MISSING, IGNORE, BREACHING, NOT BREACHING.
COLUMNS = ("missing", "ignore", "breaching", "notBreaching")
THREE_OF_THREE = [
    ("0 - X - X", OK, OK, OK, OK),
    ("- - - - 0", OK, OK, OK, OK),
    ("- - - - -", NONE, KEEP, ALARM, OK),
    ("0 X X - X", ALARM, ALARM, ALARM, ALARM),
    ("- - X - -", ALARM, KEEP, ALARM, OK),
]
TWO_OF_THREE = [
    ("0 - X - X", ALARM, ALARM, ALARM, ALARM),
    ("0 0 X 0 X", ALARM, ALARM, ALARM, ALARM),
    ("0 - X - -", OK, OK, ALARM, OK),
    ("- - - - 0", OK, OK, ALARM, OK),
    ("- - - X -", ALARM, KEEP, ALARM, OK),
]


def state(pattern: str, missing: str, *, to_alarm: int, periods: int = 3) -> str | None:
    """The state by data points as the page draws them, the most recent on the right."""
    recent = [
        None if each == "-" else Datapoint(60.0 * number, 1.0 if each == "X" else 0.0)
        for number, each in enumerate(pattern.split())
    ]
    rule = Rule("GreaterThanThreshold", 0.5, periods, to_alarm, missing)
    return evaluate(recent, rule).state


@pytest.mark.documented(PAGE)
@pytest.mark.parametrize(
    ("pattern", "to_alarm", "expected"),
    [(pattern, 3, expected) for pattern, *expected in THREE_OF_THREE]
    + [(pattern, 2, expected) for pattern, *expected in TWO_OF_THREE],
)
def test_the_tables_of_missing_data(
    pattern: str, to_alarm: int, expected: list[str | None]
) -> None:
    assert set(COLUMNS) == set(TREATMENTS)
    assert [state(pattern, each, to_alarm=to_alarm) for each in COLUMNS] == expected


@pytest.mark.documented(PAGE)
@pytest.mark.parametrize("pattern", ["- - - - X", "- - - X -"])
def test_one_young_breaching_data_point_is_no_alarm_yet(pattern: str) -> None:
    assert state(pattern, "missing", to_alarm=3) == NONE
    assert state(pattern, "ignore", to_alarm=3) is KEEP


@pytest.mark.documented(EVALUATION)
@pytest.mark.parametrize(
    ("pattern", "expected"),
    [("0 0 X X X", ALARM), ("0 X X X 0", OK), ("X X X 0 X", OK), ("0 0 0 0 X", OK)],
)
def test_three_of_three_must_be_breaching_at_once(pattern: str, expected: str) -> None:
    assert [state(pattern, each, to_alarm=3) for each in COLUMNS] == [expected] * 4


@pytest.mark.documented(EVALUATION)
@pytest.mark.parametrize(
    ("pattern", "expected"),
    [("0 0 X 0 X 0 X", ALARM), ("X X X 0 X 0 0", OK), ("0 0 X X X X X", ALARM)],
)
def test_m_of_n_need_not_follow_each_other(pattern: str, expected: str) -> None:
    assert state(pattern, "missing", to_alarm=3, periods=5) == expected


@pytest.mark.documented(PAGE)
def test_real_data_points_farther_back_are_taken_before_any_is_filled() -> None:
    # The note of the page: the last data points are evaluated again after the metric has stopped.
    assert state("X - -", "notBreaching", to_alarm=1, periods=1) == ALARM
    assert state("- - -", "notBreaching", to_alarm=1, periods=1) == OK


@pytest.mark.documented(
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"
)
@pytest.mark.parametrize(
    ("operator", "breaching"),
    [
        ("GreaterThanThreshold", [False, False, True]),
        ("GreaterThanOrEqualToThreshold", [False, True, True]),
        ("LessThanThreshold", [True, False, False]),
        ("LessThanOrEqualToThreshold", [True, True, False]),
    ],
)
def test_an_operator_compares_the_statistic_with_the_threshold(
    operator: str, breaching: list[bool]
) -> None:
    rule = Rule(operator, 5.0, 1, 1)
    found = [evaluate([Datapoint(0.0, value)], rule).state for value in (4.9, 5.0, 5.1)]
    assert found == [ALARM if each else OK for each in breaching]


@pytest.mark.documented(
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html"
)
@pytest.mark.parametrize(
    ("percent", "few", "enough"), [(99.0, 999.0, 1000.0), (50.0, 19.0, 20.0), (10.0, 99.0, 100.0)]
)
def test_how_few_samples_are_few(percent: float, few: float, enough: float) -> None:
    assert has_few_samples(percent, few)
    assert not has_few_samples(percent, enough + 0.001)
