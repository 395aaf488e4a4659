"""Small data sets of text, and the statistics of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import pytest
from pipelines.checks.data_quality import analyze

Statistics = Callable[..., dict[str, Any]]


@pytest.fixture
def statistics_of() -> Statistics:
    """`statistics_of(a=["1", "2"])`: the statistics of columns of text."""

    def make(**columns: Sequence[str]) -> dict[str, Any]:
        return analyze([pd.DataFrame(columns, dtype=object)])

    return make


@pytest.fixture
def feature_of(statistics_of: Statistics) -> Callable[[Sequence[str]], dict[str, Any]]:
    """The statistics of one column."""

    def make(texts: Sequence[str]) -> dict[str, Any]:
        feature: dict[str, Any] = statistics_of(x=texts)["features"][0]
        return feature

    return make
