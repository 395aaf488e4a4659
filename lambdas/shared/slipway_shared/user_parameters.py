"""A Lambda action's UserParameters: a JSON object in a string of at most 1000 characters.

https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-Lambda.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import UnionType
from typing import Any

from slipway_shared.codepipeline_job import ConfigurationError

Kind = type | UnionType

NAMES: dict[Kind, str] = {
    str: "a string",
    int: "a whole number",
    dict: "an object",
    list | str: "a list or a string",
}


def parse_user_parameters(
    text: str, *, required: Mapping[str, Kind], optional: Mapping[str, Kind] | None = None
) -> dict[str, Any]:
    """The parameters, with each name known and each value of its type; an absent or null optional
    one is None. Raises ConfigurationError, which names the parameter and what is allowed."""
    optional = optional or {}
    try:
        given = json.loads(text)
    except ValueError as error:
        raise ConfigurationError(f"UserParameters is not JSON ({error}): {text[:200]!r}") from error
    if not isinstance(given, dict):
        raise ConfigurationError(f"UserParameters must be a JSON object, not {text[:200]!r}")
    known = {**required, **optional}
    check_members("UserParameters", given, known, required)
    return {name: given.get(name) for name in known}


def check_members(
    where: str, given: Mapping[str, Any], known: Mapping[str, Kind], required: Mapping[str, Kind]
) -> None:
    """Refuse an unknown, missing or mistyped member of an object. Raises ConfigurationError."""
    unknown = sorted(set(given) - set(known))
    if unknown:
        allowed = ", ".join(sorted(known))
        raise ConfigurationError(f"{where} has an unknown member {unknown[0]!r}; known: {allowed}")
    for name, kind in known.items():
        value = given.get(name)
        if value is None:
            if name in required:
                raise ConfigurationError(f"{where} lacks {name!r} ({NAMES[kind]})")
            continue
        # bool is an int in Python, never in JSON.
        if not isinstance(value, kind) or isinstance(value, bool):
            raise ConfigurationError(f"{where}: {name!r} must be {NAMES[kind]}, not {value!r}")
        if kind is str and not value:
            raise ConfigurationError(f"{where}: {name!r} must not be empty")
