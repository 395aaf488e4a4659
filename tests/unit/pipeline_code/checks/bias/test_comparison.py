"""Bias that got worse, by the rule that AWS documents; and the report."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from pipelines.checks import bias
from pipelines.checks.errors import CheckError

from tests.unit.pipeline_code.checks.bias.data_sets import DATA_SETS
from tests.unit.pipeline_code.checks.bias.test_metrics import analysis_of


def _analysis(value: Any, name: str = "DPPL", group: str = "40", label: str = "1") -> Any:
    return {
        "version": "1.0",
        "post_training_bias_metrics": {
            "label": "Target",
            "facets": {
                "Age": [
                    {
                        "value_or_threshold": group,
                        "metrics": [{"name": name, "description": name, "value": value}],
                    }
                ]
            },
            "label_value_or_threshold": label,
        },
    }


@pytest.mark.parametrize(
    ("name", "before", "now", "violates"),
    [
        # The documentation's own example.
        ("DPPL", 0.2, 0.1, False),
        ("DPPL", 0.2, -0.3, True),
        ("DPPL", 0.2, -0.2, False),
        ("DI", 0.8, 1.1, False),
        ("DI", 0.8, 0.7, True),
        ("DI", 0.8, 1.3, True),
        ("TE", "Infinity", "Infinity", False),
        ("TE", 2.0, "-Infinity", True),
        ("DPPL", None, 0.9, False),
    ],
)
def test_worse_is_farther_from_unbiased(name: str, before: Any, now: Any, violates: bool) -> None:
    violations = bias.compare(_analysis(now, name), _analysis(before, name))
    assert bool(violations) == violates


def test_a_violation_has_clarifys_keys_and_a_sentence_with_all_numbers() -> None:
    now, before = _analysis(-0.3, group="(40, 90]"), _analysis(0.2, group="(40.0, 81.5]")
    (violation,) = bias.compare(now, before)
    assert violation.entry == {
        "facet": "Age",
        "facet_value": "40",
        "metric_name": "DPPL",
        "constraint_check_type": "bias_drift_check",
        "description": "Value -0.3 does not meet the constraint requirement",
    }
    assert violation.sentence == (
        "Age (40, 90]: DPPL -0.3 (0.2 in the baseline) is farther than 0.2 from 0, which is unbiased"
    )


def test_a_tolerance_widens_the_rule() -> None:
    now, before = _analysis(-0.3), _analysis(0.2)
    assert bias.compare(now, before, tolerance=0.1) == []
    (violation,) = bias.compare(now, before, tolerance=0.05)
    assert violation.sentence.endswith("is farther than 0.25 from 0, which is unbiased")
    with pytest.raises(CheckError, match="is negative"):
        bias.compare(now, before, tolerance=-1)


def test_the_same_data_do_not_violate() -> None:
    for data_set in DATA_SETS.values():
        analysis = analysis_of(data_set)
        assert bias.compare(analysis, copy.deepcopy(analysis)) == []


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (_analysis(0.1, group="50"), "the baseline has DPPL of Age 40, which does not exist now"),
        (_analysis(None), "which does not exist now"),
        (_analysis(0.1, label="0"), "the positive outcome is 0 now and 1 in the baseline"),
        ({"version": "1.0", "explanations": {}}, "this is no bias analysis"),
    ],
)
def test_what_cannot_be_compared(now: Any, said: str) -> None:
    with pytest.raises(CheckError, match=said):
        bias.compare(now, _analysis(0.2))


def test_the_report_shows_both() -> None:
    analysis = analysis_of(DATA_SETS["binary"])
    baseline = copy.deepcopy(analysis)
    metrics = baseline["post_training_bias_metrics"]["facets"]["sex"][0]["metrics"]
    next(each for each in metrics if each["name"] == "DPPL")["value"] = 0.01
    violations = bias.compare(analysis, baseline)
    page = bias.report_page(analysis, baseline, violations)
    assert [each.entry["metric_name"] for each in violations] == ["DPPL"]
    assert "1 bias metric is farther" in page
    assert violations[0].sentence in page
    assert "Bias in the data: sex 1" in page
    assert "Bias in the predictions: sex 1" in page
    assert "<td>0.01</td>" in page
    assert page.count("<svg") == 2
    assert page == bias.report_page(analysis, baseline, violations)


def test_the_report_of_a_first_analysis() -> None:
    page = bias.report_page(analysis_of(DATA_SETS["every_value"]), None, [])
    assert "there was no baseline to compare it with" in page
    assert "CDDL: the analysis configuration has no group_variable." in page
