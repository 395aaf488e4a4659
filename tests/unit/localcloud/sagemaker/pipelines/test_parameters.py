"""The values that an execution is started with."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.errors import ValidationException
from localcloud.sagemaker.pipelines.parameters import Parameter, values_for_execution

DECLARED = {
    parameter.name: parameter
    for parameter in (
        Parameter("Input", "String"),
        Parameter("Count", "Integer", 1),
        Parameter("Rate", "Float", 6.0),
        Parameter("Skip", "Boolean", False),
        Parameter("Status", "String", "Approved", ("Approved", "Rejected")),
    )
}


def values(**given: str) -> dict[str, Any]:
    return values_for_execution(
        DECLARED, [{"Name": name, "Value": value} for name, value in given.items()]
    )


def test_values_have_their_declared_types_when_given_as_text() -> None:
    found = values(Input="a", Count="3", Rate="2", Skip="True")
    assert found == {"Input": "a", "Count": 3, "Rate": 2.0, "Skip": True, "Status": "Approved"}
    assert [type(value) for value in found.values()] == [str, int, float, bool, str]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"Inptu": "a"}, "Unknown parameter 'Inptu'"),
        ({}, "Parameter 'Input' is undefined"),
        ({"Input": "a", "Count": "1.5"}, "Unexpected type for parameter 'Count'. Expected Integer"),
        ({"Input": "a", "Rate": "fast"}, "Unexpected type for parameter 'Rate'. Expected Float"),
        ({"Input": "a", "Skip": "1"}, "Unexpected type for parameter 'Skip'. Expected Boolean"),
        ({"Input": "a", "Status": "Maybe"}, r"enum value set: \[Approved, Rejected\]"),
    ],
)
@pytest.mark.local_only("AWS's words for a wrong parameter are not known")
def test_start_is_refused_when_a_value_is_wrong(given: dict[str, str], message: str) -> None:
    with pytest.raises(ValidationException, match=message):
        values(**given)


def test_start_is_refused_when_a_parameter_is_given_twice() -> None:
    twice = [{"Name": "Input", "Value": "a"}, {"Name": "Input", "Value": "b"}]
    with pytest.raises(ValidationException, match="given twice"):
        values_for_execution(DECLARED, twice)
