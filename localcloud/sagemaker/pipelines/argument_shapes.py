"""Checks a step's arguments against the operation that the step calls, before anything runs.

CreatePipeline refuses what does not have the operation's shape, in these words (observed): `Expecting
start of Json Array.`, `Expecting start of Json Object.`, `Unknown Argument member 'ModelPackageName'.`,
`Model Validation failed: Value 'FastFile' for 'ProcessingS3InputMode' failed to satisfy enum value set:
[Pipe, File]`. The shapes are botocore's. An expression may stand for any value; what it becomes is
checked when the step runs. Assumed: the words for a missing member and for a value of a wrong type.
"""

from __future__ import annotations

import functools
from collections.abc import Collection
from typing import Any

from botocore.model import Shape
from moto.core.utils import get_service_model

from localcloud.sagemaker.pipelines.definition import as_list, as_object, invalid
from localcloud.sagemaker.pipelines.expressions import is_expression

_SCALARS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
}


def check(operation: str, arguments: Any, given_by_service: Collection[str], step: str) -> None:
    """Refuse arguments that `operation` cannot take; ValidationException says which.

    `given_by_service` are members that SageMaker fills in itself, so that none is required.
    """
    _check(_input_shape(operation), arguments, frozenset(given_by_service), step)


def input_members(operation: str) -> list[str]:
    """The members that a request of an operation has on AWS."""
    return list(_input_shape(operation).members)


@functools.cache
def _input_shape(operation: str) -> Shape:
    return get_service_model("sagemaker").operation_model(operation).input_shape


def _check(shape: Shape, value: Any, optional: frozenset[str], step: str) -> None:
    if value is None or is_expression(value):
        return
    if shape.type_name == "structure":
        members = as_object(value)
        for name, item in members.items():
            if name not in shape.members:
                raise invalid(f"Unknown Argument member '{name}'. (step '{step}')")
            _check(shape.members[name], item, frozenset(), step)
        for name in shape.required_members:
            if members.get(name) is None and name not in optional:
                raise invalid(
                    f"Model Validation failed: '{name}' of '{shape.name}' must not be null "
                    f"(step '{step}')"
                )
    elif shape.type_name == "list":
        for item in as_list(value):
            _check(shape.member, item, frozenset(), step)
    elif shape.type_name == "map":
        for item in as_object(value).values():
            _check(shape.value, item, frozenset(), step)
    else:
        _check_scalar(shape, value, step)


def _check_scalar(shape: Shape, value: Any, step: str) -> None:
    allowed = _SCALARS.get(shape.type_name)
    if allowed is None:
        return
    if not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed):
        raise invalid(
            f"Model Validation failed: Value {value!r} for '{shape.name}' must be a "
            f"{shape.type_name} (step '{step}')"
        )
    enum = shape.metadata.get("enum")
    if enum and value not in enum:
        raise invalid(
            f"Model Validation failed: Value '{value}' for '{shape.name}' failed to satisfy enum "
            f"value set: [{', '.join(enum)}] (step '{step}')"
        )
