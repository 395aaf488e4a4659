"""The Condition step: compares values, and lets the steps of one of its two branches run.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html. Its `Outcome` can be
referred to. Assumed: a value that is missing (a path that the property file lacks) fails the step.
"""

from __future__ import annotations

from typing import Any

from localcloud.sagemaker.pipelines import conditions
from localcloud.sagemaker.pipelines.definition import Definition, Step, as_list, as_object, invalid
from localcloud.sagemaker.pipelines.steps.step_type import StepContext, StepType

_ARGUMENTS = frozenset({"Conditions", "IfSteps", "ElseSteps"})


class Condition(StepType):
    """A choice between two branches."""

    name = "Condition"
    plain_properties = frozenset({"Outcome"})

    def check(self, step: Step, definition: Definition) -> None:
        for member in step.arguments:
            if member not in _ARGUMENTS:
                raise invalid(f"Unknown Argument member '{member}'. (step '{step.name}')")
        for condition in as_list(step.arguments.get("Conditions")):
            _check_condition(condition, step.name)

    def run(self, context: StepContext) -> None:
        outcome = conditions.all_hold(context.resolve(context.run.step.arguments["Conditions"]))
        context.run.metadata["Condition"] = {"Outcome": str(outcome)}
        context.run.properties = {"Outcome": outcome}


def _check_condition(value: Any, step: str) -> None:
    condition = as_object(value)
    kind = condition.get("Type")
    if kind not in conditions.MEMBERS:
        raise invalid(
            f"Model Validation failed: Value '{kind}' for 'ConditionType' failed to satisfy enum "
            f"value set: [{', '.join(conditions.MEMBERS)}] (step '{step}')"
        )
    for member in conditions.MEMBERS[kind]:
        if member not in condition:
            raise invalid(f"Missing required member '{member}' of {kind} (step '{step}')")
    for member in ("Values", "Conditions"):
        if member in conditions.MEMBERS[kind]:
            as_list(condition[member])
    for inner in conditions.nested(condition):
        _check_condition(inner, step)
