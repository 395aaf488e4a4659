"""What roles of this project may do, and who takes them on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.constructs.acknowledgements import acknowledge_wildcards
from infra.constructs.project_stack import project_of

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
    has_the_key: bool = True,
) -> None:
    """Let a role do `actions` on `resources`; a resource with a `*` needs a reason, `because`. What the
    project's key encrypts (`has_the_key`) is allowed with it."""
    wild = [resource for resource in resources if "*" in resource]
    if wild and because is None:
        raise TypeError(f"say why the resources of {', '.join(actions)} are not named one by one")
    if wild and because:
        acknowledge_wildcards(role, wild, because)
    role.add_to_policy(
        iam.PolicyStatement(actions=list(actions), resources=list(resources), conditions=conditions)
    )
    if has_the_key:
        _allow_the_key(role, actions)


# What a service does with the project's key for whoever calls it: without these rights the call is
# denied. https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html,
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html,
# https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
KEY_ACTIONS = {
    "s3:GetObject": ["kms:Decrypt"],
    "s3:GetObjectVersion": ["kms:Decrypt"],
    "s3:PutObject": ["kms:GenerateDataKey", "kms:Decrypt"],
    "sqs:SendMessage": ["kms:GenerateDataKey", "kms:Decrypt"],
    "sqs:ReceiveMessage": ["kms:Decrypt"],
    "sns:Publish": ["kms:GenerateDataKey", "kms:Decrypt"],
}


def _allow_the_key(role: iam.Role, actions: Sequence[str]) -> None:
    """Whoever may read and write what the project's key encrypts may use it, through that service."""
    key_arn = project_of(role).config.kms_key_arn
    if key_arn is None:
        return
    region, suffix = key_arn.split(":")[3], cdk.Stack.of(role).url_suffix
    for service_name in ("s3", "sqs", "sns"):
        needed = {
            right
            for action in actions
            if action.startswith(f"{service_name}:")
            for right in KEY_ACTIONS.get(action, [])
        }
        if needed:
            via = f"{service_name}.{region}.{suffix}"
            role.add_to_policy(
                iam.PolicyStatement(
                    actions=sorted(needed),
                    resources=[key_arn],
                    conditions={"StringEquals": {"kms:ViaService": via}},
                )
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
