"""A pipeline definition, parsed: its parameters and steps, those of a Condition's branches included.

https://docs.aws.amazon.com/sagemaker/latest/dg/define-pipeline.html; the form is what the SageMaker SDK
emits. A malformed definition is refused as `Unable to parse pipeline definition. …`, followed by AWS's
words where they are known (`Expecting start of Json Array.`, observed). Whether the names in it
exist is the business of `validation.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from localcloud.errors import ValidationException, unsupported
from localcloud.sagemaker.pipelines.parameters import PYTHON_TYPES, Parameter

VERSION = "2020-12-01"
_TOP_LEVEL = frozenset(
    {"Version", "Metadata", "Parameters", "PipelineExperimentConfig", "MlflowConfig", "Steps"}
)


@dataclass(frozen=True)
class Branch:
    """Where a step stands that runs only for one outcome of a Condition step."""

    condition: str
    outcome: bool


@dataclass(frozen=True)
class PropertyFile:
    """A JSON file among a processing step's outputs that expressions can read."""

    name: str
    output_name: str
    file_path: str


@dataclass(frozen=True)
class Step:
    """One step as the definition has it; `members` is all of it, `arguments` what its call gets."""

    name: str
    type: str
    arguments: Mapping[str, Any]
    members: Mapping[str, Any]
    depends_on: tuple[str, ...] = ()
    property_files: Mapping[str, PropertyFile] = field(default_factory=dict)
    branch: Branch | None = None


@dataclass(frozen=True)
class Definition:
    """A parsed definition; `steps` holds every step, in the order of the text."""

    parameters: Mapping[str, Parameter]
    steps: Mapping[str, Step]
    experiment: Mapping[str, Any]


def invalid(why: str) -> ValidationException:
    """What to raise for a definition that AWS would not parse."""
    return ValidationException(f"Unable to parse pipeline definition. {why}")


def parse(text: str) -> Definition:
    """Parse the JSON text of a definition; ValidationException names what is wrong with it."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise invalid(f"{error.msg} at line {error.lineno}, column {error.colno}.") from error
    members = as_object(document)
    for name in members:
        if name not in _TOP_LEVEL:
            raise unsupported("pipeline definition member", name, _TOP_LEVEL)
    if members.get("Version") != VERSION:
        raise unsupported("pipeline definition version", members.get("Version"), [VERSION])
    if members.get("MlflowConfig"):
        raise unsupported("pipeline definition member", "MlflowConfig", ["null"])
    parameters = [_parameter(item) for item in as_list(members.get("Parameters") or [])]
    steps = list(_steps(as_list(members.get("Steps")), None))
    if not steps:
        raise invalid("A pipeline needs at least one step.")
    return Definition(
        _by_name(((parameter.name, parameter) for parameter in parameters), "parameter"),
        _by_name(((step.name, step) for step in steps), "step"),
        as_object(members.get("PipelineExperimentConfig") or {}),
    )


def as_object(value: Any) -> dict[str, Any]:
    """The value, which must be a JSON object."""
    if not isinstance(value, dict):
        raise invalid("Expecting start of Json Object.")
    return value


def as_list(value: Any) -> list[Any]:
    """The value, which must be a JSON array."""
    if not isinstance(value, list):
        raise invalid("Expecting start of Json Array.")
    return value


def required(members: Mapping[str, Any], name: str, where: str) -> Any:
    """A member that must be there and have a value."""
    if members.get(name) is None:
        raise invalid(f"Missing required member '{name}' of {where}.")
    return members[name]


def _parameter(value: Any) -> Parameter:
    members = as_object(value)
    name = str(required(members, "Name", "a parameter"))
    for member in members:
        if member not in ("Name", "Type", "DefaultValue", "EnumValues"):
            raise invalid(f"Unknown member '{member}' of parameter '{name}'.")
    kind = required(members, "Type", f"parameter '{name}'")
    if kind not in PYTHON_TYPES:
        raise invalid(
            f"Model Validation failed: Value '{kind}' for 'ParameterType' failed to satisfy enum "
            f"value set: [{', '.join(PYTHON_TYPES)}]"
        )
    default = members.get("DefaultValue")
    enum_values = tuple(as_list(members.get("EnumValues") or []))
    if default is not None and not _is_of_type(default, kind):
        raise invalid(f"Default value {default!r} of parameter '{name}' is not of type {kind}.")
    if default is not None and enum_values and default not in enum_values:
        raise invalid(f"Default value {default!r} of parameter '{name}' is not in its EnumValues.")
    if kind == "Float" and default is not None:
        default = float(default)
    return Parameter(name, kind, default, enum_values)


def _is_of_type(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "Boolean"
    return isinstance(value, (int, float) if kind == "Float" else PYTHON_TYPES[kind])


def _steps(values: Iterable[Any], branch: Branch | None) -> Iterator[Step]:
    for value in values:
        step = _step(as_object(value), branch)
        yield step
        if step.type == "Condition":
            for member, outcome in (("IfSteps", True), ("ElseSteps", False)):
                inner = as_list(step.arguments.get(member) or [])
                yield from _steps(inner, Branch(step.name, outcome))


def _step(members: dict[str, Any], branch: Branch | None) -> Step:
    name = str(required(members, "Name", "a step"))
    where = f"step '{name}'"
    depends_on = as_list(members.get("DependsOn") or [])
    if any(not isinstance(item, str) for item in depends_on):
        raise unsupported(f"DependsOn of {where}: a condition on", "a step", ["names of steps"])
    files = [_property_file(item, where) for item in as_list(members.get("PropertyFiles") or [])]
    return Step(
        name=name,
        type=str(required(members, "Type", where)),
        arguments=as_object(members.get("Arguments") or {}),
        members=members,
        depends_on=tuple(depends_on),
        property_files={file.name: file for file in files},
        branch=branch,
    )


def _property_file(value: Any, where: str) -> PropertyFile:
    members = as_object(value)
    names = ("PropertyFileName", "OutputName", "FilePath")
    return PropertyFile(
        *(str(required(members, name, f"a property file of {where}")) for name in names)
    )


def _by_name(pairs: Iterable[tuple[str, Any]], kind: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise invalid(f"Duplicate {kind} name '{name}'.")
        found[name] = value
    return found
