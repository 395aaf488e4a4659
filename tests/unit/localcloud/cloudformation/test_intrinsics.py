"""Intrinsic functions and conditions, on plain data."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.cloudformation.errors import CloudFormationError
from localcloud.cloudformation.intrinsics import (
    NO_VALUE,
    Scope,
    evaluate,
    evaluate_condition,
    present,
)

SCOPE = Scope(
    parameters={"Name": "abc", "List": ["x", "y"], "Flag": "true"},
    pseudo={"AWS::Region": "eu-west-1", "AWS::AccountId": "123456789012"},
    mappings={"M": {"eu-west-1": {"k": "mapped"}}},
    conditions={
        "Yes": {"Fn::Equals": [{"Ref": "Flag"}, True]},
        "No": {"Fn::Not": [{"Condition": "Yes"}]},
    },
    physical_id=lambda name: f"physical-{name}",
    attribute=lambda name, attribute: f"{name}.{attribute}",
    exported={"shared": "value"}.__getitem__,
    dynamic=lambda service, reference: f"<{service} {reference}>",
)


@pytest.mark.documented(
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html"
)
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "Name"}, "abc"),
        ({"Ref": "Bucket"}, "physical-Bucket"),
        ({"Ref": "AWS::Region"}, "eu-west-1"),
        ({"Fn::GetAtt": ["Bucket", "Arn"]}, "Bucket.Arn"),
        ({"Fn::GetAtt": "Bucket.Inner.Arn"}, "Bucket.Inner.Arn"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Name"}, 1]]}, "a-abc-1"),
        ({"Fn::Join": [",", {"Ref": "List"}]}, "x,y"),
        ({"Fn::Select": ["1", {"Ref": "List"}]}, "y"),
        ({"Fn::Split": ["|", "a|b"]}, ["a", "b"]),
        ({"Fn::Sub": "${Name}/${B.Arn}/${!Literal}"}, "abc/B.Arn/${Literal}"),
        ({"Fn::Sub": ["${x}-${Name}", {"x": {"Ref": "AWS::AccountId"}}]}, "123456789012-abc"),
        ({"Fn::If": ["Yes", "a", "b"]}, "a"),
        ({"Fn::If": ["No", "a", "b"]}, "b"),
        ({"Fn::FindInMap": ["M", {"Ref": "AWS::Region"}, "k"]}, "mapped"),
        ({"Fn::Base64": "hi"}, "aGk="),
        ({"Fn::ImportValue": "shared"}, "value"),
        ({"Fn::GetAZs": ""}, ["eu-west-1a", "eu-west-1b", "eu-west-1c"]),
        ("{{resolve:ssm:/a/b}}", "<ssm /a/b>"),
        ({"keep": {"Ref": "AWS::NoValue"}, "other": 1}, {"other": 1}),
        ([{"Ref": "AWS::NoValue"}, 1, {"Fn::If": ["No", 2, {"Ref": "AWS::NoValue"}]}], [1]),
    ],
)
def test_evaluate(value: Any, expected: Any) -> None:
    assert evaluate(value, SCOPE) == expected


def test_no_value_alone_stays_recognizable() -> None:
    assert evaluate({"Ref": "AWS::NoValue"}, SCOPE) is NO_VALUE


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"Fn::Cidr": ["10.0.0.0/16", 2, 8]}, "Fn::Cidr"),
        ({"Fn::Select": [5, ["a"]]}, "cannot select nonexistent value at index 5"),
        ({"Fn::FindInMap": ["M", "nowhere", "k"]}, "Unable to get mapping for M::nowhere::k"),
        ({"Fn::If": ["Nope", 1, 2]}, "unresolved condition dependency Nope"),
    ],
)
def test_evaluate_refuses_by_name(value: Any, words: str) -> None:
    with pytest.raises(CloudFormationError) as caught:
        evaluate(value, SCOPE)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"Fn::Equals": ["a", "a"]}, True),
        ({"Fn::Equals": [1, "1"]}, True),
        ({"Fn::And": [{"Condition": "Yes"}, {"Condition": "No"}]}, False),
        ({"Fn::Or": [{"Condition": "Yes"}, {"Condition": "No"}]}, True),
        ({"Fn::Contains": [["5", "6"], 6]}, True),
    ],
)
def test_evaluate_condition(condition: Any, expected: bool) -> None:
    assert evaluate_condition(condition, SCOPE) is expected


def test_present_leaves_out_what_a_condition_removes() -> None:
    properties = {
        "A": 1,
        "B": {"Fn::If": ["No", 1, {"Ref": "AWS::NoValue"}]},
        "C": {"Fn::If": ["Yes", {"Ref": "NotMadeYet"}, {"Ref": "AWS::NoValue"}]},
    }
    assert present(properties, SCOPE) == {"A", "C"}
