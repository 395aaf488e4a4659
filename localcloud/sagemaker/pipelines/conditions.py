"""The conditions of a Condition step: all eight operators, on values that are already resolved.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html (ConditionStep).
Assumed: a comparison of values of different types (a text with a number) fails the step; AWS does not
say. Whole and fractional numbers compare by value.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from localcloud.sagemaker.pipelines.expressions import ExpressionError

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "GreaterThan": operator.gt,
    "GreaterThanOrEqualTo": operator.ge,
    "LessThan": operator.lt,
    "LessThanOrEqualTo": operator.le,
}
# The members of each operator, all of them required.
MEMBERS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(_COMPARISONS, ("LeftValue", "RightValue")),
    "In": ("QueryValue", "Values"),
    "Not": ("Condition",),
    "Or": ("Conditions",),
}


def nested(condition: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The conditions within a `Not` or an `Or`."""
    if condition["Type"] == "Not":
        return [condition["Condition"]]
    return list(condition["Conditions"]) if condition["Type"] == "Or" else []


def all_hold(conditions: list[Mapping[str, Any]]) -> bool:
    """The outcome of a Condition step: its conditions are ANDed."""
    return all(holds(condition) for condition in conditions)


def holds(condition: Mapping[str, Any]) -> bool:
    """Whether one condition is met; ExpressionError where its values cannot be compared."""
    kind = condition["Type"]
    if kind == "Not":
        return not holds(condition["Condition"])
    if kind == "Or":
        return any(holds(item) for item in condition["Conditions"])
    if kind == "In":
        wanted = condition["QueryValue"]
        return any(
            _type_name(wanted) == _type_name(value) and wanted == value
            for value in condition["Values"]
        )
    left, right = condition["LeftValue"], condition["RightValue"]
    if _type_name(left) != _type_name(right):
        raise ExpressionError(
            f"{kind} cannot compare {left!r} ({_type_name(left)}) with {right!r} "
            f"({_type_name(right)})"
        )
    try:
        return bool(_COMPARISONS[kind](left, right))
    except TypeError as error:
        raise ExpressionError(f"{kind} cannot compare {left!r} with {right!r}") from error


def _type_name(value: Any) -> str:
    if isinstance(value, bool):
        return "Boolean"
    if isinstance(value, int | float):
        return "Number"
    return "String" if isinstance(value, str) else type(value).__name__
