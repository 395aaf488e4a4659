"""Intrinsic functions and conditions: from a template's value to a plain one.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
Not supported, and refused by name: Fn::Cidr, Fn::Transform, Fn::ForEach and the others that need a
transform.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from localcloud.cloudformation.errors import CloudFormationError

FUNCTIONS = (
    "Fn::Base64",
    "Fn::FindInMap",
    "Fn::GetAZs",
    "Fn::GetAtt",
    "Fn::If",
    "Fn::ImportValue",
    "Fn::Join",
    "Fn::Select",
    "Fn::Split",
    "Fn::Sub",
    "Ref",
)
CONDITION_FUNCTIONS = ("Fn::And", "Fn::Contains", "Fn::Equals", "Fn::Not", "Fn::Or", "Condition")

_SUB = re.compile(r"\$\{([^}]*)\}")
_DYNAMIC = re.compile(r"\{\{resolve:([^}]*)\}\}")


class _NoValue:
    """`AWS::NoValue`: removes the property, or the list's member, that it stands for."""


NO_VALUE: Any = _NoValue()


def _nothing(*_: Any) -> Any:
    raise CloudFormationError("Template error: resources cannot be referred to here")


@dataclass
class Scope:
    """What names mean while a template is evaluated."""

    parameters: Mapping[str, Any] = field(default_factory=dict)
    pseudo: Mapping[str, Any] = field(default_factory=dict)
    mappings: Mapping[str, Any] = field(default_factory=dict)
    conditions: Mapping[str, Any] = field(default_factory=dict)
    physical_id: Callable[[str], Any] = _nothing
    attribute: Callable[[str, str], Any] = _nothing
    exported: Callable[[str], Any] = _nothing
    # `{{resolve:service:reference}}`: service and reference to the value.
    dynamic: Callable[[str, str], str] = _nothing

    def condition(self, name: str) -> bool:
        """Whether the named condition holds."""
        if name not in self.conditions:
            raise CloudFormationError(f"Template error: unresolved condition dependency {name}")
        return evaluate_condition(self.conditions[name], self)

    def reference(self, name: str) -> Any:
        """`Ref`: a parameter's value, a pseudo parameter, or a resource's physical id."""
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in self.pseudo:
            return self.pseudo[name]
        if name in self.parameters:
            return self.parameters[name]
        return self.physical_id(name)


def evaluate(value: Any, scope: Scope) -> Any:
    """`value` with every function replaced by its result, and NoValue members left out."""
    if isinstance(value, list):
        items = [evaluate(item, scope) for item in value]
        return [item for item in items if item is not NO_VALUE]
    if isinstance(value, str):
        return _resolve_dynamic(value, scope)
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        name, argument = next(iter(value.items()))
        function = _FUNCTIONS.get(name)
        if function is not None:
            return function(argument, scope)
        if name.startswith("Fn::"):
            raise CloudFormationError(
                f"unsupported by the local cloud: intrinsic function {name!r}; "
                f"supported: {', '.join(FUNCTIONS)}"
            )
    members = {key: evaluate(item, scope) for key, item in value.items()}
    return {key: item for key, item in members.items() if item is not NO_VALUE}


def present(properties: Mapping[str, Any], scope: Scope) -> set[str]:
    """The names in `properties` that are not removed by NoValue; needs no resource to exist."""

    def removed(value: Any) -> bool:
        if isinstance(value, dict) and len(value) == 1:
            if value.get("Ref") == "AWS::NoValue":
                return True
            if "Fn::If" in value:
                name, yes, no = value["Fn::If"]
                return removed(yes if scope.condition(name) else no)
        return False

    return {name for name, value in properties.items() if not removed(value)}


