"""Deny wins, then allow, else denied."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.iam.policy_evaluation import Decision, Policy, Request, evaluate

PAGE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html"
OBJECTS = "arn:aws:s3:::bucket/*"


def decide(
    *statements: dict[str, Any], action: str = "s3:PutObject", resource: str = ""
) -> Decision:
    request = Request(action, resource or "arn:aws:s3:::bucket/data/a.csv")
    return evaluate([Policy({"Statement": list(statements)})], request).decision


@pytest.mark.documented(PAGE)
def test_nothing_said_is_an_implicit_deny() -> None:
    assert decide() is Decision.IMPLICIT_DENY


@pytest.mark.documented(PAGE)
@pytest.mark.parametrize(
    "statement",
    [
        {"Effect": "Allow", "Action": "s3:putobject", "Resource": OBJECTS},
        {"Effect": "Allow", "Action": ["s3:*"], "Resource": ["x", "*"]},
        {"Effect": "Allow", "NotAction": "iam:*", "Resource": OBJECTS},
        {"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::other/*"},
    ],
)
def test_a_matching_allow_allows(statement: dict[str, Any]) -> None:
    assert decide(statement) is Decision.ALLOWED


@pytest.mark.documented(PAGE)
@pytest.mark.parametrize(
    "statement",
    [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"},
        {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::bucket"},
        {"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": "*",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}},
        },
    ],
)
def test_an_allow_of_something_else_does_not(statement: dict[str, Any]) -> None:
    assert decide(statement) is Decision.IMPLICIT_DENY


@pytest.mark.documented(PAGE)
def test_a_deny_wins_over_an_allow() -> None:
    allow = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    deny = {"Effect": "Deny", "Action": "s3:Put*", "Resource": OBJECTS}
    assert decide(allow, deny) is Decision.EXPLICIT_DENY
    assert decide(allow, deny, action="s3:GetObject") is Decision.ALLOWED


@pytest.mark.documented(PAGE)
def test_a_deny_whose_condition_is_not_met_does_not_deny() -> None:
    insecure = {"Bool": {"aws:SecureTransport": "false"}}
    allow = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    deny = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": insecure}
    policy = Policy({"Statement": [allow, deny]})
    context = {"aws:SecureTransport": ["true"]}
    request = Request("s3:GetObject", "arn:aws:s3:::b/k", context)
    assert evaluate([policy], request).decision is Decision.ALLOWED
