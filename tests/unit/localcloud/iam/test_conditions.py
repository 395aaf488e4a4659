"""Condition operators of policy statements."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.iam.conditions import UnsupportedCondition, holds, matches_wildcard, substitute

CONTEXT = {
    "aws:PrincipalTag/team": ["ml"],
    "iam:PassedToService": ["sagemaker.amazonaws.com"],
    "aws:SecureTransport": ["true"],
    "aws:SourceArn": ["arn:aws:events:us-east-1:123456789012:rule/r"],
    "aws:SourceIp": ["10.1.2.3"],
    "aws:CurrentTime": ["2026-11-24T10:00:00Z"],
    "s3:max-keys": ["10"],
    "aws:TagKeys": ["a", "b"],
    "aws:username": ["ana"],
}


@pytest.mark.documented(
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html"
)
@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"StringEquals": {"IAM:passedtoservice": "sagemaker.amazonaws.com"}}, True),
        ({"StringEquals": {"iam:PassedToService": ["x", "sagemaker.amazonaws.com"]}}, True),
        ({"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}, False),
        ({"StringEquals": {"missing:key": "x"}}, False),
        ({"StringEqualsIfExists": {"missing:key": "x"}}, True),
        ({"StringNotEquals": {"missing:key": "x"}}, True),
        ({"StringNotEquals": {"aws:username": "ana"}}, False),
        ({"StringLike": {"aws:username": "a?a"}}, True),
        ({"StringLike": {"aws:username": "${aws:username}"}}, True),
        ({"StringLike": {"aws:username": "${*}"}}, False),
        ({"Bool": {"aws:SecureTransport": "false"}}, False),
        ({"Bool": {"aws:SecureTransport": True}}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:events:*:123456789012:rule/*"}}, True),
        ({"ArnEquals": {"aws:SourceArn": "arn:aws:events:*:999999999999:rule/*"}}, False),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, True),
        ({"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, False),
        ({"NumericLessThanEquals": {"s3:max-keys": "10"}}, True),
        ({"NumericLessThan": {"s3:max-keys": 10}}, False),
        ({"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}, True),
        ({"Null": {"sts:ExternalId": "true"}}, True),
        ({"Null": {"aws:username": "true"}}, False),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b", "c"]}}, True),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["a"]}}, False),
        ({"ForAnyValue:StringEquals": {"aws:TagKeys": ["a"]}}, True),
        ({"ForAllValues:StringEquals": {"missing:key": ["a"]}}, True),
        ({"ForAnyValue:StringEquals": {"missing:key": ["a"]}}, False),
        (
            {
                "Bool": {"aws:SecureTransport": "true"},
                "StringEquals": {"aws:PrincipalTag/team": "ops"},
            },
            False,
        ),
    ],
)
def test_holds(condition: dict[str, dict[str, Any]], expected: bool) -> None:
    assert holds(condition, CONTEXT) is expected


def test_holds_refuses_an_unknown_operator() -> None:
    with pytest.raises(UnsupportedCondition, match="'StringAlmost'"):
        holds({"StringAlmost": {"aws:username": "x"}}, CONTEXT)


def test_wildcards_do_not_take_brackets_for_classes() -> None:
    assert matches_wildcard("a[b]*", "a[b]c")
    assert not matches_wildcard("a[b]*", "abc")
    assert not matches_wildcard("a.c", "abc")


def test_substitute_uses_the_default_of_a_missing_variable() -> None:
    assert substitute("${aws:username}/${missing:key, 'none'}", CONTEXT) == "ana/none"
