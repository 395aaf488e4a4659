"""Variables in an action's configuration: `#{Namespace.Key}`, `#{variables.Name}`. Pure.

https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html. Everything is
resolved before the action starts; a reference that resolves to nothing fails the action. The words of
that failure are assumed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from localcloud.errors import ValidationException

REFERENCE = re.compile(r"#\{([A-Za-z0-9@_-]+)\.([^{}]+)\}")
PIPELINE_NAMESPACE = "variables"
RESERVED_NAMESPACE = "codepipeline"
MAXIMUM_RESOLVED_BYTES = 100 * 1024


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


def of_execution(declaration: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    """A pipeline's variables for one execution; raises ValidationException (texts assumed)."""
    declared = {each["name"]: each for each in declaration.get("variables") or ()}
    unknown = sorted(set(given) - set(declared))
    if unknown:
        raise ValidationException(
            f"The pipeline {declaration['name']} has no variables named {', '.join(unknown)}; it "
            f"has: {', '.join(sorted(declared)) or 'none'}"
        )
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
