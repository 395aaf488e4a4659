"""What roles of this project may do, and who takes them on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.constructs.acknowledgements import acknowledge_wildcards

# Reasons that several roles share.
ANY_OBJECT = (
    "Keys of artifacts, scripts, data and models are made while the loop runs; the bucket is one."
)
ANY_VERSION = "Versions are numbered by the registry as they are registered; the group is one."


def allow(
    role: iam.Role,
    actions: Sequence[str],
    resources: Sequence[str],
    conditions: Mapping[str, object] | None = None,
    *,
    because: str | None = None,
) -> None:
    """Let a role do `actions` on `resources`; a resource with a `*` needs a reason, `because`."""
    wild = [resource for resource in resources if "*" in resource]
    if wild and because is None:
        raise TypeError(f"say why the resources of {', '.join(actions)} are not named one by one")
    if wild and because:
        acknowledge_wildcards(role, wild, because)
    role.add_to_policy(
        iam.PolicyStatement(actions=list(actions), resources=list(resources), conditions=conditions)
    )


def service(scope: Construct, name: str) -> iam.IPrincipal:
    """An AWS service that takes a role on for this account, and for no other that names the role.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    account = cdk.Stack.of(scope).account
    return iam.ServicePrincipal(
        f"{name}.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": account}}
    )


def pass_to_sagemaker(caller: iam.Role, role: iam.IRole) -> None:
    """Let `caller` hand `role` to SageMaker, and to nothing else."""
    allow(
        caller,
        ["iam:PassRole"],
        [role.role_arn],
        {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
    )
