"""Wider thresholds, as the model repository's own check engine has them."""

from __future__ import annotations

import copy
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.lambdas.assets import asset

thresholds = asset("relax_baseline").module("thresholds")

REPOSITORY = Path(__file__).resolve().parents[4] / "pipeline_code"
GREATER, LESS = "GreaterThanThreshold", "LessThanThreshold"


def entry(threshold: Any, operator: str = GREATER) -> dict[str, Any]:
    return {"threshold": threshold, "comparison_operator": operator}


# In the form of AWS's own samples: the SDK's tests/data/monitor.
REGRESSION = {
    "version": 0.0,
    "regression_constraints": {
        "mae": entry(1.5),
        "mse": entry(4.8),
        "rmse": entry(2.19089),
        "r2": entry(0.55, LESS),
    },
}
BINARY = {
    "version": 0.0,
    "binary_classification_constraints": {
        "recall": entry(0.9, LESS),
        "false_positive_rate": entry(0.0),
        "auc": entry("NaN", LESS),
    },
}
MULTICLASS = {
    "version": 0.0,
    "multiclass_classification_constraints": {
        "accuracy": entry(0.8, LESS),
        "weighted_f1": entry(1, LESS),
    },
}


def test_errors_get_more_and_scores_get_less() -> None:
    relaxed = thresholds.relax(REGRESSION, 0.1)["regression_constraints"]
    assert relaxed["mse"] == entry(pytest.approx(5.28))
    assert relaxed["r2"] == entry(pytest.approx(0.495), LESS)


def test_a_negative_score_gets_room_too() -> None:
    negative = {"regression_constraints": {"r2": entry(-2.0, LESS)}}
    relaxed = thresholds.relax(negative, 0.5)
    assert relaxed["regression_constraints"]["r2"]["threshold"] == -3.0


@pytest.mark.parametrize("constraints", [REGRESSION, BINARY, MULTICLASS])
def test_everything_else_is_untouched(constraints: dict[str, Any]) -> None:
    before = copy.deepcopy(constraints)
    assert thresholds.relax(constraints, 0) == constraints
    relaxed = thresholds.relax({**constraints, "more": [1]}, 0.3)
    assert constraints == before
    assert relaxed["version"] == 0.0
    assert relaxed["more"] == [1]
    if constraints is BINARY:
        assert relaxed["binary_classification_constraints"]["auc"] == entry("NaN", LESS)


@pytest.mark.parametrize("sample", [REGRESSION, BINARY, MULTICLASS])
@pytest.mark.parametrize("tolerance", [0, 0.1, 0.333, 1, 7.5])
def test_the_open_engine_widens_the_same(
    monkeypatch: pytest.MonkeyPatch, sample: dict[str, Any], tolerance: float
) -> None:
    """To the last digit, so that a version's baseline does not depend on the engine."""
    assert thresholds.relax(sample, tolerance) == of_the_open_engine(monkeypatch)(sample, tolerance)


@given(
    threshold=st.floats(-1e9, 1e9),
    operator=st.sampled_from([GREATER, LESS]),
    tolerance=st.floats(0, 10),
)
def test_the_open_engine_widens_the_same_for_any_number(
    threshold: float, operator: str, tolerance: float
) -> None:
    sample = {"regression_constraints": {"m": entry(threshold, operator)}}
    with pytest.MonkeyPatch.context() as patch:
        assert thresholds.relax(sample, tolerance) == of_the_open_engine(patch)(sample, tolerance)


def of_the_open_engine(patch: pytest.MonkeyPatch) -> Any:
    if str(REPOSITORY) not in sys.path:
        patch.syspath_prepend(str(REPOSITORY))
    from pipelines.checks.model_quality.constraints import relax

    return relax


@pytest.mark.parametrize(
    ("constraints", "reason"),
    [
        ([], "it must have one of regression_constraints, .*; it has none of them"),
        ({"features": []}, "it has none of them"),
        ({**REGRESSION, **BINARY}, "it has regression_constraints, binary_classification"),
        ({"regression_constraints": []}, r"its regression_constraints must be an object, not \[\]"),
        (
            {"regression_constraints": {"mse": entry(1.0, "Greater")}},
            "its metric mse must have the comparison_operator .*, not 'Greater'",
        ),
        (
            {"regression_constraints": {"mse": 1.0}},
            "its metric mse must have the comparison_operator",
        ),
        (
            {"regression_constraints": {"mse": entry("4.8")}},
            "its metric mse must have a number as threshold, not '4.8'",
        ),
        ({"regression_constraints": {"mse": entry(True)}}, "a number as threshold, not True"),
        ({"regression_constraints": {"mse": entry(None)}}, "a number as threshold, not None"),
    ],
)
def test_anything_else_is_refused(constraints: Any, reason: str) -> None:
    with pytest.raises(thresholds.UnreadableConstraints, match=reason):
        thresholds.relax(constraints, 0.1)
