"""Rule VariableCheck: compares a variable with a value.

https://docs.aws.amazon.com/codepipeline/latest/userguide/rule-reference-VariableCheck.html. MATCHES is
taken as Java's `String.matches`: the whole value. Difference: the expression is Python's, whose syntax
is Java's in what is commonly used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from localcloud.codepipeline.actions.action import ActionContext, ActionFailed, ActionType
from localcloud.codepipeline.rules.rule import RuleProvider

OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "EQ": lambda variable, value: variable == value,
    "NE": lambda variable, value: variable != value,
    "CONTAINS": lambda variable, value: value in variable,
    "MATCHES": lambda variable, value: re.fullmatch(value, variable) is not None,
}


class VariableCheck(RuleProvider):
    """`Rule/VariableCheck`."""

    type = ActionType(
        "Rule", "VariableCheck", required=frozenset({"Operator", "Value", "Variable"})
    )

    def defect(self, configuration: Mapping[str, str]) -> str | None:
        operator = configuration["Operator"]
        if operator not in OPERATORS:
            return f"its Operator is {operator}, and must be one of {', '.join(OPERATORS)}"
        return None

    def run(self, context: ActionContext) -> str:
        variable, value = context.configuration["Variable"], context.configuration["Value"]
        operator = context.configuration["Operator"]
        try:
            holds = OPERATORS[operator](variable, value)
        except re.error as error:
            raise ActionFailed(
                f"{value} is no regular expression: {error}", "ConfigurationError"
            ) from error
        said = f"the variable's value {variable!r} {operator} {value!r}"
        if not holds:
            raise ActionFailed(f"The check did not hold: {said}")
        return f"The check held: {said}"
