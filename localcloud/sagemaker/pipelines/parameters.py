"""Pipeline parameters: their declaration, and the values that an execution is started with.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-parameters.html
StartPipelineExecution carries every value as a text. Assumed: the words of the refusals (they are
those of the SageMaker SDK's local mode), and that truth values may be written in any case, as the
SDK sends Python's `True`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from localcloud.errors import ValidationException

PYTHON_TYPES: dict[str, type] = {"String": str, "Integer": int, "Float": float, "Boolean": bool}


@dataclass(frozen=True)
class Parameter:
    """One declared parameter; `default` is None when a value must be given."""

    name: str
    type: str
    default: Any = None
    enum_values: tuple[Any, ...] = ()


def values_for_execution(
    declared: Mapping[str, Parameter], given: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    """Every declared parameter's value, of its type; ValidationException for what is wrong."""
    values = {name: parameter.default for name, parameter in declared.items()}
    seen: set[str] = set()
    for entry in given:
        name = entry["Name"]
        if name not in declared:
            raise ValidationException(
                f"Unknown parameter '{name}'; the pipeline has: {', '.join(declared) or 'none'}"
            )
        if name in seen:
            raise ValidationException(f"Parameter '{name}' is given twice.")
        seen.add(name)
        values[name] = _checked(declared[name], entry["Value"])
    undefined = [name for name, value in values.items() if value is None]
    if undefined:
        raise ValidationException(f"Parameter '{undefined[0]}' is undefined.")
    return values


def _checked(parameter: Parameter, text: str) -> Any:
    value = _parsed(parameter, text)
    if parameter.enum_values and value not in parameter.enum_values:
        allowed = ", ".join(str(item) for item in parameter.enum_values)
        raise ValidationException(
            f"Value '{text}' for parameter '{parameter.name}' failed to satisfy enum value set: "
            f"[{allowed}]"
        )
    return value


def _parsed(parameter: Parameter, text: str) -> Any:
    try:
        if parameter.type == "Integer":
            return int(text)
        if parameter.type == "Float":
            return float(text)
        if parameter.type == "Boolean":
            return {"true": True, "false": False}[text.lower()]
    except (ValueError, KeyError):
        raise ValidationException(
            f"Unexpected type for parameter '{parameter.name}'. Expected {parameter.type} but "
            f"found '{text}'."
        ) from None
    return text
