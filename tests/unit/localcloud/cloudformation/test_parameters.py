"""A stack's parameters: defaults, types, constraints, and values of Parameter Store."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.cloudformation.errors import CloudFormationError
from localcloud.cloudformation.parameters import resolve, shown


def test_resolve_uses_defaults_lists_and_parameter_store() -> None:
    declared = {
        "Plain": {"Type": "String", "Default": "d"},
        "Names": {"Type": "CommaDelimitedList"},
        "Version": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/v"},
    }
    values, given = resolve(declared, {"Names": "a, b"}, {"/v": "26"}.__getitem__)
    assert values == {"Plain": "d", "Names": ["a", "b"], "Version": "26"}
    assert given == {"Plain": "d", "Names": "a, b", "Version": "/v"}


@pytest.mark.parametrize(
    ("declaration", "passed", "words"),
    [
        ({"Type": "String"}, {}, "Parameters: [P] must have values"),
        ({"Type": "String", "Default": ""}, {"Q": "1"}, "Parameters: [Q] do not exist"),
        ({"Type": "String", "AllowedValues": ["a"]}, {"P": "b"}, "one of AllowedValues"),
        ({"Type": "String", "AllowedPattern": "[a-z]+"}, {"P": "1"}, "failed to satisfy"),
        ({"Type": "String", "MinLength": 2}, {"P": "b"}, "at least 2 characters"),
        ({"Type": "String", "MaxLength": "2"}, {"P": "bbb"}, "at most 2 characters"),
        ({"Type": "Number"}, {"P": "b"}, "must be a number"),
        ({"Type": "Number", "MaxValue": 3}, {"P": "4"}, "not greater than 3"),
    ],
)
def test_resolve_refuses(declaration: dict[str, Any], passed: dict[str, str], words: str) -> None:
    with pytest.raises(CloudFormationError) as caught:
        resolve({"P": declaration}, passed, str)
    assert words in str(caught.value)


def test_shown_hides_no_echo() -> None:
    assert shown({"P": {"NoEcho": True}}, {"P": "secret", "Q": "q"}) == {"P": "****", "Q": "q"}
