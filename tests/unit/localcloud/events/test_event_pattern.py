"""Patterns: what matches, and what is refused rather than never matched."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.errors import AwsError
from localcloud.events.event_pattern import matches, parse

OPERATORS = pytest.mark.documented(
    "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html"
)


def accepts(pattern: dict[str, Any], event: dict[str, Any]) -> bool:
    return matches(parse(json.dumps(pattern)), event)


@OPERATORS
@pytest.mark.parametrize(
    ("matcher", "yes", "no"),
    [
        ("a", "a", "b"),
        (None, None, ""),
        (5, 5.0, "5"),
        (True, True, 1),
        ({"prefix": "ab"}, "abc", "cab"),
        ({"prefix": {"equals-ignore-case": "AB"}}, "aBc", "bab"),
        ({"suffix": ".zip"}, "manifest.zip", "zip"),
        ({"suffix": {"equals-ignore-case": ".ZIP"}}, "a.Zip", "a.tar"),
        ({"equals-ignore-case": "In_Service"}, "IN_SERVICE", "InService"),
        ({"wildcard": "a/*/c"}, "a/b/b/c", "a/c"),
        ({"wildcard": "a\\*"}, "a*", "ab"),
        ({"anything-but": ["a", "b"]}, "c", "a"),
        ({"anything-but": {"prefix": "x"}}, "yx", "xy"),
        ({"anything-but": {"wildcard": "*.tmp"}}, "a.txt", "a.tmp"),
        ({"numeric": [">", 0, "<=", 5]}, 5, 0),
        ({"cidr": "10.0.0.0/24"}, "10.0.0.255", "10.0.1.0"),
    ],
)
def test_matches_as_documented(matcher: Any, yes: Any, no: Any) -> None:
    pattern = {"detail": {"field": [matcher]}}
    assert accepts(pattern, {"detail": {"field": yes}})
    assert not accepts(pattern, {"detail": {"field": no}})


@OPERATORS
def test_exists_looks_at_leaves_and_at_their_absence() -> None:
    assert accepts({"detail": {"a": [{"exists": True}]}}, {"detail": {"a": None}})
    assert not accepts({"detail": {"a": [{"exists": True}]}}, {"detail": {"b": 1}})
    assert accepts({"detail": {"a": [{"exists": False}]}}, {"source": "x"})
    assert not accepts({"detail": {"a": [{"exists": False}]}}, {"detail": {"a": 0}})


@OPERATORS
def test_fields_are_anded_values_and_or_branches_ored() -> None:
    pattern = {"source": ["s", "t"], "$or": [{"a": [1]}, {"b": [2]}]}
    assert accepts(pattern, {"source": "t", "b": 2})
    assert not accepts(pattern, {"source": "t", "b": 1})
    assert not accepts(pattern, {"source": "u", "a": 1})


def test_an_array_matches_by_any_element_and_objects_by_one_object() -> None:
    assert accepts({"resources": ["b"]}, {"resources": ["a", "b"]})
    pattern = {"detail": {"items": {"name": ["n"], "size": [1]}}}
    assert accepts(pattern, {"detail": {"items": [{"name": "x"}, {"name": "n", "size": 1}]}})
    split = {"detail": {"items": [{"name": "n", "size": 2}, {"name": "x", "size": 1}]}}
    assert not accepts(pattern, split)


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ('{"source": [{"regex": "a.*"}]}', "Unrecognized match type regex; supported: "),
        ('{"source": "aws.s3"}', '"source" must be an object or an array'),
        ('{"source": []}', "Empty arrays"),
        ("{}", "Empty patterns"),
        ("{", "Invalid JSON"),
        ('{"a": [{"numeric": ["~", 1]}]}', "Unrecognized numeric range operator: ~"),
        ('{"a": [{"numeric": [">", "1"]}]}', "must be numeric"),
        ('{"a": [{"exists": "yes"}]}', "exists match pattern"),
        ('{"a": [{"anything-but": {"numeric": [">", 1]}}]}', "Unsupported anything-but pattern"),
        ('{"a": [{"prefix": 5}]}', "prefix match pattern must be a string"),
        ('{"a": [{"prefix": "x", "suffix": "y"}]}', "Only one key"),
        ('{"$or": [{"a": [1]}]}', "at least 2"),
    ],
)
def test_what_cannot_match_is_refused_with_its_reason(pattern: str, reason: str) -> None:
    with pytest.raises(AwsError, match="Event pattern is not valid") as refused:
        parse(pattern)
    assert refused.value.aws_code == "InvalidEventPatternException"
    assert reason in str(refused.value)


LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=5)


@given(st.dictionaries(st.text(min_size=1, max_size=5), LEAVES, min_size=1, max_size=4))
def test_an_event_matches_the_pattern_of_its_own_values_and_not_with_one_more(
    event: dict[str, Any],
) -> None:
    pattern = {name: [value] for name, value in event.items() if name != "$or"}
    if pattern:
        assert matches(pattern, event)
        assert not matches({**pattern, "another field": [1]}, event)
