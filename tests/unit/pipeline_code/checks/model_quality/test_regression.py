"""mae, mse, rmse and r2, judged by scikit-learn."""

from __future__ import annotations

import statistics as stdlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pipelines.checks import model_quality
from sklearn import metrics as judge

NUMBERS = st.lists(
    st.tuples(
        st.floats(-1e6, 1e6, allow_subnormal=False), st.floats(-1e6, 1e6, allow_subnormal=False)
    ),
    min_size=2,
    max_size=60,
)


def _frames(labels: Any, predictions: Any, chunk_rows: int = 1_000_000) -> Iterator[pd.DataFrame]:
    frame = pd.DataFrame(
        {"_c0": [repr(float(p)) for p in predictions], "_c1": [repr(float(y)) for y in labels]}
    )
    for start in range(0, len(frame), chunk_rows):
        yield frame.iloc[start : start + chunk_rows]


def _analyze(labels: Any, predictions: Any, chunk_rows: int = 1_000_000) -> dict[str, Any]:
    return model_quality.analyze(
        _frames(labels, predictions, chunk_rows),
        "Regression",
        inference_attribute="_c0",
        ground_truth_attribute="_c1",
    )


@settings(max_examples=60, deadline=None)
@given(NUMBERS, st.integers(1, 20))
def test_the_values_are_scikit_learns(pairs: list[tuple[float, float]], chunk_rows: int) -> None:
    labels, predictions = map(np.array, zip(*pairs, strict=True))
    found = _analyze(labels, predictions, chunk_rows)["regression_metrics"]
    mse = judge.mean_squared_error(labels, predictions)
    assert found["mae"]["value"] == pytest.approx(judge.mean_absolute_error(labels, predictions))
    assert found["mse"]["value"] == pytest.approx(mse)
    assert found["rmse"]["value"] == pytest.approx(mse**0.5)
    # scikit-learn answers 0 or 1 where there is no variance; below that, both only have noise.
    if labels.std() > 1e-6 * (1 + np.abs(labels).max()):
        expected = judge.r2_score(labels, predictions)
        assert found["r2"]["value"] == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_labels_far_from_zero_keep_their_digits() -> None:
    random = np.random.default_rng(3)
    labels = 1e9 + random.normal(size=4000)
    predictions = labels + random.normal(scale=0.5, size=4000)
    found = _analyze(labels, predictions, 137)["regression_metrics"]
    assert found["r2"]["value"] == pytest.approx(judge.r2_score(labels, predictions), rel=1e-6)


def test_the_standard_deviation_is_that_of_five_parts_of_80_percent() -> None:
    random = np.random.default_rng(5)
    labels = random.normal(size=2000)
    predictions = labels + random.normal(size=2000)
    errors = np.abs(labels - predictions)
    found = _analyze(labels, predictions)["regression_metrics"]["mae"]["standard_deviation"]
    # What five such parts give, drawn again and again: ours has to be one of them.
    likely = [
        stdlib.stdev(errors[random.random(2000) < 0.8].mean() for _ in range(5)) for _ in range(200)
    ]
    assert min(likely) / 2 < found < max(likely) * 2


def test_chunks_change_nothing() -> None:
    random = np.random.default_rng(6)
    labels, predictions = random.normal(size=(2, 700))
    one, many = _analyze(labels, predictions), _analyze(labels, predictions, 33)
    for name, entry in one["regression_metrics"].items():
        assert many["regression_metrics"][name] == pytest.approx(entry)


@pytest.mark.parametrize(("rows", "kind"), [(199, str), (200, float)])
def test_the_standard_deviation_starts_at_200_rows(rows: int, kind: type) -> None:
    labels = np.arange(float(rows))
    for entry in _analyze(labels, labels + labels % 3)["regression_metrics"].values():
        assert isinstance(entry["standard_deviation"], kind)
        assert kind is float or entry["standard_deviation"] == "NaN"


def test_labels_that_are_all_alike_have_no_r2() -> None:
    found = _analyze([2.0, 2.0], [1.0, 3.0])
    assert found["regression_metrics"]["r2"]["value"] == "NaN"
    constraints = model_quality.suggest_constraints(found, "Regression")
    assert list(constraints["regression_constraints"]) == ["mae", "mse", "rmse"]


def test_the_file_has_model_monitors_form() -> None:
    found = model_quality.analyze(
        _frames([1, 2, 3], [1, 2, 4]),
        "Regression",
        inference_attribute="0",
        ground_truth_attribute="1",
        now=datetime(2023, 3, 30, 21, 8, 34, 729000, UTC),
    )
    assert found["version"] == 0.0
    assert found["dataset"] == {"item_count": 3, "evaluation_time": "2023-03-30T21:08:34.729Z"}
    assert list(found["regression_metrics"]) == ["mae", "mse", "rmse", "r2"]


def test_the_summary_follows_the_labels() -> None:
    labels = np.arange(20_000.0)
    summary = _analyze(labels, 2 * labels, 1024)["predicted_vs_actual"]
    assert summary["sampled_rows"] == 5000
    assert len(summary["ranges"]) == 10
    for part in summary["ranges"]:
        assert part["mean_prediction"] == pytest.approx(2 * part["mean_label"])
