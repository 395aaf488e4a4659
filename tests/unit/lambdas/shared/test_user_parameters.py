"""User parameters: each name known, each value of its type, or a sentence that says what is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.lambdas.assets import asset

parameters = asset("shared").module("slipway_shared.user_parameters")
jobs = asset("shared").module("slipway_shared.codepipeline_job")
REQUIRED: dict[str, type] = {"name": str, "count": int}
OPTIONAL: dict[str, type] = {"tags": dict}


def _parse(text: str) -> Any:
    return parameters.parse_user_parameters(text, required=REQUIRED, optional=OPTIONAL)


@pytest.mark.parametrize("rest", ["", ',"tags":null'])
def test_an_absent_or_null_optional_one_is_none(rest: str) -> None:
    assert _parse('{"name":"n","count":1' + rest + "}") == {"name": "n", "count": 1, "tags": None}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "UserParameters is not JSON"),
        ("[]", r"UserParameters must be a JSON object, not '\[\]'"),
        ('{"name":"n"}', r"UserParameters lacks 'count' \(a whole number\)"),
        ('{"name":"n","count":null}', "UserParameters lacks 'count'"),
        ('{"name":"n","count":true}', "'count' must be a whole number, not True"),
        ('{"name":"n","count":1.5}', "'count' must be a whole number, not 1.5"),
        ('{"name":"","count":1}', "'name' must not be empty"),
        ('{"name":"n","count":1,"tags":[]}', "'tags' must be an object"),
        ('{"name":"n","count":1,"x":1}', "unknown member 'x'; known: count, name, tags"),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, reason: str) -> None:
    with pytest.raises(jobs.ConfigurationError, match=reason):
        _parse(text)


@pytest.mark.parametrize("value", [["a"], [], "a,b", ""])
def test_a_member_may_have_one_of_two_types(value: Any) -> None:
    text = json.dumps({"names": value})
    given = parameters.parse_user_parameters(text, required={}, optional={"names": list | str})
    assert given == {"names": value}


@pytest.mark.parametrize("value", [1, True, {"a": 1}])
def test_and_no_third(value: Any) -> None:
    text = json.dumps({"names": value})
    with pytest.raises(jobs.ConfigurationError, match="'names' must be a list or a string, not"):
        parameters.parse_user_parameters(text, required={}, optional={"names": list | str})