def evaluate_condition(condition: Any, scope: Scope) -> bool:
    """A condition's truth."""
    if isinstance(condition, bool):
        return condition
    if not isinstance(condition, dict) or len(condition) != 1:
        raise CloudFormationError("Template format error: Every Condition must be a function.")
    name, argument = next(iter(condition.items()))
    if name == "Condition":
        return scope.condition(argument)
    if name == "Fn::Equals":
        first, second = (_comparable(evaluate(item, scope)) for item in argument)
        return bool(first == second)
    if name == "Fn::Not":
        return not evaluate_condition(argument[0], scope)
    if name == "Fn::And":
        return all(evaluate_condition(item, scope) for item in argument)
    if name == "Fn::Or":
        return any(evaluate_condition(item, scope) for item in argument)
    if name == "Fn::Contains":  # in Rules only
        values, wanted = (evaluate(item, scope) for item in argument)
        return _comparable(wanted) in [_comparable(item) for item in values]
    raise CloudFormationError(
        f"unsupported by the local cloud: condition function {name!r}; "
        f"supported: {', '.join(CONDITION_FUNCTIONS)}"
    )


def _comparable(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def as_text(value: Any) -> str:
    """A value inside text: booleans as JSON writes them."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _get_att(argument: Any, scope: Scope) -> Any:
    name, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
    return scope.attribute(name, str(evaluate(attribute, scope)))


def _join(argument: Any, scope: Scope) -> str:
    delimiter, values = argument
    return str(delimiter).join(as_text(item) for item in evaluate(values, scope))


def _select(argument: Any, scope: Scope) -> Any:
    index, values = evaluate(argument[0], scope), evaluate(argument[1], scope)
    if isinstance(values, str):
        values = values.split(",")
    try:
        return values[int(index)]
    except IndexError:
        raise CloudFormationError(
            f"Template error: Fn::Select cannot select nonexistent value at index {index}"
        ) from None


def _split(argument: Any, scope: Scope) -> list[str]:
    return str(evaluate(argument[1], scope)).split(argument[0])


def _if(argument: Any, scope: Scope) -> Any:
    name, yes, no = argument
    return evaluate(yes if scope.condition(name) else no, scope)


def _find_in_map(argument: Any, scope: Scope) -> Any:
    name, *keys = (evaluate(item, scope) for item in argument)
    value: Any = scope.mappings.get(name)
    for key in keys:
        if not isinstance(value, dict) or str(key) not in value:
            raise CloudFormationError(
                f"Template error: Unable to get mapping for {name}::{'::'.join(map(str, keys))}"
            )
        value = value[str(key)]
    return value


def _sub(argument: Any, scope: Scope) -> str:
    text, given = argument if isinstance(argument, list) else (argument, {})
    values = {name: evaluate(value, scope) for name, value in given.items()}

    def replaced(match: re.Match[str]) -> str:
        name = match[1]
        if name.startswith("!"):
            return "${" + name[1:] + "}"
        name = name.strip()
        if name in values:
            return as_text(values[name])
        if "." in name:
            return as_text(_get_att(name, scope))
        return as_text(scope.reference(name))

    return str(_resolve_dynamic(_SUB.sub(replaced, text), scope))


def _resolve_dynamic(text: str, scope: Scope) -> str:
    def resolved(match: re.Match[str]) -> str:
        service, _, reference = match[1].partition(":")
        return scope.dynamic(service, reference)

    return _DYNAMIC.sub(resolved, text)


def _get_azs(argument: Any, scope: Scope) -> list[str]:
    region = evaluate(argument, scope) or scope.pseudo["AWS::Region"]
    return [f"{region}{zone}" for zone in "abc"]


_FUNCTIONS: dict[str, Callable[[Any, Scope], Any]] = {
    "Ref": lambda argument, scope: scope.reference(argument),
    "Fn::GetAtt": _get_att,
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::If": _if,
    "Fn::FindInMap": _find_in_map,
    "Fn::Sub": _sub,
    "Fn::Base64": lambda argument, scope: base64.b64encode(
        as_text(evaluate(argument, scope)).encode()
    ).decode(),
    "Fn::ImportValue": lambda argument, scope: scope.exported(str(evaluate(argument, scope))),
    "Fn::GetAZs": _get_azs,
}
