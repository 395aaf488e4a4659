"""Findings of the checkers that are accepted, with the reason, where the construct is.

tests/policy runs the checkers and accepts nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
from constructs import Construct, IConstruct


def acknowledge(construct: IConstruct, findings: Mapping[str, str]) -> None:
    """Accept findings of cdk-nag about a construct, each by its id, with the reason."""
    accepted = [cdk.Acknowledgment(id=finding, reason=why) for finding, why in findings.items()]
    cdk.Validations.of(construct).acknowledge(*accepted)


def acknowledge_wildcards(construct: Construct, resources: list[str], reason: str) -> None:
    """Accept that a role's policy names these resources, which have a `*`."""
    stack = cdk.Stack.of(construct)
    rule = "AwsSolutions-IAM5[Resource::{}]"
    acknowledge(construct, {rule.format(_flat(stack.resolve(arn))): reason for arn in resources})


def acknowledge_dependency_on_role(construct: Construct) -> None:
    """Accept cfn-lint's W3005 (an obsolete DependsOn) about a resource with a role."""
    _acknowledge_lint(
        construct,
        "W3005",
        "The CDK makes a resource wait for its role and for the role's policy alike; only the second"
        " is not said by a reference.",
    )


def _acknowledge_lint(construct: Construct, rule: str, reason: str) -> None:
    """Accept a finding of cfn-lint about a construct's resource. cfn-lint reads `config` only; the
    reason stands beside it for people."""
    resource = construct.node.default_child
    assert isinstance(resource, cdk.CfnResource)
    resource.add_metadata(
        "cfn-lint", {"config": {"ignore_checks": [rule]}, "reasons": {rule: reason}}
    )


def _flat(value: Any) -> str:
    """A CloudFormation value as cdk-nag writes it in a finding's id."""
    match value:
        case str():
            return value
        case {"Fn::Join": [delimiter, parts]}:
            return str(delimiter).join(_flat(part) for part in parts)
        case {"Fn::GetAtt": [resource, attribute]}:
            return f"<{resource}.{attribute}>"
        case {"Fn::ImportValue": name}:
            return _flat(name)
        case {"Ref": name}:
            return f"<{name}>"
    raise TypeError(f"no resource of a policy: {value!r}")
