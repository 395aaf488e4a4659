"""Checking the members of a JSON object that somebody may have written by hand."""

from __future__ import annotations

from collections.abc import Mapping
from types import UnionType
from typing import Any

Kind = type | UnionType

NAMES: dict[Kind, str] = {
    str: "a string",
    int: "a whole number",
    int | float: "a number",
    bool: "true or false",
    dict: "an object",
    list: "a list",
    list | str: "a list or a string",
}


class MemberError(ValueError):
    """An object has an unknown, missing or mistyped member; the text names it and what is allowed."""


def check_members(
    where: str, given: Mapping[str, Any], known: Mapping[str, Kind], required: Mapping[str, Kind]
) -> None:
    """Refuse an unknown, missing or mistyped member of an object. Raises MemberError."""
    unknown = sorted(set(given) - set(known))
    if unknown:
        allowed = ", ".join(sorted(known))
        raise MemberError(f"{where} has an unknown member {unknown[0]!r}; known: {allowed}")
    for name, kind in known.items():
        value = given.get(name)
        if value is None:
            if name in required:
                raise MemberError(f"{where} lacks {name!r} ({NAMES[kind]})")
            continue
        # bool is an int in Python, never in JSON.
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise MemberError(f"{where}: {name!r} must be {NAMES[kind]}, not {value!r}")
        if kind is str and not value:
            raise MemberError(f"{where}: {name!r} must not be empty")


def check_range(where: str, name: str, value: float, minimum: float, maximum: float) -> None:
    """Refuse a number outside a closed range. Raises MemberError."""
    if not minimum <= value <= maximum:
        raise MemberError(f"{where}: {name!r} must be {minimum:g} to {maximum:g}, not {value!r}")


def check_choice(where: str, name: str, value: Any, allowed: tuple[str, ...]) -> None:
    """Refuse what is none of a few words. Raises MemberError."""
    if value not in allowed:
        words = ", ".join(repr(word) for word in allowed)
        raise MemberError(f"{where}: {name!r} must be one of {words}, not {value!r}")
