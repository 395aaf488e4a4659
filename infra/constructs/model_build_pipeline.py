"""The CodePipeline that a push starts: Source, Build, Train."""

from __future__ import annotations

import json

from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_codepipeline_actions as actions
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.config import ChecksConfig
from infra.constructs.model_source import SOURCE_VARIABLES, ModelSource
from infra.constructs.pipeline_roles import PipelineRoles
from infra.constructs.superseding_pipeline import superseding_pipeline
from infra.constructs.undelivered_events import UndeliveredEvents
from infra.names import Names


class ModelBuildPipeline(Construct):
    """The pipeline, and what starts it with the commit that was pushed."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        checks: ChecksConfig,
        source: ModelSource,
        bucket: s3.IBucket,
        project: codebuild.IProject,
        start_pipeline: lambda_.IFunction,
        undelivered: UndeliveredEvents,
    ) -> None:
        super().__init__(scope, construct_id)
        commit, built = codepipeline.Artifact("Source"), codepipeline.Artifact("Build")
        roles = PipelineRoles(self, "Roles", artifact_bucket=bucket)
        self.pipeline = superseding_pipeline(
            self, "ModelBuild", name=names.model_build_pipeline, bucket=bucket, roles=roles
        )
        self.pipeline.add_stage(stage_name="Source", actions=[source.action(roles, commit)])
        self.pipeline.add_stage(
            stage_name="Build",
            actions=[
                actions.CodeBuildAction(
                    action_name="Build",
                    role=roles.build("Build", project),
                    project=project,
                    input=commit,
                    outputs=[built],
                )
            ],
        )
        parameters = {
            "pipelineName": names.sagemaker_pipeline,
            "executionDisplayName": f"commit-#{{{SOURCE_VARIABLES}.CommitId}}",
            "parameters": {},
            "modelPackageGroupName": names.model_package_group,
            "retrainBaselines": checks.retrain_baselines,
            "driftResponse": checks.drift_response,
        }
        self.pipeline.add_stage(
            stage_name="Train",
            actions=[
                actions.LambdaInvokeAction(
                    action_name="Train",
                    role=roles.invoke("Train", start_pipeline),
                    lambda_=start_pipeline,
                    user_parameters_string=json.dumps(parameters),
                )
            ],
        )
        source.start(self, self.pipeline, undelivered)
