"""What CreatePipeline and UpdatePipeline refuse of a parsed definition, before anything runs.

Unknown step types and members, references to what is not there (a parameter, a step, a property of
its job, a property file), circular waiting, steps that wait for a Fail step. Known in AWS's words:
`CondStep can not depends on FailStep` (observed); the other texts are assumed.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.model import Shape
from moto.core.utils import get_service_model

from localcloud.errors import unsupported
from localcloud.sagemaker.pipelines import caching, graph, retry, steps
from localcloud.sagemaker.pipelines.definition import Definition, Step, invalid
from localcloud.sagemaker.pipelines.expressions import (
    EXECUTION_VARIABLES,
    JOIN,
    JSON_GET,
    PROPERTY_FILES,
    ExpressionError,
    Path,
    Reference,
    is_expression,
    json_path,
    parse_path,
    references,
)
from localcloud.sagemaker.pipelines.steps.step_type import COMMON_MEMBERS


def check(definition: Definition) -> None:
    """Raise ValidationException for the first thing that cannot work."""
    for step in definition.steps.values():
        _check_members(step)
        try:
            _check_functions(graph.own_members(step), step)
            _check_references(step, definition)
        except ExpressionError as error:
            raise invalid(f"{error} (step '{step.name}')") from error
        steps.of(step).check(step, definition)
    try:
        for reference in references(definition.experiment):
            _check_reference(reference, definition, "PipelineExperimentConfig")
    except ExpressionError as error:
        raise invalid(f"{error} (PipelineExperimentConfig)") from error
    waiting = graph.cycle(definition)
    if waiting:
        raise invalid(f"Circular dependency between the steps {', '.join(waiting)}.")


def _check_members(step: Step) -> None:
    step_type = steps.of(step)
    supported = COMMON_MEMBERS | step_type.members
    for name in step.members:
        if name not in supported:
            raise unsupported(f"member of {step.type} step '{step.name}':", name, supported)
    if step_type.cache_keys:
        caching.window(step)
    retry.policies(step.members, step.name)


def _check_functions(value: Any, step: Step) -> None:
    for name, argument in _functions(value):
        if not isinstance(argument, Mapping):
            raise ExpressionError(f"{name} needs an object")
        if name == JOIN and not isinstance(argument.get("Values"), list):
            raise ExpressionError(f"{JOIN} needs a list of Values")
        if name == JSON_GET:
            if ("S3Uri" in argument) == ("PropertyFile" in argument):
                raise ExpressionError(f"{JSON_GET} needs one of PropertyFile and S3Uri")
            parse_path(json_path(argument))
            if "PropertyFile" in argument:
                _check_property_file_reference(argument["PropertyFile"])


def _functions(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        if is_expression(value) and not isinstance(next(iter(value.values())), str):
            yield next(iter(value.items()))
        for item in value.values():
            yield from _functions(item)
    elif isinstance(value, list):
        for item in value:
            yield from _functions(item)


def _check_property_file_reference(value: Any) -> None:
    found = list(references(value))
    path = found[0].path if len(found) == 1 else ()
    if len(path) != 2 or path[0] != PROPERTY_FILES:
        raise ExpressionError(
            f"PropertyFile of {JSON_GET} must be a Get of Steps.<step>.{PROPERTY_FILES}.<name>"
        )


def _check_references(step: Step, definition: Definition) -> None:
    for name in step.depends_on:
        _check_dependency(name, definition, step)
    for reference in references(graph.own_members(step)):
        where = f"step '{step.name}'"
        _check_reference(reference, definition, where)
        if reference.root == "Steps":
            _check_dependency(reference.name, definition, step)


def _check_dependency(name: str, definition: Definition, step: Step) -> None:
    if name not in definition.steps:
        raise invalid(f"Step '{step.name}' depends on step '{name}', which does not exist.")
    if definition.steps[name].type == "Fail":
        raise invalid(f"{step.name} can not depends on {name}")


def _check_reference(reference: Reference, definition: Definition, where: str) -> None:
    if reference.root == "Parameters" and reference.name not in definition.parameters:
        raise invalid(f"Parameter '{reference.name}' in {where} is not defined.")
    if reference.root == "Execution" and reference.name not in EXECUTION_VARIABLES:
        raise unsupported("execution variable", reference.name, EXECUTION_VARIABLES)
    if reference.root != "Steps":
        if reference.path:
            raise invalid(f"'{reference}' in {where} has no members.")
        return
    if reference.name not in definition.steps:
        raise invalid(f"Step '{reference.name}', referred to in {where}, does not exist.")
    target = definition.steps[reference.name]
    if reference.path[:1] == (PROPERTY_FILES,):
        if len(reference.path) != 2 or reference.path[1] not in target.property_files:
            raise invalid(f"'{reference}' in {where} is no property file of '{target.name}'.")
    elif not _has_property(target, reference.path):
        raise invalid(f"'{reference}' in {where} is no property of step '{target.name}'.")


def _has_property(step: Step, path: Path) -> bool:
    step_type = steps.of(step)
    if step_type.describe_operation is None:
        return step_type.has_property(step, path)
    shape = _output_shape(step_type.describe_operation)
    if step_type.list_operation and path[:1] and path[0] not in shape.members:
        shape = _output_shape(step_type.list_operation)
    for token in path:
        if shape.type_name == "structure":
            if token not in shape.members:
                return False
            shape = shape.members[token]
        elif shape.type_name == "list":
            shape = shape.member
        elif shape.type_name == "map":
            shape = shape.value
        else:
            return False
    return bool(path)


@functools.cache
def _output_shape(operation: str) -> Shape:
    return get_service_model("sagemaker").operation_model(operation).output_shape
