"""The output parameters of Lambda and Callback steps: what a step declares, and the values it got.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html (CallbackStep, LambdaStep),
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_OutputParameter.html: at most fifty, values are
String, Integer, Float or Boolean, and not nested; the API shows each as a text of at most 1024
characters. Expressions refer to them as `Steps.<step>.OutputParameters['<name>']`.
Known difference: AWS takes a nested value as one text and fails the step that refers to a part of it;
here it is refused where it appears. Assumed: a String takes any plain value (AWS's examples declare a
`statusCode` of 200 as one), and a text is read as the declared type.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localcloud.sagemaker.pipelines.definition import Step, as_list, as_object, invalid, required
from localcloud.sagemaker.pipelines.expressions import Path, render
from localcloud.sagemaker.pipelines.parameters import PYTHON_TYPES

MEMBER = "OutputParameters"
_MEMBERS = frozenset({"OutputName", "OutputType"})
_MOST = 50
_NAME_LENGTH = 256
_VALUE_LENGTH = 1024
_TRUTH = {"true": True, "false": False}

# The declared type of each output parameter, by its name.
Declared = Mapping[str, str]


class OutputError(Exception):
    """Values that are not what the step declares; the text says which and why."""


def declared(step: Step) -> dict[str, str]:
    """What the step declares; ValidationException for a malformed declaration."""
    found: dict[str, str] = {}
    for item in as_list(step.members.get(MEMBER) or []):
        members = as_object(item)
        name = str(required(members, "OutputName", f"an output parameter of step '{step.name}'"))
        for member in members:
            if member not in _MEMBERS:
                raise invalid(f"Unknown member '{member}' of output parameter '{name}'.")
        kind = members.get("OutputType")
        if kind not in PYTHON_TYPES:
            raise invalid(
                f"Model Validation failed: Value '{kind}' for 'OutputType' failed to satisfy enum "
                f"value set: [{', '.join(PYTHON_TYPES)}] (output parameter '{name}' of step "
                f"'{step.name}')"
            )
        if name in found:
            raise invalid(f"Duplicate output parameter '{name}' of step '{step.name}'.")
        if not 0 < len(name) <= _NAME_LENGTH:
            raise invalid(f"An output parameter's name has 1 to {_NAME_LENGTH} characters: {name}")
        found[name] = kind
    if len(found) > _MOST:
        raise invalid(f"Step '{step.name}' has more than {_MOST} output parameters.")
    return found


def is_property(step: Step, path: Path) -> bool:
    """Whether an expression's path is one of the step's output parameters."""
    return len(path) == 2 and path[0] == MEMBER and path[1] in declared(step)


def typed(declaration: Declared, given: Mapping[str, Any]) -> dict[str, Any]:
    """The declared values out of `given`, of their types; OutputError for what is wrong."""
    return {name: _value(name, kind, given) for name, kind in declaration.items()}


def shown(values: Mapping[str, Any]) -> list[dict[str, str]]:
    """The values as the API has them."""
    return [{"Name": name, "Value": render(value)} for name, value in values.items()]


def _value(name: str, kind: str, given: Mapping[str, Any]) -> Any:
    if name not in given:
        known = ", ".join(given) or "none"
        raise OutputError(f"output parameter '{name}' is missing; there are: {known}")
    value = given[name]
    if not isinstance(value, str | int | float | bool):
        raise OutputError(
            f"output parameter '{name}' must be a String, Integer, Float or Boolean, and not nested: "
            f"{render(value)[:_VALUE_LENGTH]}"
        )
    if len(render(value)) > _VALUE_LENGTH:
        raise OutputError(f"output parameter '{name}' has more than {_VALUE_LENGTH} characters")
    try:
        return _of_type(kind, value)
    except (ValueError, KeyError):
        raise OutputError(f"output parameter '{name}' is no {kind}: {render(value)}") from None


def _of_type(kind: str, value: Any) -> Any:
    if kind == "String":
        return render(value)
    if kind == "Boolean":
        return value if isinstance(value, bool) else _TRUTH[str(value).lower()]
    if isinstance(value, bool):
        raise ValueError
    if kind == "Float":
        return float(value)
    if isinstance(value, float):
        raise ValueError
    return int(value)
