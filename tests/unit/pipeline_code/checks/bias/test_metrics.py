"""Every metric, judged by Clarify's own open library and by what the formulas promise."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pipelines.checks import bias
from pipelines.checks.bias import post_training, pre_training
from pipelines.checks.bias.counts import Group

from tests.unit.pipeline_code.checks.bias.data_sets import DATA_SETS, DataSet

RECORDED: dict[str, Any] = json.loads((Path(__file__).parent / "smclarify.json").read_text())
STAGES = {
    "pre_training_bias_metrics": "pre_training",
    "post_training_bias_metrics": "post_training",
}


def analysis_of(data_set: DataSet) -> dict[str, Any]:
    """What `analyze` makes of one of the shared data sets."""
    content: dict[str, Any] = {
        "dataset_type": "text/csv",
        "label": data_set.label,
        "label_values_or_threshold": data_set.label_values,
        "facet": [{"name_or_index": data_set.facet, "value_or_threshold": data_set.facet_values}],
        "predicted_label": data_set.predicted_label,
        "methods": {
            "pre_training_bias": {"methods": "all"},
            "post_training_bias": {"methods": "all"},
        },
    }
    if data_set.group_variable:
        content["group_variable"] = data_set.group_variable
    frame = pd.DataFrame(data_set.rows)
    return bias.analyze(frame, bias.AnalysisConfig.parse(content))


def _by_group(groups: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {
        group["value_or_threshold"]: {metric["name"]: metric for metric in group["metrics"]}
        for group in groups
    }


@pytest.mark.parametrize("name", sorted(set(DATA_SETS) - {"absent"}))
def test_all_metrics_are_the_librarys(name: str) -> None:
    data_set, recorded = DATA_SETS[name], RECORDED[name]
    analysis = analysis_of(data_set)
    compared = 0
    for key, stage in STAGES.items():
        assert analysis[key]["label_value_or_threshold"] == recorded["label_value_or_threshold"]
        found = _by_group(analysis[key]["facets"][data_set.facet])
        expected = _by_group(recorded[stage])
        assert found.keys() == expected.keys()
        for group, metrics in expected.items():
            assert list(found[group]) == list(metrics)
            for metric, entry in metrics.items():
                ours = found[group][metric]
                assert ours["description"] == entry["description"]
                assert ("error" in ours) == ("error" in entry), ours
                if isinstance(entry["value"], float):
                    assert ours["value"] == pytest.approx(entry["value"], abs=1e-9), metric
                else:
                    assert ours["value"] == entry["value"]
                compared += 1
    assert compared >= 21


def test_an_outcome_that_a_group_never_has_counts() -> None:
    """The one difference: the library leaves it out, against the published formulas."""
    found = _by_group(
        analysis_of(DATA_SETS["absent"])["pre_training_bias_metrics"]["facets"]["group"]
    )["1"]
    recorded = _by_group(RECORDED["absent"]["pre_training"])["1"]
    assert recorded["KL"]["value"] < 0
    assert found["KL"]["value"] == "Infinity"
    assert recorded["TVD"]["value"] == pytest.approx(recorded["DPL"]["value"] / 2)
    assert found["TVD"]["value"] == pytest.approx(found["DPL"]["value"])
    assert found["LP"]["value"] == pytest.approx(math.sqrt(2) * found["DPL"]["value"])
    same = {"CI", "DPL", "KS"}
    assert {name: found[name]["value"] for name in same} == pytest.approx(
        {name: recorded[name]["value"] for name in same}
    )


COUNTS = st.builds(Group, *(st.integers(1, 40) for _ in range(4)))


@given(COUNTS)
def test_groups_alike_have_no_bias(group: Group) -> None:
    for name, measure in (pre_training.MEASURES | post_training.MEASURES).items():
        assert measure(group, group) == pytest.approx(1.0 if name == "DI" else 0.0)


@given(COUNTS, COUNTS)
def test_differences_change_their_sign_with_the_sides(a: Group, d: Group) -> None:
    for name in ("CI", "DPL"):
        measure = pre_training.MEASURES[name]
        assert measure(a, d) == pytest.approx(-measure(d, a))
    for name, measure in post_training.MEASURES.items():
        if name == "DI":
            assert measure(a, d) * measure(d, a) == pytest.approx(1.0)
        else:
            assert measure(a, d) == pytest.approx(-measure(d, a))


@given(COUNTS, COUNTS)
def test_distances_are_within_their_published_ranges(a: Group, d: Group) -> None:
    measured = {name: measure(a, d) for name, measure in pre_training.MEASURES.items()}
    assert -1 <= measured["CI"] <= 1
    assert -1 <= measured["DPL"] <= 1
    assert -1e-12 <= measured["JS"] <= math.log(2)
    assert measured["KL"] >= -1e-12
    # Of two outcomes, both shares move by the same amount.
    assert measured["TVD"] == pytest.approx(abs(measured["DPL"]))
    assert measured["KS"] == pytest.approx(abs(measured["DPL"]))
    assert measured["LP"] == pytest.approx(math.sqrt(2) * abs(measured["DPL"]))
