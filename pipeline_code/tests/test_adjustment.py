"""What a constraints file becomes: wider, or with another value, and still one of its check."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from pipelines._utils import CommandError
from pipelines.checks.model_quality import relax
from pipelines.versions import adjusting, adjustment, constraint_path
from registered_versions import BIAS, CONSTRAINTS, DATA_QUALITY, MODEL_QUALITY


def test_widened_is_what_a_tolerance_makes_of_a_new_baseline() -> None:
    before = copy.deepcopy(MODEL_QUALITY)
    result = adjustment.widened("model_quality", MODEL_QUALITY, 0.1)
    assert result == relax(MODEL_QUALITY, 0.1)
    assert before == MODEL_QUALITY
    assert [(each.path, each.before) for each in adjustment.changes(before, result)] == [
        ("regression_constraints.mse.threshold", 4.0),
        ("regression_constraints.r2.threshold", 0.5),
    ]
    assert result["regression_constraints"]["mse"]["threshold"] == pytest.approx(4.4)
    assert result["regression_constraints"]["r2"]["threshold"] == pytest.approx(0.45)


@pytest.mark.parametrize(
    ("check", "by", "message"),
    [
        ("data_bias", 0.1, "--check data_bias cannot be widened"),
        ("model_quality", 0.0, "--by is 0; a share above 0"),
        ("model_quality", float("nan"), "--by is nan; a share above 0"),
    ],
)
def test_what_cannot_be_widened(check: str, by: float, message: str) -> None:
    with pytest.raises(CommandError, match=message):
        adjustment.widened(check, CONSTRAINTS[check][0], by)


@pytest.mark.parametrize(
    ("content", "assignment", "expected"),
    [
        (MODEL_QUALITY, "regression_constraints.mse.threshold=5", 5),
        (DATA_QUALITY, "features[length].completeness=0.9", 0.9),
        (DATA_QUALITY, "features[0].completeness=0.9", 0.9),
        (DATA_QUALITY, 'features[sex].string_constraints.domains=["F", "M"]', ["F", "M"]),
        (DATA_QUALITY, "monitoring_config.evaluate_constraints=Disabled", "Disabled"),
        (BIAS, "pre_training_bias_metrics.facets.sex_F[0].metrics[CI].value=0.4", 0.4),
    ],
)
def test_edited_changes_one_value(content: Any, assignment: str, expected: Any) -> None:
    result = adjustment.edited(content, assignment)
    path = assignment.partition("=")[0]
    assert constraint_path.get(result, path) == expected
    assert len(adjustment.changes(content, result)) == 1
    assert constraint_path.get(content, path) != expected


@pytest.mark.parametrize(
    ("content", "assignment", "message"),
    [
        (MODEL_QUALITY, "regression_constraints.mse", "is not of the form path=value"),
        (MODEL_QUALITY, "regression_constraints.mae.threshold=1", "has no mae; it has mse, r2"),
        (MODEL_QUALITY, "regression_constraints.mse=1", "has several values; name one of them"),
        (MODEL_QUALITY, "regression_constraints.mse.threshold=high", "'high' is no JSON value"),
        (MODEL_QUALITY, "regression_constraints.mse.threshold=NaN", "is no finite number"),
        (MODEL_QUALITY, "regression_constraints.mse.threshold=true", "is a number .4.0.; true is"),
        (MODEL_QUALITY, "regression_constraints..mse=1", "is no path"),
        (MODEL_QUALITY, "version.mse=1", "version is 0.0, which has no mse"),
        (DATA_QUALITY, "features[width].completeness=1", "has no width; it has length, sex"),
        (DATA_QUALITY, "features[sex].string_constraints.domains=[1]", "items have to be of the"),
    ],
)
def test_edited_refuses(content: Any, assignment: str, message: str) -> None:
    with pytest.raises(CommandError, match=message):
        adjustment.edited(content, assignment)


@pytest.mark.parametrize("check", CONSTRAINTS)
def test_a_registered_baseline_is_valid(check: str) -> None:
    adjustment.require_valid(check, CONSTRAINTS[check][0])


@pytest.mark.parametrize(
    ("check", "assignment", "message"),
    [
        (
            "model_quality",
            "regression_constraints.mse.comparison_operator=Above",
            "mse has the comparison_operator 'Above'; it has to be GreaterThanThreshold or Less",
        ),
        ("data_quality", "features[length].completeness=90", "completeness of length is 90; it is"),
        ("data_quality", "monitoring_config.datatype_check_threshold=2", "from 0 to 1"),
        ("data_quality", "features[length].inferred_type=Number", "has to be one of Integral"),
    ],
)
def test_what_the_check_could_not_read_is_refused(
    check: str, assignment: str, message: str
) -> None:
    content = adjustment.edited(CONSTRAINTS[check][0], assignment)
    with pytest.raises(CommandError, match=message):
        adjustment.require_valid(check, content)


@pytest.mark.parametrize("check", CONSTRAINTS)
def test_every_leaf_can_be_named(check: str) -> None:
    content = CONSTRAINTS[check][0]
    found = dict(constraint_path.leaves(content))
    assert {path: constraint_path.get(content, path) for path in found} == found


def test_names_with_dots_stand_in_brackets() -> None:
    content = {"facets": {"sex.F": [{"value": 1}]}}
    assert dict(constraint_path.leaves(content)) == {"facets[sex.F][0].value": 1}
    assert constraint_path.get(content, "facets[sex.F][0].value") == 1


def test_metadata_is_what_the_api_takes() -> None:
    text = adjusting.metadata_value('the "test" split\nis 10 % small, (Müller) ' + "x" * 300)
    assert text.startswith("the test split is 10 small Müller x")
    assert len(text) == adjusting.MAX_VALUE
    assert text.endswith("...")
    assert json.dumps(text)
