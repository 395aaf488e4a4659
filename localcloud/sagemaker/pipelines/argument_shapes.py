"""Checks a step's arguments against the operation that the step calls, before anything runs.

CreatePipeline refuses what does not have the operation's shape, in these words (observed): `Expecting
start of Json Array.`, `Expecting start of Json Object.`, `Unknown Argument member 'ModelPackageName'.`,
`Model Validation failed: Value 'FastFile' for 'ProcessingS3InputMode' failed to satisfy enum value set:
[Pipe, File]`. The shapes are botocore's. An expression may stand for any value; what it becomes is
checked when the step runs, but a parameter that is a number or truth value is refused for a text:
`Cannot assign property reference [Parameters.split_number] to argument of type [String].` (observed for
ContainerArguments, https://github.com/aws/sagemaker-python-sdk/issues/4867; inferred for every other
text, hyperparameters too, though the SDK passes them on as they are). Assumed: the words for a missing
member and for a value of a wrong type; that other mixtures of types are left to the step.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.model import Shape
from moto.core.utils import get_service_model

from localcloud.errors import ValidationException
from localcloud.sagemaker.pipelines.definition import (
    Definition,
    Step,
    as_list,
    as_object,
    invalid,
)
from localcloud.sagemaker.pipelines.expressions import GET, is_expression, parse_get
from localcloud.sagemaker.pipelines.parameters import Parameter

_SCALARS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
}


def check(
    operation: str, step: Step, definition: Definition, given_by_service: Collection[str] = ()
) -> None:
    """Refuse a step's arguments that `operation` cannot take; ValidationException says which.

    `given_by_service` are members that SageMaker fills in itself, so that none is required.
    """
    found = _Check(step.name, definition.parameters)
    found.value(_input_shape(operation), step.arguments, frozenset(given_by_service))


def input_members(operation: str) -> list[str]:
    """The members that a request of an operation has on AWS."""
    return list(_input_shape(operation).members)


@functools.cache
def _input_shape(operation: str) -> Shape:
    return get_service_model("sagemaker").operation_model(operation).input_shape


@dataclass(frozen=True)
class _Check:
    """The check of one step's arguments."""

    step: str
    parameters: Mapping[str, Parameter]

    def value(self, shape: Shape, value: Any, optional: frozenset[str] = frozenset()) -> None:
        if is_expression(value):
            self._reference(shape, value)
        elif value is None:
            return
        elif shape.type_name == "structure":
            self._structure(shape, as_object(value), optional)
        elif shape.type_name == "list":
            for item in as_list(value):
                self.value(shape.member, item)
        elif shape.type_name == "map":
            for item in as_object(value).values():
                self.value(shape.value, item)
        else:
            self._scalar(shape, value)

    def _reference(self, shape: Shape, expression: Mapping[str, Any]) -> None:
        if GET not in expression or shape.type_name != "string":
            return
        reference = parse_get(expression[GET])
        if reference.root != "Parameters" or reference.name not in self.parameters:
            return
        if self.parameters[reference.name].type != "String":
            raise ValidationException(
                f"Cannot assign property reference [{reference}] to argument of type [String]."
            )

    def _structure(self, shape: Shape, members: dict[str, Any], optional: frozenset[str]) -> None:
        for name, item in members.items():
            if name not in shape.members:
                raise invalid(f"Unknown Argument member '{name}'. (step '{self.step}')")
            self.value(shape.members[name], item)
        for name in shape.required_members:
            if members.get(name) is None and name not in optional:
                raise invalid(
                    f"Model Validation failed: '{name}' of '{shape.name}' must not be null "
                    f"(step '{self.step}')"
                )

    def _scalar(self, shape: Shape, value: Any) -> None:
        allowed = _SCALARS.get(shape.type_name)
        if allowed is None:
            return
        if not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed):
            raise invalid(
                f"Model Validation failed: Value {value!r} for '{shape.name}' must be a "
                f"{shape.type_name} (step '{self.step}')"
            )
        enum = shape.metadata.get("enum")
        if enum and value not in enum:
            raise invalid(
                f"Model Validation failed: Value '{value}' for '{shape.name}' failed to satisfy enum "
                f"value set: [{', '.join(enum)}] (step '{self.step}')"
            )
