"""What the project's pipelines have in common: V2, superseding, one artifact bucket, roles of their own."""

from __future__ import annotations

from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.acknowledgements import acknowledge_dependency_on_role
from infra.constructs.pipeline_roles import PipelineRoles


def superseding_pipeline(
    scope: Construct, construct_id: str, *, name: str, bucket: s3.IBucket, roles: PipelineRoles
) -> codepipeline.Pipeline:
    """A pipeline without stages, in which a newer execution supersedes one that waits."""
    pipeline = codepipeline.Pipeline(
        scope,
        construct_id,
        role=roles.service_role.without_policy_updates(),
        pipeline_name=name,
        pipeline_type=codepipeline.PipelineType.V2,
        execution_mode=codepipeline.ExecutionMode.SUPERSEDED,
        artifact_bucket=bucket,
        cross_account_keys=False,
        restart_execution_on_update=False,
    )
    acknowledge_dependency_on_role(pipeline)
    return pipeline
