"""Checks a request against botocore's model of the operation, in SageMaker's words.

SageMaker answers every violated constraint in one ValidationException, as in `1 validation error
detected: Value 'a_b' at 'trainingJobName' failed to satisfy constraint: Member must satisfy regular
expression pattern: …`. boto3 itself checks only what is required and some minimums before it sends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.model import Shape
from moto.core.utils import get_service_model

from localcloud.errors import ValidationException


def validate(operation: str, request: Mapping[str, Any]) -> None:
    """Raise ValidationException with every constraint of `operation` that `request` violates."""
    violations = list(_violations(_input_shape(operation), request, ""))
    if violations:
        noun = "error" if len(violations) == 1 else "errors"
        raise ValidationException(
            f"{len(violations)} validation {noun} detected: {'; '.join(violations)}"
        )


def _input_shape(operation: str) -> Shape:
    # moto's own copy, which is loaded once: reading the model takes a quarter of a second.
    return get_service_model("sagemaker").operation_model(operation).input_shape


def _violations(shape: Shape, value: Any, path: str) -> Iterator[str]:
    for constraint in _own_constraints(shape, value):
        shown = "null" if value is None else value
        yield f"Value '{shown}' at '{path}' failed to satisfy constraint: {constraint}"
    if shape.type_name == "structure" and isinstance(value, Mapping):
        for name, member in shape.members.items():
            below = f"{path}.{_lower(name)}" if path else _lower(name)
            if value.get(name) is not None:
                yield from _violations(member, value[name], below)
            elif name in shape.required_members:
                yield (
                    f"Value null at '{below}' failed to satisfy constraint: Member must not be null"
                )
    elif shape.type_name == "list" and isinstance(value, list):
        for number, item in enumerate(value, start=1):
            yield from _violations(shape.member, item, f"{path}.{number}.member")
    elif shape.type_name == "map" and isinstance(value, Mapping):
        for key, item in value.items():
            yield from _violations(shape.key, key, path)
            yield from _violations(shape.value, item, f"{path}.{key}.member")


def _own_constraints(shape: Shape, value: Any) -> Iterator[str]:
    limits = shape.metadata
    if shape.type_name in ("integer", "long", "float", "double"):
        size, what = value, "value"
    elif shape.type_name in ("string", "list", "map"):
        size, what = len(value), "length"
    else:
        return
    if "max" in limits and size > limits["max"]:
        yield f"Member must have {what} less than or equal to {limits['max']}"
    if "min" in limits and size < limits["min"]:
        yield f"Member must have {what} greater than or equal to {limits['min']}"
    if "pattern" in limits and not _matches(limits["pattern"], value):
        yield f"Member must satisfy regular expression pattern: {limits['pattern']}"
    if "enum" in limits and value not in limits["enum"]:
        yield f"Member must satisfy enum value set: [{', '.join(limits['enum'])}]"


def _matches(pattern: str, value: str) -> bool:
    try:
        return re.fullmatch(pattern, value) is not None
    except re.error:
        # The model's patterns are Java's; what Python cannot read is not checked.
        return True


def _lower(name: str) -> str:
    return name[0].lower() + name[1:]
