"""The distances, against their definitions and SciPy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pipelines.checks.data_quality.distances import (
    categorical_distance,
    chi_squared,
    numeric_distance,
    robust,
)
from pipelines.checks.data_quality.features import Categories
from pipelines.checks.data_quality.quantiles import Distribution, from_levels
from scipy import stats

NUMBERS = st.lists(st.integers(-5, 5) | st.floats(-1e6, 1e6), min_size=1, max_size=40)


def distribution(numbers: list[float]) -> Distribution:
    return from_levels([[float(number) for number in numbers]])


@given(NUMBERS, NUMBERS)
def test_the_numeric_distance_is_the_kolmogorov_smirnov_statistic(
    one: list[float], other: list[float]
) -> None:
    wanted = max(
        abs(np.mean(np.array(one) <= point) - np.mean(np.array(other) <= point))
        for point in [*one, *other]
    )
    assert numeric_distance(distribution(one), distribution(other)) == pytest.approx(wanted)


def test_an_item_of_a_higher_level_stands_for_more_values() -> None:
    assert from_levels([[1.0], [2.0], [3.0]]).total == 7
    assert numeric_distance(
        from_levels([[1.0], [2.0], [3.0]]), distribution([1, 2, 2, 3, 3, 3, 3])
    ) == pytest.approx(0)


def test_infinite_values_are_beyond_every_number() -> None:
    new = Distribution(np.array([1.0, np.inf]), np.array([3.0, 4.0]))
    assert numeric_distance(new, distribution([1, 1, 1, 1])) == 0.25


def test_robust_takes_off_what_chance_makes() -> None:
    assert robust(0.5, 100, 400) == pytest.approx(0.5 - 1.8 * math.sqrt(500 / 40_000))
    assert robust(0.1, 10, 10) == 0.0


def test_the_categorical_distance_is_of_the_shares() -> None:
    new = Categories({"a": 5, "b": 5}, 10)
    baseline = Categories({"a": 80, "c": 20}, 100)
    assert categorical_distance(new, baseline) == pytest.approx(0.5)
    assert categorical_distance(baseline, new) == pytest.approx(0.5)


def test_a_category_that_is_not_listed_may_be_as_frequent_as_the_error_says() -> None:
    new = Categories({"a": 60}, 100, maximum_error=30)
    assert categorical_distance(new, Categories({"a": 70, "b": 30}, 100)) == pytest.approx(0.0)
    assert categorical_distance(new, Categories({"b": 100}, 100)) == pytest.approx(0.7)


def test_chi_squared_is_scipys() -> None:
    new, baseline = {"a": 30, "b": 50, "c": 20}, {"a": 100, "b": 100, "c": 100}
    wanted = stats.chisquare([30, 50, 20], [100 / 3] * 3).pvalue
    assert chi_squared(new, baseline) == pytest.approx(wanted)


def test_chi_squared_leaves_out_what_the_baseline_does_not_know() -> None:
    baseline = {"a": 100, "b": 100, "gone": 0}
    assert chi_squared({"a": 50, "b": 50, "new": 9, "gone": 9}, baseline) == pytest.approx(1.0)


def test_chi_squared_joins_small_categories() -> None:
    baseline = {"a": 500, "b": 480, "c": 12, "d": 8}
    new = {"a": 50, "b": 44, "c": 3, "d": 3}
    # c and d are expected 1.2 and 0.8 times; joined 2, then with b 50.
    wanted = stats.chisquare([50, 50], [50, 50]).pvalue
    assert chi_squared(new, baseline) == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("new", "baseline"),
    [({"a": 1}, {"a": 1}), ({"x": 5}, {"a": 5, "b": 5}), ({"a": 1, "b": 1}, {"a": 1, "b": 1})],
)
def test_chi_squared_of_too_little(new: dict[str, int], baseline: dict[str, int]) -> None:
    assert chi_squared(new, baseline) is None
