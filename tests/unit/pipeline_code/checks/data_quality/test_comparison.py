"""What violates a baseline, and how it is said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from pipelines.checks.data_quality import compare, suggest_constraints
from pipelines.checks.violation import Violation

StatisticsOf = Callable[..., dict[str, Any]]
Columns = dict[str, Sequence[str]]


@pytest.fixture
def violations(statistics_of: StatisticsOf) -> Callable[..., list[Violation]]:
    """The violations by new columns of a baseline of others; `config` changes its monitoring."""

    def make(baseline: Columns, new: Columns, **config: Any) -> list[Violation]:
        before = statistics_of(**baseline)
        constraints = suggest_constraints(before)
        distribution = config.pop("distribution", {})
        constraints["monitoring_config"] |= config
        constraints["monitoring_config"]["distribution_constraints"] |= distribution
        return compare(statistics_of(**new), before, constraints)

    return make


Violations = Callable[..., list[Violation]]


def checks(found: list[Violation]) -> list[tuple[str, str]]:
    """Which check, of which feature."""
    return [
        (violation.entry["constraint_check_type"], violation.entry["feature_name"])
        for violation in found
    ]


def test_missing_and_extra_columns(violations: Violations) -> None:
    found = violations({"a": ["1"], "b": ["1"]}, {"b": ["1"], "c": ["1"], "d": ["1"]})
    assert checks(found) == [
        ("missing_column_check", "Missing columns"),
        ("extra_column_check", "Extra columns"),
    ]
    assert found[0].entry["description"] == (
        "There are missing columns in current dataset. Number of columns in current dataset: 3, "
        "Number of columns in baseline constraints: 2. Missing: a"
    )
    assert "c, d" in found[1].sentence


def test_another_order_of_columns_is_no_violation(violations: Violations) -> None:
    assert violations({"a": ["1"], "b": ["2"]}, {"b": ["2"], "a": ["1"]}) == []


def test_numbers_that_became_text(violations: Violations) -> None:
    (found,) = violations({"x": ["1", "2"]}, {"x": ["1", "2", "2", "?"]})
    assert dict(found.entry) == {
        "feature_name": "x",
        "constraint_check_type": "data_type_check",
        "description": "Data type match requirement is not met. Expected data type: Integral, "
        "Expected match: 100.0%. Observed: Only 75.0% of data is Integral.",
    }
    assert found.sentence == (
        "x: the type is Integral in the baseline and String now; 75 % of the values are Integral, "
        "below 100 %, the datatype_check_threshold"
    )


@pytest.mark.parametrize(
    ("baseline", "new", "violated"),
    [
        (["1", "2"], ["1", "2.0"], True),
        (["1.5", "2"], ["1", "2"], False),
        (["1.5", "2"], ["1", "x"], True),
        (["M", "F"], ["1", "2"], True),
        (["M", "1"], ["M", "1", "2"], False),
        (["", ""], ["1", "M"], False),
        (["1", "2"], ["", ""], False),
    ],
)
def test_which_types_match(
    violations: Violations, baseline: list[str], new: list[str], violated: bool
) -> None:
    found = checks(violations({"x": baseline}, {"x": new}))
    assert (("data_type_check", "x") in found) == violated


def test_some_values_of_another_type_may_be_tolerated(violations: Violations) -> None:
    texts = ["1", "2", "3"] * 3 + ["?"]
    assert violations({"x": texts[:9]}, {"x": texts}, datatype_check_threshold=0.9) == []


def test_the_numbers_among_tolerated_text_are_still_compared(violations: Violations) -> None:
    new = ["7"] * 99 + ["?"]
    found = violations({"x": ["1"] * 100}, {"x": new}, datatype_check_threshold=0.9)
    assert checks(found) == [("baseline_drift_check", "x")]


def test_missing_values(violations: Violations) -> None:
    (found,) = violations({"x": ["1", "2"]}, {"x": ["1", "2", "", "NaN"]})
    assert found.entry["constraint_check_type"] == "completeness_check"
    assert found.entry["description"] == "Value: 0.5 does not meet the constraint requirement!"
    assert found.sentence == (
        "x: completeness is 1 in the baseline and 0.5 now (2 of 4 values are missing), below 1, "
        "the completeness constraint"
    )


def test_a_column_of_nothing_violates_its_completeness_alone(violations: Violations) -> None:
    found = violations({"x": ["1.5", "2"], "y": ["M", "F"]}, {"x": ["", ""], "y": ["nan", "nan"]})
    assert checks(found) == [("completeness_check", "x"), ("completeness_check", "y")]


def test_more_values_than_before_are_no_violation(violations: Violations) -> None:
    assert violations({"x": ["1", ""]}, {"x": ["1", "1"]}) == []


def test_new_categories(violations: Violations) -> None:
    (found,) = violations({"x": ["M", "F"] * 50}, {"x": ["M", "F"] * 49 + ["N", "O"]})
    assert found.entry["constraint_check_type"] == "categorical_values_check"
    assert found.entry["description"] == "Value: 0.98 does not meet the constraint requirement!"
    assert "(N, O); 98 % of the values are known, below 100 %" in found.sentence
    assert "the baseline's 2" in found.sentence


def test_some_new_categories_may_be_tolerated(violations: Violations) -> None:
    new = ["M", "F"] * 49 + ["N", "O"]
    assert violations({"x": ["M", "F"]}, {"x": new}, domain_content_threshold=0.98) == []


def test_numbers_that_moved(violations: Violations) -> None:
    before, after = [str(n) for n in range(100)], [str(n + 50) for n in range(100)]
    (found,) = violations({"x": before}, {"x": after}, distribution={"comparison_method": "Simple"})
    assert dict(found.entry) == {
        "feature_name": "x",
        "constraint_check_type": "baseline_drift_check",
        "description": "Baseline drift distance: 0.5 exceeds threshold: 0.1",
    }
    assert found.sentence == (
        "x: distance between the distributions 0.5 (mean 49.5 in the baseline, now 99.5) is "
        "above 0.1, the comparison_threshold"
    )


def test_robust_lets_few_rows_differ(violations: Violations) -> None:
    few = {"x": ["1", "2", "3", "4"]}
    other = {"x": ["3", "4", "5", "6"]}
    assert violations(few, other) == []
    simple = violations(few, other, distribution={"comparison_method": "linf_simple"})
    assert checks(simple) == [("baseline_drift_check", "x")]


def test_infinite_values_are_drift(violations: Violations) -> None:
    found = violations({"x": ["1.5"] * 1000}, {"x": ["1.5"] * 700 + ["inf"] * 300})
    assert checks(found) == [("baseline_drift_check", "x")]


def test_a_constant_that_became_another(violations: Violations) -> None:
    (found,) = violations({"x": ["5"] * 200}, {"x": ["6"] * 200})
    assert "(mean 5 in the baseline, now 6)" in found.sentence


def test_categories_whose_shares_moved(violations: Violations) -> None:
    found = violations({"x": ["M"] * 500 + ["F"] * 500}, {"x": ["M"] * 800 + ["F"] * 200})
    assert checks(found) == [("baseline_drift_check", "x")]
    assert "50 % in the baseline, now 80 %" in found[0].sentence
    assert "categorical_comparison_threshold" in found[0].sentence


def test_the_categorical_threshold_is_its_own(violations: Violations) -> None:
    columns = {"x": ["M"] * 500 + ["F"] * 500}, {"x": ["M"] * 800 + ["F"] * 200}
    assert violations(*columns, distribution={"categorical_comparison_threshold": 0.5}) == []


def test_chi_squared_is_violated_below_its_threshold(violations: Violations) -> None:
    method = {"categorical_drift_method": "ChiSquared", "categorical_comparison_threshold": 0.01}
    before = {"x": ["M"] * 500 + ["F"] * 500}
    assert violations(before, {"x": ["M"] * 505 + ["F"] * 495}, distribution=method) == []
    (found,) = violations(before, {"x": ["M"] * 560 + ["F"] * 440}, distribution=method)
    assert found.entry["description"].startswith("Baseline drift p-value: 0.000")
    assert "is below 0.01" in found.sentence


def test_chi_squared_of_too_many_categories_falls_back_to_the_shares(
    violations: Violations,
) -> None:
    rare = [f"id-{n}" for n in range(3000)]
    method = {"categorical_drift_method": "ChiSquared"}
    found = violations({"x": rare}, {"x": [*rare, *["often"] * 3000]}, distribution=method)
    assert checks(found) == [("baseline_drift_check", "x")]
    assert "shares" in found[0].sentence


def test_identifiers_do_not_drift(violations: Violations) -> None:
    before, after = [f"id-{n}" for n in range(3000)], [f"id-{n}" for n in range(3000, 6000)]
    assert violations({"x": before}, {"x": after}) == []


@pytest.mark.parametrize(
    "config",
    [{"evaluate_constraints": "Disabled"}, {"distribution": {"perform_comparison": "Disabled"}}],
)
def test_what_is_disabled_is_not_checked(violations: Violations, config: dict[str, Any]) -> None:
    assert violations({"x": ["5"] * 200}, {"x": ["6"] * 200}, **config) == []


def test_without_distributions_the_other_checks_are_made(violations: Violations) -> None:
    off = {"perform_comparison": "Disabled"}
    found = violations({"x": ["5"] * 200}, {"x": ["6"] * 199 + [""]}, distribution=off)
    assert checks(found) == [("completeness_check", "x")]


@pytest.mark.parametrize("key", ["monitoringConfigOverrides", "monitoring_config_overrides"])
@pytest.mark.parametrize("place", ["feature", "string_constraints"])
def test_a_feature_can_be_excepted(statistics_of: StatisticsOf, key: str, place: str) -> None:
    baseline = statistics_of(x=["M", "F"], y=["M", "F"])
    constraints = suggest_constraints(baseline)
    feature = constraints["features"][0]
    where = feature if place == "feature" else feature["string_constraints"]
    where[key] = {"evaluate_constraints": "Disabled"}
    new = statistics_of(x=["N", ""], y=["N", ""])
    assert {name for _, name in checks(compare(new, baseline, constraints))} == {"y"}


def test_a_feature_can_have_a_threshold_of_its_own(statistics_of: StatisticsOf) -> None:
    baseline = statistics_of(x=["5"] * 200, y=["5"] * 200)
    constraints = suggest_constraints(baseline)
    own = {"distribution_constraints": {"comparison_threshold": 1.0}}
    constraints["features"][0]["monitoringConfigOverrides"] = own
    new = statistics_of(x=["6"] * 200, y=["6"] * 200)
    assert checks(compare(new, baseline, constraints)) == [("baseline_drift_check", "y")]


def test_every_sentence_begins_with_the_feature_and_names_the_bound(violations: Violations) -> None:
    found = violations(
        {"a": ["5"] * 200, "b": ["M", "F"] * 100, "c": ["1"] * 200},
        {"a": ["6"] * 199 + [""], "b": ["M"] * 200, "c": ["?"] * 200},
    )
    assert len(found) == 4
    for violation in found:
        assert violation.sentence.startswith(f"{violation.entry['feature_name']}: ")
        assert "baseline" in violation.sentence and "now" in violation.sentence
        assert "below" in violation.sentence or "above" in violation.sentence
