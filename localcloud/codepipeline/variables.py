"""Variables in an action's configuration: `#{Namespace.Key}`, `#{variables.Name}`. Pure.

https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html. Everything is
resolved before the action starts; a reference that resolves to nothing fails the action. The words of
that failure are assumed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from localcloud.errors import AwsError, ValidationException

NAME = re.compile(r"[A-Za-z0-9@_-]{1,128}")
REFERENCE = re.compile(r"#\{([A-Za-z0-9@_-]+)\.([^{}]+)\}")
PIPELINE_NAMESPACE = "variables"
RESERVED_NAMESPACE = "codepipeline"
MAXIMUM_RESOLVED_BYTES = 100 * 1024
MAXIMUM_VARIABLES = 50
MAXIMUM_VALUE = 1000
MAXIMUM_DESCRIPTION = 200


class Unresolved(Exception):
    """A reference that nothing stands for; the message names it and what there is."""


def resolve(
    configuration: Mapping[str, str], namespaces: Mapping[str, Mapping[str, str]]
) -> dict[str, str]:
    """The configuration with every reference replaced; raises Unresolved."""

    def value_of(reference: re.Match[str]) -> str:
        namespace, key = reference.groups()
        if namespace not in namespaces:
            known = ", ".join(sorted(namespaces)) or "none"
            raise Unresolved(
                f"The variable {reference.group()} could not be resolved: no action that has run "
                f"has the namespace {namespace}. Namespaces with variables: {known}."
            )
        if key not in namespaces[namespace]:
            known = ", ".join(sorted(namespaces[namespace])) or "none"
            raise Unresolved(
                f"The variable {reference.group()} could not be resolved: {namespace} has no "
                f"variable {key}. Its variables: {known}."
            )
        return namespaces[namespace][key]

    resolved = {name: REFERENCE.sub(value_of, value) for name, value in configuration.items()}
    size = sum(len(name.encode()) + len(value.encode()) for name, value in resolved.items())
    if size > MAXIMUM_RESOLVED_BYTES:
        raise Unresolved(
            f"The resolved action configuration has {size} bytes; at most "
            f"{MAXIMUM_RESOLVED_BYTES} are allowed."
        )
    return resolved


def references(configuration: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Every reference as namespace and key."""
    for value in configuration.values():
        for found in REFERENCE.finditer(value):
            yield found.group(1), found.group(2)


def check_declared(pipeline: Mapping[str, Any]) -> set[str]:
    """The names of a declaration's variables; raises AwsError for what is wrong with them.

    https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PipelineVariableDeclaration.html
    """
    declared = pipeline.get("variables") or ()
    if declared and pipeline.get("pipelineType") != "V2":
        raise AwsError(
            "InvalidStructureException",
            "Pipeline variables are only supported in pipelines of type V2",
        )
    if len(declared) > MAXIMUM_VARIABLES:
        raise ValidationException(
            f"The pipeline has {len(declared)} variables; at most {MAXIMUM_VARIABLES} are allowed"
        )
    names: set[str] = set()
    for variable in declared:
        name = variable["name"]
        if name in names:
            raise AwsError(
                "InvalidStructureException", f"Pipeline variable names must be unique: {name}"
            )
        names.add(name)
        _check_value(name, variable.get("defaultValue"))
        if len(variable.get("description") or "") > MAXIMUM_DESCRIPTION:
            raise ValidationException(
                f"The description of the variable {name} has more than {MAXIMUM_DESCRIPTION} "
                "characters"
            )
    return names


def _check_value(name: str, value: str | None) -> None:
    if not NAME.fullmatch(name):
        raise ValidationException(
            f"Value '{name}' at 'variables' failed to satisfy constraint: Member must satisfy "
            f"regular expression pattern: {NAME.pattern}"
        )
    if value is not None and not 1 <= len(value) <= MAXIMUM_VALUE:
        raise ValidationException(
            f"The value of the variable {name} must have 1 to {MAXIMUM_VALUE} characters; it has "
            f"{len(value)}"
        )


def of_execution(declaration: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    """A pipeline's variables for one execution; raises ValidationException (texts assumed)."""
    declared = {each["name"]: each for each in declaration.get("variables") or ()}
    unknown = sorted(set(given) - set(declared))
    if unknown:
        raise ValidationException(
            f"The pipeline {declaration['name']} has no variables named {', '.join(unknown)}; it "
            f"has: {', '.join(sorted(declared)) or 'none'}"
        )
    for name, value in given.items():
        _check_value(name, value)
    resolved: dict[str, str] = {}
    for name, variable in declared.items():
        value = given.get(name, variable.get("defaultValue"))
        if value is None:
            raise ValidationException(
                f"The variable {name} of pipeline {declaration['name']} has no default value and "
                "must be given"
            )
        resolved[name] = value
    return resolved
