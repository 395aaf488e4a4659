"""What the texts of a column are taken for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pipelines.checks.data_quality.values import MISSING_TEXTS, Values, classify


def kinds(texts: list[str]) -> tuple[int, int, int, int]:
    """Missing, whole numbers, other numbers, texts."""
    values = classify(pd.Series(texts, dtype=object))
    return (
        values.missing,
        values.integral,
        len(values.numbers) - values.integral,
        len(values.texts),
    )


@pytest.mark.parametrize("text", [*sorted(MISSING_TEXTS), " ", "-nan", "NAN"])
def test_missing(text: str) -> None:
    assert kinds([text]) == (1, 0, 0, 0)


@pytest.mark.parametrize("text", ["0", "7", "-7", "+7", "007", " 7", "-0", "123456789012345678901"])
def test_integral(text: str) -> None:
    assert kinds([text]) == (0, 1, 0, 0)


@pytest.mark.parametrize(
    "text", ["1.0", ".5", "5.", "-1.5", "1e5", "1E-5", "inf", "-Infinity", "1e999"]
)
def test_fractional(text: str) -> None:
    assert kinds([text]) == (0, 0, 1, 0)


@pytest.mark.parametrize(
    "text", ["M", "true", "1_000", "0x1F", "1,5", "1 2", "١٢", "--1", "e5", ".", "infinite", "None"]
)
def test_string(text: str) -> None:
    assert kinds([text]) == (0, 0, 0, 1)


@pytest.mark.parametrize(
    "text", ["1", "1.0", "7.5", "inf", "1e3", "1e999", "", "nan", " ", "A", "1_0"]
)
def test_the_company_of_a_text_does_not_change_it(text: str) -> None:
    """Numbers alone, numbers with missing values, and mixed columns go different ways."""
    alone = kinds([text])
    for other in (["5"], ["2.5"], [""], ["B"], ["5", "2.5", "", "B"]):
        together = kinds([text, *other])
        rest = kinds(other)
        assert tuple(a - b for a, b in zip(together, rest, strict=True)) == alone


def test_values_that_are_no_text_are_missing() -> None:
    assert kinds([None, float("nan"), "1"]) == (2, 1, 0, 0)  # type: ignore[list-item]


def test_numbers_and_their_texts_belong_together() -> None:
    values = classify(pd.Series(["A", "007", "", "1.50"], dtype=object))
    assert list(values.numbers) == [7.0, 1.5]
    assert list(values.number_texts) == ["007", "1.50"]
    assert list(values.texts) == ["A"]


@given(st.lists(st.sampled_from(["", "1", "2.5", "A", "inf", "nan", " 3 "]) | st.text(max_size=6)))
def test_every_value_is_counted_once(texts: list[str]) -> None:
    values: Values = classify(pd.Series(texts, dtype=object))
    assert values.missing + len(values.numbers) + len(values.texts) == len(texts)
    assert 0 <= values.integral <= len(values.numbers)
    assert not np.isnan(values.numbers).any()


@given(st.lists(st.floats(allow_nan=False) | st.integers(), min_size=1))
def test_numbers_are_read_as_they_were_written(numbers: list[float | int]) -> None:
    values = classify(pd.Series([str(number) for number in numbers], dtype=object))
    assert list(values.numbers) == [float(number) for number in numbers]
    assert values.integral == sum(isinstance(number, int) for number in numbers)
