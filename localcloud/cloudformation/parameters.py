"""A stack's parameters: what was passed, the defaults, and values that live in Parameter Store.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
`AWS::EC2::…` types are read as text or a list of text; nothing checks that the thing exists.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from localcloud.cloudformation.errors import CloudFormationError

HIDDEN = "****"


def resolve(
    declared: Mapping[str, Mapping[str, Any]],
    passed: Mapping[str, str],
    read_parameter: Callable[[str], str],
) -> tuple[dict[str, Any], dict[str, str]]:
    """Each parameter's value for `Ref`, and as given (the name, for one of Parameter Store).

    `read_parameter` reads an SSM parameter by name. Raises ValidationError in AWS's words.
    """
    unknown = sorted(set(passed) - set(declared))
    if unknown:
        raise CloudFormationError(
            f"Parameters: [{', '.join(unknown)}] do not exist in the template"
        )
    missing = [name for name in declared if name not in passed and "Default" not in declared[name]]
    if missing:
        raise CloudFormationError(f"Parameters: [{', '.join(missing)}] must have values")
    values: dict[str, Any] = {}
    given: dict[str, str] = {}
    for name, declaration in declared.items():
        text = str(passed.get(name, declaration.get("Default", "")))
        if isinstance(declaration.get("Default"), bool) and name not in passed:
            text = text.lower()
        given[name] = text
        _check(name, declaration, text)
        values[name] = _value(declaration.get("Type", "String"), text, name, read_parameter)
    return values, given


def shown(declared: Mapping[str, Mapping[str, Any]], given: Mapping[str, str]) -> dict[str, str]:
    """The given values as a description shows them: `NoEcho` ones hidden."""
    return {
        name: HIDDEN if str(declared.get(name, {}).get("NoEcho", "")).lower() == "true" else text
        for name, text in given.items()
    }


def _value(kind: str, text: str, name: str, read_parameter: Callable[[str], str]) -> Any:
    if kind == "AWS::SSM::Parameter::Name":
        return text
    if kind.startswith("AWS::SSM::Parameter::Value<"):
        stored = read_parameter(text)
        inner = kind[len("AWS::SSM::Parameter::Value<") : -1]
        listed = inner.startswith("List<") or inner == "CommaDelimitedList"
        return _listed(stored) if listed else stored
    if kind == "CommaDelimitedList" or kind.startswith("List<"):
        return _listed(text)
    return text


def _listed(text: str) -> list[str]:
    return [item.strip() for item in text.split(",")] if text else []


def _check(name: str, declaration: Mapping[str, Any], text: str) -> None:
    said = declaration.get("ConstraintDescription")
    allowed = declaration.get("AllowedValues")
    if allowed is not None and text not in [_text(item) for item in allowed]:
        raise CloudFormationError(
            f"Parameter '{name}' must be one of AllowedValues"
            if said is None
            else f"Parameter {name} failed to satisfy constraint: {said}"
        )
    pattern = declaration.get("AllowedPattern")
    if pattern is not None and not re.fullmatch(pattern, text):
        raise CloudFormationError(
            f"Parameter {name} failed to satisfy constraint: {said or f'must match pattern {pattern}'}"
        )
    if len(text) < int(declaration.get("MinLength", 0)):
        raise CloudFormationError(
            f"Parameter '{name}' must contain at least {declaration['MinLength']} characters"
        )
    if len(text) > int(declaration.get("MaxLength", len(text))):
        raise CloudFormationError(
            f"Parameter '{name}' must contain at most {declaration['MaxLength']} characters"
        )
    if declaration.get("Type") == "Number":
        try:
            number = float(text)
        except ValueError:
            raise CloudFormationError(f"Parameter '{name}' must be a number.") from None
        if number < float(declaration.get("MinValue", number)):
            raise CloudFormationError(
                f"Parameter '{name}' must be a number not less than {declaration['MinValue']}"
            )
        if number > float(declaration.get("MaxValue", number)):
            raise CloudFormationError(
                f"Parameter '{name}' must be a number not greater than {declaration['MaxValue']}"
            )


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
