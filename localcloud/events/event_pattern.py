"""Event patterns: what a rule matches. Pure.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
Fields are ANDed, the values of one field ORed; an array in the event matches by any of its elements,
and an array of objects only where one object satisfies all fields of a nested pattern. Not moto's
matcher, which takes an operator it does not know as a match and an array of objects as no match.
Known difference: numbers compare as Python's floats (AWS: to 15 significant digits).
"""

from __future__ import annotations

import ipaddress
import json
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from localcloud.errors import AwsError

MAXIMUM_LENGTH = 4096
_ABSENT = object()
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def parse(text: str) -> dict[str, Any]:
    """Read and check a pattern; raises InvalidEventPatternException with the reason."""
    if len(text) > MAXIMUM_LENGTH:
        raise _invalid(f"the pattern has {len(text)} characters, at most {MAXIMUM_LENGTH}")
    try:
        pattern = json.loads(text)
    except ValueError as error:
        raise _invalid(f"Invalid JSON: {error}") from None
    if not isinstance(pattern, dict):
        raise _invalid("Filter is not an object")
    if not pattern:
        raise _invalid("Empty patterns are not allowed")
    _check(pattern)
    return pattern


def matches(pattern: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """Whether `event` satisfies a pattern that `parse` has accepted."""
    return all(
        any(matches(branch, event) for branch in wanted)
        if field == "$or" and _is_or(wanted)
        else _field_matches(wanted, event.get(field, _ABSENT))
        for field, wanted in pattern.items()
    )


def _field_matches(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, Mapping):
        objects = [item for item in _elements(value) if isinstance(item, Mapping)]
        # A nested pattern may ask for the absence of a field, also when its parent is absent.
        return any(matches(wanted, item) for item in objects or [{}])
    leaves = [item for item in _elements(value) if not isinstance(item, Mapping)]
    return any(_matcher_accepts(matcher, leaves) for matcher in wanted)


def _elements(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _elements(item)
    elif value is not _ABSENT:
        yield value


def _matcher_accepts(matcher: Any, leaves: Sequence[Any]) -> bool:
    if not isinstance(matcher, Mapping):
        return any(_same(matcher, leaf) for leaf in leaves)
    ((name, operand),) = matcher.items()
    if name == "exists":
        return bool(leaves) is operand
    return any(_OPERATORS[name](operand, leaf) for leaf in leaves)


def _same(wanted: Any, leaf: Any) -> bool:
    # JSON's true is not 1, which Python's is.
    return isinstance(wanted, bool) == isinstance(leaf, bool) and bool(wanted == leaf)


def _starts(operand: Any, leaf: Any) -> bool:
    return _text(operand, leaf, lambda wanted, text: text.startswith(wanted))


def _ends(operand: Any, leaf: Any) -> bool:
    return _text(operand, leaf, lambda wanted, text: text.endswith(wanted))


def _text(operand: Any, leaf: Any, compare: Callable[[str, str], bool]) -> bool:
    if not isinstance(leaf, str):
        return False
    if isinstance(operand, Mapping):
        return compare(operand["equals-ignore-case"].lower(), leaf.lower())
    return any(compare(wanted, leaf) for wanted in _listed(operand))


def _equals_ignoring_case(operand: Any, leaf: Any) -> bool:
    return isinstance(leaf, str) and any(
        leaf.lower() == wanted.lower() for wanted in _listed(operand)
    )


def _wildcard(operand: Any, leaf: Any) -> bool:
    return isinstance(leaf, str) and any(
        _wildcard_expression(wanted).fullmatch(leaf) is not None for wanted in _listed(operand)
    )


def _wildcard_expression(wanted: str) -> re.Pattern[str]:
    parts = re.findall(r"\\[*\\]|\*|[^*\\]+|\\", wanted)
    expression = "".join(
        ".*" if part == "*" else re.escape(part[1:] if part in ("\\*", "\\\\") else part)
        for part in parts
    )
    return re.compile(expression, re.DOTALL)


def _numeric(operand: Any, leaf: Any) -> bool:
    if isinstance(leaf, bool) or not isinstance(leaf, int | float):
        return False
    pairs = zip(operand[::2], operand[1::2], strict=True)
    return all(_COMPARISONS[name](leaf, bound) for name, bound in pairs)


def _anything_but(operand: Any, leaf: Any) -> bool:
    if isinstance(operand, Mapping):
        ((name, inner),) = operand.items()
        return not _OPERATORS[name](inner, leaf)
    return not any(_same(unwanted, leaf) for unwanted in _listed(operand))


def _cidr(operand: Any, leaf: Any) -> bool:
    try:
        return ipaddress.ip_address(leaf) in ipaddress.ip_network(operand, strict=False)
    except ValueError:
        return False


_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "prefix": _starts,
    "suffix": _ends,
    "equals-ignore-case": _equals_ignoring_case,
    "wildcard": _wildcard,
    "numeric": _numeric,
    "anything-but": _anything_but,
    "cidr": _cidr,
}
_INSIDE_ANYTHING_BUT = ("prefix", "suffix", "equals-ignore-case", "wildcard")


def _listed(operand: Any) -> list[Any]:
    return operand if isinstance(operand, list) else [operand]


def _is_or(wanted: Any) -> bool:
    return isinstance(wanted, list) and all(isinstance(branch, Mapping) for branch in wanted)


def _check(pattern: Mapping[str, Any]) -> None:
    for field, wanted in pattern.items():
        if field == "$or" and _is_or(wanted):
            if len(wanted) < 2:
                raise _invalid("There must have at least 2 Objects in $or relationship.")
            for branch in wanted:
                _check(branch)
        elif isinstance(wanted, Mapping):
            if not wanted:
                raise _invalid("Empty objects are not allowed")
            _check(wanted)
        elif not isinstance(wanted, list):
            raise _invalid(f'"{field}" must be an object or an array')
        elif not wanted:
            raise _invalid("Empty arrays are not allowed")
        else:
            for matcher in wanted:
                _check_matcher(field, matcher)


def _check_matcher(field: str, matcher: Any) -> None:
    if isinstance(matcher, list):
        raise _invalid(f'"{field}": match value must be String, number, true, false, or null')
    if not isinstance(matcher, Mapping):
        return
    if len(matcher) != 1:
        raise _invalid("Only one key allowed in match expression")
    ((name, operand),) = matcher.items()
    if name == "exists":
        if not isinstance(operand, bool):
            raise _invalid("exists match pattern must be either true or false.")
    elif name not in _OPERATORS:
        known = ", ".join(sorted([*_OPERATORS, "exists", "$or"]))
        raise _invalid(f"Unrecognized match type {name}; supported: {known}")
    else:
        _check_operand(name, operand)


def _check_operand(name: str, operand: Any) -> None:
    if name == "numeric":
        _check_numeric(operand)
    elif name == "anything-but":
        if isinstance(operand, Mapping):
            if len(operand) != 1 or next(iter(operand)) not in _INSIDE_ANYTHING_BUT:
                raise _invalid(
                    f"Unsupported anything-but pattern: {', '.join(operand) or 'empty'}; "
                    f"supported: {', '.join(_INSIDE_ANYTHING_BUT)}"
                )
            ((inner, value),) = operand.items()
            _check_operand(inner, value)
        elif any(isinstance(item, list | Mapping) for item in _listed(operand)):
            raise _invalid("Inside anything but list, only strings and numbers are allowed")
    elif name == "cidr":
        try:
            ipaddress.ip_network(operand, strict=False)
        except ValueError:
            raise _invalid(f"Malformed CIDR: {operand}") from None
    elif isinstance(operand, Mapping):
        if name not in ("prefix", "suffix") or list(operand) != ["equals-ignore-case"]:
            raise _invalid(f"{name} match pattern must be a string")
        _check_operand("equals-ignore-case", operand["equals-ignore-case"])
    elif not all(isinstance(item, str) for item in _listed(operand)) or operand == []:
        raise _invalid(f"{name} match pattern must be a string")


def _check_numeric(operand: Any) -> None:
    if not isinstance(operand, list) or not operand or len(operand) % 2:
        raise _invalid("Value of numeric must be an array of operators and numbers")
    for name, bound in zip(operand[::2], operand[1::2], strict=True):
        if name not in _COMPARISONS:
            raise _invalid(f"Unrecognized numeric range operator: {name}")
        if isinstance(bound, bool) or not isinstance(bound, int | float):
            raise _invalid("Value of numeric must be numeric")


def _invalid(reason: str) -> AwsError:
    return AwsError("InvalidEventPatternException", f"Event pattern is not valid. Reason: {reason}")
