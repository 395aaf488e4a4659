"""What a step declares as its outputs, and the values that it takes for them."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.errors import ValidationException
from localcloud.sagemaker.pipelines.definition import Step
from localcloud.sagemaker.pipelines.output_parameters import (
    OutputError,
    declared,
    is_property,
    shown,
    typed,
)

from .definitions import outputs


def a_step(*parameters: Any) -> Step:
    return Step("A", "Lambda", {}, {"OutputParameters": list(parameters)})


@pytest.mark.parametrize(
    ("kind", "given", "value", "text"),
    [
        ("String", "a", "a", "a"),
        ("String", 200, "200", "200"),
        ("Integer", 3, 3, "3"),
        ("Integer", "3", 3, "3"),
        ("Float", 6, 6.0, "6.0"),
        ("Float", "6.5", 6.5, "6.5"),
        ("Boolean", True, True, "true"),
        ("Boolean", "False", False, "false"),
    ],
)
def test_value_has_the_declared_type(kind: str, given: Any, value: Any, text: str) -> None:
    found = typed({"x": kind}, {"x": given, "more": []})
    assert (found, type(found["x"])) == ({"x": value}, type(value))
    assert shown(found) == [{"Name": "x", "Value": text}]


@pytest.mark.parametrize(
    ("kind", "given", "reason"),
    [
        ("String", {}, "output parameter 'x' is missing; there are: none"),
        ("String", {"y": 1}, "output parameter 'x' is missing; there are: y"),
        ("String", {"x": {"deep": 1}}, 'Boolean, and not nested: {"deep": 1}'),
        ("String", {"x": None}, "must be a String, Integer, Float or Boolean"),
        ("Integer", {"x": "three"}, "output parameter 'x' is no Integer: three"),
        ("Integer", {"x": 3.5}, "output parameter 'x' is no Integer: 3.5"),
        ("Integer", {"x": True}, "output parameter 'x' is no Integer: true"),
        ("Boolean", {"x": "yes"}, "output parameter 'x' is no Boolean: yes"),
        ("String", {"x": "a" * 1025}, "output parameter 'x' has more than 1024 characters"),
    ],
)
def test_value_is_refused_when_it_is_not_what_was_declared(
    kind: str, given: Any, reason: str
) -> None:
    with pytest.raises(OutputError) as caught:
        typed({"x": kind}, given)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ([{"OutputName": "x", "OutputType": "Json"}], "Value 'Json' for 'OutputType'"),
        ([{"OutputType": "String"}], "Missing required member 'OutputName'"),
        ([{**outputs(x="String")[0], "Default": 1}], "Unknown member 'Default'"),
        (outputs(x="String") * 2, "Duplicate output parameter 'x' of step 'A'."),
        (outputs(**{f"x{n}": "String" for n in range(51)}), "more than 50 output parameters"),
    ],
)
def test_declaration_is_refused_when_it_is_malformed(parameters: Any, reason: str) -> None:
    with pytest.raises(ValidationException) as caught:
        declared(a_step(*parameters))
    assert reason in str(caught.value)


def test_only_declared_outputs_are_properties() -> None:
    step = a_step(*outputs(x="String"))
    assert is_property(step, ("OutputParameters", "x"))
    for path in (("OutputParameters", "y"), ("OutputParameters",), ("x",)):
        assert not is_property(step, path)
    assert not is_property(step, ("OutputParameters", "x", "deep"))
