"""A bias analysis with room in it, as the model repository's own check engine makes it."""

from __future__ import annotations

import copy
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.lambdas.assets import asset

ASSET = asset("relax_baseline")
bias = ASSET.module("bias")
UnreadableConstraints = ASSET.module("thresholds").UnreadableConstraints

REPOSITORY = Path(__file__).resolve().parents[4] / "pipeline_code"
PRE, POST = "pre_training_bias_metrics", "post_training_bias_metrics"


def metric(name: str, value: Any) -> dict[str, Any]:
    return {"name": name, "description": f"The {name}", "value": value}


def part(*metrics: Any) -> dict[str, Any]:
    facets = {"sex_F": [{"value_or_threshold": "1", "metrics": list(metrics)}]}
    return {"label": "rings", "facets": facets, "label_value_or_threshold": "(10.0, 29.0]"}


def metrics_of(analysis: dict[str, Any], stage: str) -> dict[str, Any]:
    (group,) = analysis[stage]["facets"]["sex_F"]
    return {each["name"]: each["value"] for each in group["metrics"]}


# In the form of Clarify's analysis.json
# (https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-processing-job-analysis-results.html).
DATA = {
    "version": "1.0",
    PRE: part(
        {**metric("CDDL", None), "error": "no group_variable"},
        metric("CI", 0.374),
        metric("DPL", -0.12),
        metric("KL", "Infinity"),
        metric("KS", 0),
    ),
}
MODEL = {
    "version": "1.0",
    POST: part(
        metric("AD", 0.0), metric("DI", 0.81), metric("GE", 0.07), metric("TE", "-Infinity")
    ),
}
BOTH = {**DATA, **MODEL, "more": [1]}


def test_each_value_moves_away_from_unbiased() -> None:
    assert metrics_of(bias.relax(BOTH, 0.1), PRE) == {
        "CDDL": None,
        "CI": pytest.approx(0.474),
        "DPL": pytest.approx(-0.22),
        "KL": "Infinity",
        "KS": 0.1,
    }
    assert metrics_of(bias.relax(BOTH, 0.1), POST) == {
        "AD": 0.1,
        "DI": pytest.approx(0.41),
        "GE": pytest.approx(0.17),
        "TE": "-Infinity",
    }


def test_everything_else_is_untouched() -> None:
    before = copy.deepcopy(BOTH)
    assert bias.relax(BOTH, 0) == before
    relaxed = bias.relax(BOTH, 0.1)
    assert before == BOTH
    assert relaxed["more"] == [1]
    assert relaxed[PRE]["label_value_or_threshold"] == "(10.0, 29.0]"
    (group,) = relaxed[PRE]["facets"]["sex_F"]
    assert group["metrics"][0] == BOTH[PRE]["facets"]["sex_F"][0]["metrics"][0]


@pytest.mark.parametrize("sample", [DATA, MODEL, BOTH])
@pytest.mark.parametrize("tolerance", [0, 0.1, 0.333, 1])
def test_the_open_engine_widens_the_same(
    monkeypatch: pytest.MonkeyPatch, sample: dict[str, Any], tolerance: float
) -> None:
    """To the last digit, so that a version's baseline does not depend on the engine."""
    assert bias.relax(sample, tolerance) == of_the_open_engine(monkeypatch)(sample, tolerance)


@given(
    name=st.sampled_from(["DI", "DPPL", "TE", "KL"]),
    value=st.floats(-1e9, 1e9) | st.sampled_from([0, 1, 1.0, None, "Infinity", "-Infinity"]),
    tolerance=st.floats(0, 10),
)
def test_the_open_engine_widens_the_same_for_any_value(
    name: str, value: Any, tolerance: float
) -> None:
    sample = {POST: part(metric(name, value))}
    with pytest.MonkeyPatch.context() as patch:
        assert bias.relax(sample, tolerance) == of_the_open_engine(patch)(sample, tolerance)


def of_the_open_engine(patch: pytest.MonkeyPatch) -> Any:
    if str(REPOSITORY) not in sys.path:
        patch.syspath_prepend(str(REPOSITORY))
    from pipelines.checks.bias import relax

    return relax


def test_an_analysis_is_known_by_its_metrics() -> None:
    assert all(bias.is_analysis(each) for each in (DATA, MODEL, BOTH, {PRE: None}))
    others = ({"explanations": {}}, {"regression_constraints": {}}, [PRE], PRE, None)
    assert not any(bias.is_analysis(each) for each in others)


@pytest.mark.parametrize(
    ("analysis", "reason"),
    [
        ({PRE: None}, f"its {PRE} must have facets, each with groups, each with metrics"),
        ({PRE: {}}, "must have facets"),
        ({PRE: {"facets": []}}, "must have facets"),
        ({PRE: {"facets": {"sex": [{}]}}}, "must have facets"),
        ({POST: part("DI")}, f"its {POST} must have metrics with a name, not 'DI'"),
        ({POST: part({"value": 1})}, "must have metrics with a name"),
        ({POST: part(metric("DI", "0.8"))}, "its metric DI must have a number as value, not '0.8'"),
        ({POST: part(metric("DI", True))}, "a number as value, not True"),
        ({POST: part(metric("DI", []))}, r"a number as value, not \[\]"),
    ],
)
def test_anything_else_is_refused(analysis: Any, reason: str) -> None:
    with pytest.raises(UnreadableConstraints, match=reason):
        bias.relax(analysis, 0.1)
