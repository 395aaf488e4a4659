"""Neither the order of the rows nor their division into parts changes what is found."""

from __future__ import annotations

import itertools
import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pipelines.checks.data_quality import DataSet, merge
from pipelines.checks.data_quality.distinct import SIZE, DistinctCount
from pipelines.checks.data_quality.quantiles import from_levels

VALUES = (
    st.sampled_from(
        ["", "NaN", "A", "B", "true", "inf", "-inf", "-0.0", "007", "12345678901234567890"]
    )
    | st.integers(-1000, 1000).map(str)
    | st.floats(allow_nan=False, allow_infinity=False, width=32).map(str)
)
# 99 % of all sketches of K = 2048 have a rank wrong by less than this; as a share of the rows.
RANK_ERROR = 0.0014


def data_set(texts: list[str]) -> DataSet:
    data = DataSet()
    data.add(pd.DataFrame({"x": texts}, dtype=object))
    return data


@settings(deadline=None)
@given(st.data(), st.lists(VALUES, min_size=1, max_size=60))
def test_exact_statistics_depend_on_the_rows_alone(data: st.DataObject, texts: list[str]) -> None:
    whole = data_set(texts).statistics()
    shuffled = data.draw(st.permutations(texts))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(texts)), max_size=4)))
    bounds = [0, *cuts, len(texts)]
    parts = [data_set(list(shuffled[a:b])) for a, b in itertools.pairwise(bounds)]
    same = merge(parts).statistics()
    assert_equal(same, whole)


def assert_equal(found: Any, wanted: Any) -> None:
    """Equal, floats but for their last digits."""
    if isinstance(wanted, dict):
        assert list(found) == list(wanted)
        for key in wanted:
            # Of values that cancel out, the last digits are all there is: bound by the largest.
            if key in ("mean", "sum", "std_dev"):
                size = max(abs(wanted["min"]), abs(wanted["max"])) * wanted["common"]["num_present"]
                assert found[key] == pytest.approx(wanted[key], rel=1e-12, abs=1e-14 * size)
            else:
                assert_equal(found[key], wanted[key])
    elif isinstance(wanted, list):
        assert len(found) == len(wanted)
        for one, other in zip(found, wanted, strict=True):
            assert_equal(one, other)
    else:
        assert found == wanted


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 20_000), max_size=5))
def test_the_sketch_stays_within_its_error(seed: int, cuts: list[int]) -> None:
    """Three times the error that one of a hundred sketches exceeds: a merge adds a little."""
    numbers = np.random.default_rng(seed).normal(size=20_000).round(6)
    bounds = [0, *sorted(cuts), len(numbers)]
    texts = [str(number) for number in numbers.tolist()]
    parts = [data_set(texts[a:b]) for a, b in itertools.pairwise(bounds)]
    (feature,) = merge(parts).statistics()["features"]
    kll = feature["numerical_statistics"]["distribution"]["kll"]
    distribution = from_levels(kll["sketch"]["data"])
    assert distribution.total == len(numbers)
    points = np.sort(numbers)
    wrong = np.abs(distribution.up_to(points) - np.searchsorted(points, points, side="right"))
    assert wrong.max() / len(numbers) < 3 * RANK_ERROR
    assert sum(bucket["count"] for bucket in kll["buckets"]) == len(numbers)


@given(st.lists(st.lists(st.integers(0, 2**64 - 1)), max_size=6))
def test_a_distinct_count_is_the_same_for_every_division(parts: list[list[int]]) -> None:
    one, merged = DistinctCount(), DistinctCount()
    for part in parts:
        hashes = np.array(part, dtype=np.uint64)
        one.add(hashes)
        other = DistinctCount()
        other.add(hashes)
        merged.merge(other)
    assert one.estimate() == merged.estimate() == len({each for part in parts for each in part})


@pytest.mark.parametrize("distinct", [SIZE - 1, SIZE, 10_000, 300_000])
def test_a_distinct_count_is_near(distinct: int) -> None:
    count = DistinctCount()
    hashes = pd.util.hash_array(np.arange(distinct, dtype=np.float64))
    for part in np.array_split(np.repeat(hashes, 2), 7):
        count.add(part)
    # Five standard errors.
    assert count.estimate() == pytest.approx(distinct, rel=0 if distinct < SIZE else 0.11)
    assert count.exact == (distinct < SIZE)


def test_parts_stay_as_they_are() -> None:
    parts = [data_set(["1", "A"]), data_set(["2"])]
    before = [json.dumps(part.statistics()) for part in parts]
    merge(parts)
    assert [json.dumps(part.statistics()) for part in parts] == before


def test_frequent_values_of_parts_are_found() -> None:
    rare = [[f"{part}-{n}" for n in range(3000)] for part in range(3)]
    whole = merge(data_set([*texts, *["often"] * 400]) for texts in rare).statistics()
    categorical = whole["features"][0]["string_statistics"]["distribution"]["categorical"]
    (first, *_) = categorical["buckets"]
    assert first["value"] == "often"
    assert abs(first["count"] - 1200) <= categorical["maximum_error"]


def test_nothing_and_a_part_is_the_part() -> None:
    part = data_set(["1"])
    assert merge([DataSet(), part, DataSet()]).statistics() == part.statistics()
