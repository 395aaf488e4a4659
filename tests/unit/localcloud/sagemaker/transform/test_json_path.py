"""The JSONPath of batch transform's filters."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.sagemaker.transform.json_path import JsonPathError, parse, select

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html"
)
ROW = ["id", "1", "2", "3"]
RECORD = {"id": 7, "features": [1, 2, 3], "a b": {"x": 1, "y": 2}, "list": [{"n": 1}, {"n": 2}]}


@pytest.mark.parametrize(
    ("expression", "value", "found"),
    [
        ("$", ROW, ROW),
        ("$[1:]", ROW, ["1", "2", "3"]),
        ("$[:2]", ROW, ["id", "1"]),
        ("$[1:3]", ROW, ["1", "2"]),
        ("$[-2:]", ROW, ["2", "3"]),
        ("$[0,-1]", ROW, ["id", "3"]),
        ("$[0,2:]", ROW, ["id", "2", "3"]),
        ("$[-1]", ROW, "3"),
        ("$[*]", ROW, ROW),
        ("$", RECORD, RECORD),
        ("$.features", RECORD, [1, 2, 3]),
        ("$.features[0]", RECORD, 1),
        ("$['features'][1:]", RECORD, [2, 3]),
        ("$['id','features']", RECORD, {"id": 7, "features": [1, 2, 3]}),
        ("$.['id','features']", RECORD, {"id": 7, "features": [1, 2, 3]}),
        ("$['a b'].x", RECORD, 1),
        ('$["a b"].*', RECORD, [1, 2]),
        ("$.list[*].n", RECORD, [1, 2]),
        ("$.list[0:2].n", RECORD, [1, 2]),
    ],
)
def test_an_expression_finds(expression: str, value: Any, found: Any) -> None:
    assert select(parse(expression), value) == found


@pytest.mark.parametrize(
    "expression", ["", "a", "a.b", "$..a", "$[?(@.x>1)]", "$.a.length()", "$[1:2:3]", "$[]", "$[a]"]
)
def test_other_expressions_are_refused(expression: str) -> None:
    with pytest.raises(JsonPathError, match=r"\$|neither"):
        parse(expression)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("$[4]", ROW),
        ("$[-5]", ROW),
        ("$[0,4]", ROW),
        ("$[9:]", ROW),
        ("$.absent", RECORD),
        ("$['id','absent']", RECORD),
        ("$.id", ROW),
        ("$[0]", RECORD),
        ("$.id.*", RECORD),
    ],
)
def test_what_is_not_there_is_an_error(expression: str, value: Any) -> None:
    with pytest.raises(JsonPathError):
        select(parse(expression), value)
