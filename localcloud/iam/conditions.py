"""A policy statement's `Condition`: whether it holds for what is known of a request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
Keys are compared without case; values of one key are alternatives, keys and operators must all hold.
An operator on a key that the request lacks fails, except the negated ones, `…IfExists` and `Null`.
"""

from __future__ import annotations

import ipaddress
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

Context = Mapping[str, Sequence[str]]

_VARIABLE = re.compile(r"\$\{([^}]+)\}")
# What `${*}`, `${?}` and `${$}` stand for until the pattern is matched: signs, not wildcards.
_LITERALS = {"*": "\ue000", "?": "\ue001", "$": "\ue002"}


class UnsupportedCondition(Exception):
    """A condition operator that is not implemented."""


def holds(condition: Mapping[str, Mapping[str, Any]], context: Context) -> bool:
    """Whether every operator and key of `condition` is satisfied by `context`."""
    if not condition:
        return True
    known = {key.lower(): list(values) for key, values in context.items()}
    return all(
        _key_holds(name, _texts(wanted), known.get(key.lower()), known)
        for name, keys in condition.items()
        for key, wanted in keys.items()
    )


def missing_keys(condition: Mapping[str, Mapping[str, Any]], context: Context) -> list[str]:
    """The keys that the condition asks about and the request does not have."""
    if not condition:
        return []
    known = {key.lower() for key in context}
    return [key for keys in condition.values() for key in keys if key.lower() not in known]


def substitute(text: str, context: Context) -> str:
    """`text` with its policy variables (`${aws:username}`) replaced by what the request has.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    """
    if "${" not in text:
        return text
    known = {key.lower(): values for key, values in context.items()}

    def value(match: re.Match[str]) -> str:
        name, _, default = match[1].partition(",")
        if name in ("*", "?", "$"):
            return _LITERALS[name]
        values = known.get(name.strip().lower())
        return values[0] if values else default.strip().strip("'") or match[0]

    return _VARIABLE.sub(value, text)


def matches_wildcard(pattern: str, text: str) -> bool:
    """`*` and `?` stand for any signs; a pattern of `*` alone matches everything."""
    return _pattern(pattern).fullmatch(text) is not None


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    meanings = {"*": ".*", "?": "."} | {mark: re.escape(s) for s, mark in _LITERALS.items()}
    text = "".join(meanings.get(sign, re.escape(sign)) for sign in pattern)
    return re.compile(text, re.DOTALL)


def _key_holds(
    name: str, wanted: list[str], actual: list[str] | None, known: Mapping[str, list[str]]
) -> bool:
    if name.lower() == "null":
        return (actual is None) == (wanted[0].lower() == "true")
    quantifier, _, rest = name.rpartition(":")
    base = rest.removesuffix("IfExists")
    compare, negated = _operator(base)
    wanted = [substitute(item, known) for item in wanted]
    if actual is None:
        return base != rest or negated or quantifier == "ForAllValues"
    if quantifier == "ForAllValues":
        return all(_one(compare, negated, wanted, item) for item in actual)
    return any(_one(compare, negated, wanted, item) for item in actual)


def _one(
    compare: Callable[[str, str], bool], negated: bool, wanted: Iterable[str], actual: str
) -> bool:
    try:
        found = any(compare(item, actual) for item in wanted)
    except ValueError:  # not a number, a date or an address: it does not match
        found = False
    return found != negated


def _operator(name: str) -> tuple[Callable[[str, str], bool], bool]:
    """The comparison of (wanted, actual), and whether its result is negated."""
    negated = "Not" in name
    positive = name.replace("Not", "", 1)
    if positive == "IpAddress":
        return _in_network, negated
    comparison = _COMPARISONS.get(positive)
    if comparison is None:
        raise UnsupportedCondition(
            f"unsupported by the local cloud: condition operator {name!r}; supported: "
            f"{', '.join(sorted(_COMPARISONS))}, IpAddress, Null and their Not…, …IfExists, "
            "ForAnyValue: and ForAllValues: forms"
        )
    return comparison, negated


def _in_network(wanted: str, actual: str) -> bool:
    return ipaddress.ip_address(actual) in ipaddress.ip_network(wanted, strict=False)


def _date(text: str) -> datetime:
    if text.replace(".", "", 1).isdigit():
        return datetime.fromtimestamp(float(text), UTC)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _ordered(
    convert: Callable[[str], Any], compare: Callable[[Any, Any], bool]
) -> Callable[[str, str], bool]:
    return lambda wanted, actual: bool(compare(convert(actual), convert(wanted)))


def _arn_like(wanted: str, actual: str) -> bool:
    """Each of an ARN's six parts is matched for itself."""
    patterns, parts = wanted.split(":", 5), actual.split(":", 5)
    return len(patterns) == len(parts) and all(map(matches_wildcard, patterns, parts))


_COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": operator.eq,
    "StringEqualsIgnoreCase": lambda wanted, actual: wanted.lower() == actual.lower(),
    "StringLike": matches_wildcard,
    "Bool": lambda wanted, actual: wanted.lower() == actual.lower(),
    "BinaryEquals": operator.eq,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
}
for _kind, _convert in (("Numeric", float), ("Date", _date)):
    for _suffix, _compare in (
        ("Equals", operator.eq),
        ("LessThan", operator.lt),
        ("LessThanEquals", operator.le),
        ("GreaterThan", operator.gt),
        ("GreaterThanEquals", operator.ge),
    ):
        _COMPARISONS[_kind + _suffix] = _ordered(_convert, _compare)


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [str(item).lower() if isinstance(item, bool) else str(item) for item in values]
