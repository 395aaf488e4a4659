"""What all stacks of the project have in common: the configuration, names, the bound of their roles."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.config import Config
from infra.names import Names


class ProjectStack(cdk.Stack):
    """A stack of one project."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: Config,
        names: Names,
        description: str,
        env: cdk.Environment | None = None,
    ) -> None:
        super().__init__(
            scope, construct_id, env=env, description=f"{config.project}: {description}"
        )
        self.config = config
        self.names = names
        if config.permissions_boundary:
            policy = iam.ManagedPolicy.from_managed_policy_arn(
                self, "PermissionsBoundary", config.permissions_boundary
            )
            iam.PermissionsBoundary.of(self).apply(policy)

    def import_artifact_bucket(self) -> s3.IBucket:
        """The model build stack's bucket, for a stack in the same account and region."""
        key_arn = self.config.kms_key_arn
        return s3.Bucket.from_bucket_attributes(
            self,
            "ArtifactBucket",
            bucket_name=cdk.Fn.import_value(self.names.model_build_export("ArtifactBucketName")),
            encryption_key=kms.Key.from_key_arn(self, "ArtifactBucketKey", key_arn)
            if key_arn
            else None,
        )

    def add_outputs(self, outputs: dict[str, Any]) -> None:
        """An output of the stack for each, by its name."""
        for name, value in outputs.items():
            cdk.CfnOutput(self, name, value=value)


def project_of(scope: Construct) -> ProjectStack:
    """The stack that a construct is in. Raises TypeError for a construct of another app."""
    stack = cdk.Stack.of(scope)
    if not isinstance(stack, ProjectStack):
        raise TypeError(f"{stack.stack_name} is not a stack of a project")
    return stack
