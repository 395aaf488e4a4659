"""A load's figures, and the bounds that they are beyond."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.lambdas.assets import asset

ASSET = asset("smoke_test")
load_report = ASSET.module("load_report")
Load = ASSET.module("smoke_parameters").Load


def samples(latencies: list[float], rate: float = 10, failures: Any = None) -> list[Any]:
    """One for each latency in milliseconds, sent in time."""
    return [
        load_report.Sample(
            number / rate,
            number / rate,
            number / rate + latency / 1000,
            (failures or {}).get(number),
        )
        for number, latency in enumerate(latencies)
    ]


@given(st.lists(st.floats(0, 1e4), min_size=1, max_size=300), st.sampled_from([50, 90, 99, 100]))
def test_percentiles_are_those_of_nearest_rank(values: list[float], percent: int) -> None:
    ordered = sorted(values)
    expected = numpy.percentile(ordered, percent, method="inverted_cdf")
    assert load_report.percentile(ordered, percent) == expected


def test_figures_within_bounds() -> None:
    figures = load_report.report(Load(10, 10, 0, 100), samples([float(n) for n in range(1, 101)]))
    assert (figures.p50, figures.p90, figures.p99) == pytest.approx((50, 90, 99))
    assert figures.obstacles == ()
    assert figures.summary == (
        "p50 50 ms, p90 90 ms, p99 99 ms, errors 0 of 100, 10 of 10 requests a second"
    )


def test_each_bound_that_is_crossed_is_told() -> None:
    failures = {
        3: load_report.Failure("wrong answer", "record 4 (0.3) got '9', allowed: 3 within 3e-05"),
        4: load_report.Failure("ThrottlingException", "slow down"),
        5: load_report.Failure("ThrottlingException", "slow down"),
    }
    figures = load_report.report(Load(10, 2, 2, 100), samples([101.0] * 20, failures=failures))
    assert figures.obstacles == (
        "3 errors, allowed: 2; first: record 4 (0.3) got '9', allowed: 3 within 3e-05",
        "p99 101 ms, allowed: 100 ms",
    )
    assert "errors 3 of 20 (ThrottlingException 2, wrong answer 1)" in figures.summary


@pytest.mark.parametrize(
    ("late", "reached"), [(0.0, True), (0.1, True), (0.4, True), (0.6, False), (2.0, False)]
)
def test_a_load_that_was_sent_slower_was_another_one(late: float, reached: bool) -> None:
    """Two seconds of requests; the later each, the more."""
    given = [
        load_report.Sample(number / 10, number / 10 + late * number / 19, 10.0)
        for number in range(20)
    ]
    figures = load_report.report(Load(10, 2, 0, 20_000), given)
    assert figures.latest == pytest.approx(late)
    assert figures.rate == pytest.approx(20 / (2 + late))
    assert (figures.obstacles == ()) == reached


def test_a_load_of_which_nothing_was_sent() -> None:
    failure = load_report.Failure("not sent in time", "")
    given = [load_report.Sample(0.0, None, 5.0, failure)]
    figures = load_report.report(Load(1, 1, 0, 1000), given)
    assert (figures.rate, figures.p99) == (0, 5000)
    assert len(figures.obstacles) == 3
