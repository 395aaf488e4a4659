"""Drift of the features' ranking, and the report."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pipelines.checks import explainability
from pipelines.checks.errors import CheckError
from pipelines.checks.explainability.comparison import ndcg
from sklearn.metrics import ndcg_score

from tests.unit.pipeline_code.checks.explainability.models import NAMES, train

# The documentation's example of college admissions.
TRAINING = {"SAT score": 0.70, "GPA": 0.50, "Class rank": 0.05}
LIVE = {"SAT score": 0.10, "GPA": 0.20, "Class rank": 0.70}


def _analysis(*labels: dict[str, float]) -> dict[str, Any]:
    return {
        "version": "1.0",
        "explanations": {
            "kernel_shap": {
                f"label{index}": {"global_shap_values": values, "expected_value": 0.0}
                for index, values in enumerate(labels)
            }
        },
    }


def test_the_documented_example() -> None:
    assert ndcg(TRAINING, LIVE) == pytest.approx(0.69, abs=0.005)
    (violation,) = explainability.compare(_analysis(LIVE), _analysis(TRAINING))
    score = ndcg(TRAINING, LIVE)
    assert violation.entry == {
        "label": "label0",
        "metric_name": "shap",
        "constraint_check_type": "feature_attribution_drift_check",
        "description": f"Feature attribution drift {score} exceeds threshold 0.9",
    }
    assert violation.sentence == (
        "label0: the nDCG of the features' mean |SHAP| is 0.6876 (1 is the baseline's ranking), "
        "below 0.9; moved most: Class rank from place 3 (0.05) to place 1 (0.7), SAT score from "
        "place 1 (0.7) to place 3 (0.1), GPA from place 2 (0.5) to place 2 (0.2)"
    )


VALUES = st.lists(
    st.tuples(
        st.integers(0, 6).map(lambda value: value / 4), st.integers(0, 6).map(lambda v: v / 4)
    ),
    min_size=2,
    max_size=12,
).filter(lambda pairs: any(pair[0] for pair in pairs))


@given(VALUES)
def test_the_score_is_scikit_learns_also_with_ties(pairs: list[tuple[float, float]]) -> None:
    before, now = ({f"f{index}": pair[side] for index, pair in enumerate(pairs)} for side in (0, 1))
    expected = ndcg_score([list(before.values())], [list(now.values())])
    assert ndcg(before, now) == pytest.approx(expected)


@given(st.floats(0.1, 1000))
def test_the_scale_of_the_values_does_not_matter(factor: float) -> None:
    scaled = {name: factor * value for name, value in LIVE.items()}
    assert ndcg(TRAINING, scaled) == pytest.approx(ndcg(TRAINING, LIVE))


def test_each_label_is_compared_by_itself() -> None:
    violations = explainability.compare(_analysis(TRAINING, LIVE), _analysis(TRAINING, TRAINING))
    assert [each.entry["label"] for each in violations] == ["label1"]


def test_the_threshold_can_be_another_one() -> None:
    now, before = _analysis(LIVE), _analysis(TRAINING)
    assert explainability.compare(now, before, threshold=0.6) == []


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (_analysis(TRAINING), _analysis(TRAINING, TRAINING), "explains label0 now and label0, lab"),
        (
            _analysis({"GPA": 1.0, "height": 1.0}),
            _analysis({"GPA": 1.0, "age": 1.0}),
            r"label0 has other features than the baseline \(new: height; gone: age\)",
        ),
        (_analysis({"GPA": 1.0}), _analysis({"GPA": 0.0}), "attributes nothing to any feature"),
        (_analysis(TRAINING), {"version": "1.0"}, "this is no explainability analysis"),
    ],
)
def test_what_cannot_be_compared(now: Any, before: Any, said: str) -> None:
    with pytest.raises(CheckError, match=said):
        explainability.compare(now, before)


def test_a_model_trained_on_other_relations_drifts() -> None:
    trained = train("regression")
    baseline = explainability.analyze(trained.features, NAMES, trained.booster)
    assert explainability.compare(baseline, baseline) == []
    # The same model, but its first feature hardly varies any more.
    features = trained.features * np.array([0.001, 1, 1, 30])
    analysis = explainability.analyze(features, NAMES, trained.booster)
    (violation,) = explainability.compare(analysis, baseline)
    assert "length from place 1" in violation.sentence


def test_the_report_shows_both() -> None:
    now, before = _analysis(LIVE), _analysis(TRAINING)
    violations = explainability.compare(now, before)
    page = explainability.report_page(now, before, violations)
    assert "are no longer those of the baseline" in page
    assert 'class="verdict bad"' in page
    assert "Features of label0, drifted" in page
    assert '<td>1</td><td class="text">Class rank</td><td>0.7</td><td>0.05</td><td>3</td>' in page
    assert page.count("<svg") == 1
    assert page == explainability.report_page(now, before, violations)


def test_the_report_of_a_first_analysis() -> None:
    page = explainability.report_page(_analysis(LIVE), None, [])
    assert "there was no baseline to compare with" in page
    assert "<td>-</td>" in page
