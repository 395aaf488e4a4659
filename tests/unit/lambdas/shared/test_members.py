"""Members of an object that somebody may have written by hand: known, there, and of their kind."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.lambdas.assets import asset

members = asset("shared").module("slipway_shared.members")
KNOWN = {"name": str, "count": int, "share": int | float, "on": bool, "of": dict, "some": list}


@pytest.mark.parametrize(
    "given",
    [
        {"name": "n"},
        {"name": "n", "count": 0, "share": 1, "on": False, "of": {}, "some": []},
        {"name": "n", "share": 0.5, "count": None, "on": None},
    ],
)
def test_what_may_be(given: dict[str, Any]) -> None:
    members.check_members("here", given, KNOWN, {"name": str})


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "here lacks 'name' (a string)"),
        ({"name": None}, "here lacks 'name' (a string)"),
        ({"name": ""}, "here: 'name' must not be empty"),
        ({"name": 1}, "here: 'name' must be a string, not 1"),
        ({"name": "n", "count": 1.0}, "here: 'count' must be a whole number, not 1.0"),
        ({"name": "n", "count": True}, "here: 'count' must be a whole number, not True"),
        ({"name": "n", "share": "1"}, "here: 'share' must be a number, not '1'"),
        ({"name": "n", "share": True}, "here: 'share' must be a number, not True"),
        ({"name": "n", "on": 1}, "here: 'on' must be true or false, not 1"),
        ({"name": "n", "of": []}, "here: 'of' must be an object, not []"),
        ({"name": "n", "some": "a"}, "here: 'some' must be a list, not 'a'"),
        (
            {"z": 1, "nam": "n"},
            "here has an unknown member 'nam'; known: count, name, of, on, share, some",
        ),
    ],
)
def test_what_may_not_be(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(members.MemberError) as refused:
        members.check_members("here", given, KNOWN, {"name": str})
    assert str(refused.value) == sentence


@pytest.mark.parametrize("value", [1, 2, 10])
def test_a_range_is_closed(value: int) -> None:
    members.check_range("here", "n", value, 1, 10)


@pytest.mark.parametrize("value", [0, 11, float("nan")])
def test_what_is_outside_is_named_with_the_range(value: float) -> None:
    with pytest.raises(members.MemberError, match=r"^here: 'n' must be 1 to 10, not "):
        members.check_range("here", "n", value, 1, 10)


def test_a_choice() -> None:
    members.check_choice("here", "n", "a", ("a", "b"))
    with pytest.raises(members.MemberError, match=r"^here: 'n' must be one of 'a', 'b', not 'c'$"):
        members.check_choice("here", "n", "c", ("a", "b"))
