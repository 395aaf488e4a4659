"""No policy gives more than its listed and reasoned wildcards."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from tests.infra.assemblies import Assemblies
from tests.infra.configurations import STACKS
from tests.infra.synthesis import flat, template

# Actions that are allowed on every resource, and why.
ON_EVERY_RESOURCE = {
    "codepipeline:PutJobSuccessResult": "has no resource in IAM",
    "codepipeline:PutJobFailureResult": "has no resource in IAM",
    "lambda:ListFunctions": "has no resource in IAM; CodePipeline's Lambda action asks for it",
    "ecr:GetAuthorizationToken": "has no resource in IAM",
    "cloudwatch:PutMetricData": "has no resource in IAM",
    "cloudwatch:GetMetricStatistics": "has no resource in IAM",
    "cloudwatch:DescribeAlarms": "SageMaker asks for all alarms of an update with one call",
    "sagemaker:ListModels": "has no resource in IAM",
    "sagemaker:ListEndpointConfigs": "has no resource in IAM",
    "application-autoscaling:DescribeScalableTargets": "has no resource in IAM",
    "application-autoscaling:DescribeScalingPolicies": "has no resource in IAM",
    "application-autoscaling:DescribeScheduledActions": "has no resource in IAM",
    "ec2:AssignPrivateIpAddresses": "Lambda makes a function's network interfaces, unnamed before",
    "ec2:UnassignPrivateIpAddresses": "Lambda makes a function's network interfaces, unnamed before",
} | {
    f"ec2:{action}": "the SageMaker SDK 3 refuses a job's role that may not do it on every resource"
    for action in (
        "CreateNetworkInterface",
        "CreateNetworkInterfacePermission",
        "DeleteNetworkInterface",
        "DeleteNetworkInterfacePermission",
        "DescribeNetworkInterfaces",
        "DescribeVpcs",
        "DescribeDhcpOptions",
        "DescribeSubnets",
        "DescribeSecurityGroups",
    )
}


def many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def allowing(found: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every statement that allows something, of every kind of policy, with its resource's name."""

    def documents(value: Any) -> Iterator[Any]:
        if isinstance(value, dict):
            if "Statement" in value:
                yield value
            for each in value.values():
                yield from documents(each)
        elif isinstance(value, list):
            for each in value:
                yield from documents(each)

    for name, resource in found["Resources"].items():
        for document in documents(flat(resource["Properties"])):
            for statement in many(document["Statement"]):
                if statement["Effect"] == "Allow":
                    yield name, statement


def too_wide(given: dict[str, Any]) -> set[tuple[str, str]]:
    """What is not listed above: the resource, and the action or principal."""
    found: set[tuple[str, str]] = set()
    for name, statement in allowing(given):
        if "NotAction" in statement or "NotResource" in statement or "NotPrincipal" in statement:
            found.add((name, "Not…"))
        actions = many(statement.get("Action", []))
        found.update((name, action) for action in actions if "*" in action)
        # `arn:aws:s3:::*` and the like: everything of a service.
        whole = [arn for arn in many(statement.get("Resource", [])) if arn.split(":")[-1] == "*"]
        if whole:
            found.update((name, action) for action in actions if action not in ON_EVERY_RESOURCE)
        principal = statement.get("Principal", {})
        named = [principal] if isinstance(principal, str) else [*principal.values()]
        found.update((name, "Principal") for each in named if "*" in many(each))
    return found


def test_no_statement_is_too_wide(any_template: dict[str, Any]) -> None:
    assert too_wide(any_template) == set()


def test_every_listed_action_is_still_used(assembly: Assemblies) -> None:
    used = {
        action
        for stack in STACKS
        for _, statement in allowing(template(assembly("network_and_key"), stack))
        if "*" in many(statement.get("Resource", []))
        for action in many(statement["Action"])
    }
    assert used == set(ON_EVERY_RESOURCE)


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        ({"Action": "s3:*", "Resource": "arn:aws:s3:::bucket"}, "s3:*"),
        ({"Action": ["s3:GetObject", "sqs:Send*"], "Resource": "x"}, "sqs:Send*"),
        ({"Action": "s3:GetObject", "Resource": "*"}, "s3:GetObject"),
        ({"Action": "s3:GetObject", "Resource": ["x", "arn:aws:s3:::*"]}, "s3:GetObject"),
        ({"NotAction": "s3:GetObject", "Resource": "x"}, "Not…"),
        ({"Action": "s3:GetObject", "Resource": "x", "Principal": "*"}, "Principal"),
        ({"Action": "s3:GetObject", "Resource": "x", "Principal": {"AWS": "*"}}, "Principal"),
    ],
)
def test_planted_statements_are_found(
    build: dict[str, Any], planted: dict[str, Any], found: str
) -> None:
    changed = copy.deepcopy(build)
    policies = [n for n, r in changed["Resources"].items() if r["Type"] == "AWS::IAM::Policy"]
    document = changed["Resources"][policies[0]]["Properties"]["PolicyDocument"]
    document["Statement"].append({"Effect": "Allow", **planted})
    assert too_wide(changed) == {(policies[0], found)}
