"""What the accounts of the stages may do in the pipelines' account: read models, and the versions that
they are models of. Nothing where a stage is in the same account, whose roles need no such policies.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-deploy-xaccount.html. The roles are named
under their account, by a condition: a policy that names one as its principal needs it to exist.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from infra.constructs.project_stack import ProjectStack
from infra.constructs.sagemaker_arns import SageMakerArns


def other_accounts(stack: ProjectStack) -> Iterator[tuple[str, str, str]]:
    """Stage, account and region of each stage that is in another account."""
    config = stack.config
    for stage, settings in config.stages.by_name().items():
        if settings.account and config.is_elsewhere(stage):
            yield stage, settings.account, settings.region or str(config.region)


def let_stages_read(stack: ProjectStack, bucket: s3.Bucket) -> None:
    """Let the roles of the stages' models read the bucket."""
    for stage, account, region in other_accounts(stack):
        role = _role_arn(stack, account, stack.names.endpoint_role(stage, region))
        for actions, resource in (
            (["s3:GetObject"], bucket.arn_for_objects("*")),
            (["s3:ListBucket", "s3:GetBucketLocation"], bucket.bucket_arn),
        ):
            bucket.add_to_resource_policy(
                iam.PolicyStatement(
                    sid=f"{stage.capitalize()}Models{'Objects' if 'GetObject' in actions[0] else ''}",
                    actions=actions,
                    resources=[resource],
                    principals=[iam.AccountPrincipal(account)],
                    conditions={"ArnEquals": {"aws:PrincipalArn": role}},
                )
            )


def group_policy(stack: ProjectStack) -> dict[str, Any] | None:
    """The policy of the model package group: deployments make models of its versions."""
    versions = SageMakerArns(stack, stack.names).versions()
    statements = [
        {
            "Sid": f"{stage.capitalize()}Deployments",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:{cdk.Aws.PARTITION}:iam::{account}:root"},
            "Action": ["sagemaker:DescribeModelPackage", "sagemaker:CreateModel"],
            "Resource": versions,
            "Condition": {
                "ArnEquals": {
                    "aws:PrincipalArn": _role_arn(
                        stack, account, stack.names.deployment_role(stage, region)
                    )
                }
            },
        }
        for stage, account, region in other_accounts(stack)
    ]
    return {"Version": "2012-10-17", "Statement": statements} if statements else None


def _role_arn(stack: cdk.Stack, account: str, name: str) -> str:
    return stack.format_arn(
        service="iam", region="", account=account, resource="role", resource_name=name
    )
