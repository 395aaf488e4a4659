"""The operators of a Condition step."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.sagemaker.pipelines.conditions import all_hold, holds
from localcloud.sagemaker.pipelines.expressions import ExpressionError


def compare(kind: str, left: Any, right: Any) -> bool:
    return holds({"Type": kind, "LeftValue": left, "RightValue": right})


@pytest.mark.parametrize(
    ("kind", "below", "same", "above"),
    [
        ("Equals", False, True, False),
        ("GreaterThan", False, False, True),
        ("GreaterThanOrEqualTo", False, True, True),
        ("LessThan", True, False, False),
        ("LessThanOrEqualTo", True, True, False),
    ],
)
def test_comparison_holds_by_its_operator(kind: str, below: bool, same: bool, above: bool) -> None:
    assert [compare(kind, left, 6) for left in (5.9, 6.0, 7)] == [below, same, above]
    assert [compare(kind, left, "b") for left in ("a", "b", "c")] == [below, same, above]


def test_in_holds_when_the_value_is_listed_with_its_type() -> None:
    assert holds({"Type": "In", "QueryValue": "a", "Values": ["b", "a"]})
    assert not holds({"Type": "In", "QueryValue": "1", "Values": [1, 2]})
    assert not holds({"Type": "In", "QueryValue": True, "Values": [1]})


def test_not_and_or_nest() -> None:
    equal = {"Type": "Equals", "LeftValue": 1, "RightValue": 1}
    unequal = {"Type": "Not", "Condition": equal}
    assert not holds(unequal)
    assert holds({"Type": "Or", "Conditions": [unequal, equal]})
    assert not holds({"Type": "Or", "Conditions": [unequal, unequal]})


def test_conditions_are_all_needed() -> None:
    yes = {"Type": "Equals", "LeftValue": 1, "RightValue": 1}
    no = {"Type": "Equals", "LeftValue": 1, "RightValue": 2}
    assert all_hold([yes, yes])
    assert not all_hold([yes, no])


@pytest.mark.parametrize(("left", "right"), [("6", 6), (True, 1), (None, 1)])
def test_comparison_fails_when_the_types_differ(left: Any, right: Any) -> None:
    with pytest.raises(ExpressionError, match="cannot compare"):
        compare("Equals", left, right)
