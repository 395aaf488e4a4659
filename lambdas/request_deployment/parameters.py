"""What the Systems Manager parameters of the project say: the stages' settings, and a pin.

The stack writes the settings; a person writes the pin, with a reason, and deletes it:

    aws ssm put-parameter --type String --name /slipway/<project>/pin --value 7 --description "7 is slow"

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameterHistory.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from live_version import Pin
from slipway_shared.members import MemberError
from slipway_shared.stage_settings_json import parse_stage_settings

Settings = Mapping[str, Mapping[str, Any]]


class UnusableParameter(Exception):
    """A parameter says what cannot be meant; the text names it and what is allowed."""


def read_stages(ssm: Any, prefix: str, stages: Sequence[str]) -> Settings:
    """The settings of the stages, in their order. Raises UnusableParameter."""
    names = [prefix + stage for stage in stages]
    found = {
        parameter["Name"]: parameter["Value"]
        for parameter in ssm.get_parameters(Names=names)["Parameters"]
    }
    settings = {}
    for stage, name in zip(stages, names, strict=True):
        if name not in found:
            raise UnusableParameter(f"parameter {name} does not exist: deploy the stack again")
        try:
            settings[stage] = json.loads(found[name])
            parse_stage_settings(f"parameter {name}", stage, settings[stage])
        except (ValueError, MemberError) as error:
            raise UnusableParameter(f"parameter {name}: {error}") from error
    return settings


def read_pin(ssm: Any, name: str, group_name: str) -> Pin | None:
    """The pin, if there is one. Raises UnusableParameter for one that names no version."""
    try:
        # GetParameter does not say who wrote it.
        pages = ssm.get_paginator("get_parameter_history").paginate(Name=name)
        history = [entry for page in pages for entry in page["Parameters"]]
    except ssm.exceptions.ParameterNotFound:
        return None
    if not history:
        return None
    latest = max(history, key=lambda entry: int(entry["Version"]))
    value = str(latest["Value"]).strip()
    group, _, version = value.rpartition(":model-package/")[2].rpartition("/")
    if not version.isdecimal() or (group and group.casefold() != group_name.casefold()):
        raise UnusableParameter(
            f"parameter {name} is {value!r}: it must be the number or the ARN of a version of"
            f" {group_name}"
        )
    return Pin(int(version), latest.get("LastModifiedUser"), latest.get("Description"))
