"""A Lambda action's UserParameters: a JSON object in a string of at most 1000 characters.

https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-Lambda.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from slipway_shared.codepipeline_job import ConfigurationError
from slipway_shared.members import Kind, MemberError, check_members


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
    try:
        check_members("UserParameters", given, known, required)
    except MemberError as error:
        raise ConfigurationError(str(error)) from error
    return {name: given.get(name) for name in known}
