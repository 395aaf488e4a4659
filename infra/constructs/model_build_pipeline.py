"""The CodePipeline that a push starts: Source, Build, Train."""

from __future__ import annotations

import json

from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_codecommit as codecommit
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_codepipeline_actions as actions
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.config import ChecksConfig
from infra.constructs.pipeline_roles import PipelineRoles
from infra.constructs.pipeline_trigger import PipelineTrigger
from infra.constructs.superseding_pipeline import superseding_pipeline
from infra.constructs.undelivered_events import UndeliveredEvents
from infra.names import Names

SOURCE = "Source"
# Not the artifact's name: CodePipeline refuses a namespace that is one.
SOURCE_VARIABLES = "SourceVariables"


class ModelBuildPipeline(Construct):
    """The pipeline and the rule that starts it, with the commit that was pushed."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        checks: ChecksConfig,
        repository: codecommit.IRepository,
        branch: str,
        bucket: s3.IBucket,
        project: codebuild.IProject,
        start_pipeline: lambda_.IFunction,
        undelivered: UndeliveredEvents,
    ) -> None:
        super().__init__(scope, construct_id)
        source, built = codepipeline.Artifact("Source"), codepipeline.Artifact("Build")
        roles = PipelineRoles(self, "Roles", artifact_bucket=bucket)
        self.pipeline = superseding_pipeline(
            self, "ModelBuild", name=names.model_build_pipeline, bucket=bucket, roles=roles
        )
        self.pipeline.add_stage(
            stage_name="Source",
            actions=[
                actions.CodeCommitSourceAction(
                    action_name=SOURCE,
                    role=roles.codecommit_source(SOURCE, repository),
                    repository=repository,
                    branch=branch,
                    output=source,
                    trigger=actions.CodeCommitTrigger.NONE,
                    variables_namespace=SOURCE_VARIABLES,
                )
            ],
        )
        self.pipeline.add_stage(
            stage_name="Build",
            actions=[
                actions.CodeBuildAction(
                    action_name="Build",
                    role=roles.build("Build", project),
                    project=project,
                    input=source,
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
        PipelineTrigger(
            self,
            "MainBranchUpdated",
            description=f"A push to {branch} of {names.repository} starts {names.model_build_pipeline}",
            event_pattern={
                "source": ["aws.codecommit"],
                "detail-type": ["CodeCommit Repository State Change"],
                "resources": [repository.repository_arn],
                "detail": {
                    "event": ["referenceCreated", "referenceUpdated"],
                    "referenceType": ["branch"],
                    "referenceName": [branch],
                },
            },
            pipeline=self.pipeline,
            source_action=SOURCE,
            revision_type="COMMIT_ID",
            revision_path="$.detail.commitId",
            undelivered=undelivered,
        )
