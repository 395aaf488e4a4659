"""The CodePipeline that a new manifest starts: staging, smoke test, approval, prod."""

from __future__ import annotations

import json
from typing import Any

from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_codepipeline_actions as actions
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.config import Config, StageConfig
from infra.constructs.pipeline_roles import PipelineRoles
from infra.constructs.pipeline_trigger import PipelineTrigger
from infra.constructs.superseding_pipeline import superseding_pipeline
from infra.constructs.undelivered_events import UndeliveredEvents
from infra.names import Names

SOURCE = "Source"
# Not the artifact's name: CodePipeline refuses a namespace that is one.
SOURCE_VARIABLES = "SourceVariables"


class ModelDeployPipeline(Construct):
    """The pipeline and the rule that starts it, with the newest manifest."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: Config,
        names: Names,
        manifest_bucket: s3.IBucket,
        manifest_key: str,
        artifact_bucket: s3.IBucket,
        endpoint_role_arn: str,
        capture_uri: str,
        deploy_endpoint: lambda_.IFunction,
        smoke_test: lambda_.IFunction,
        approval_topic: sns.ITopic,
        undelivered: UndeliveredEvents,
    ) -> None:
        super().__init__(scope, construct_id)
        self._config = config
        self._names = names
        self._endpoint_role_arn = endpoint_role_arn
        self._capture_uri = capture_uri
        roles = PipelineRoles(self, "Roles", artifact_bucket=artifact_bucket)
        self._roles = roles
        manifest = codepipeline.Artifact("Manifest")
        self.pipeline = superseding_pipeline(
            self,
            "ModelDeploy",
            name=names.model_deploy_pipeline,
            bucket=artifact_bucket,
            roles=roles,
        )
        self._add(
            "Source",
            actions.S3SourceAction(
                action_name=SOURCE,
                role=roles.s3_source(SOURCE, manifest_bucket, manifest_key),
                bucket=manifest_bucket,
                bucket_key=manifest_key,
                output=manifest,
                trigger=actions.S3Trigger.NONE,
                variables_namespace=SOURCE_VARIABLES,
            ),
        )
        self._add(
            "Staging", self._deploy("staging", config.stages.staging, deploy_endpoint, manifest)
        )
        self._add(
            "SmokeTest",
            actions.LambdaInvokeAction(
                action_name="Invoke",
                role=roles.invoke("SmokeTest", smoke_test, reads_artifacts=True),
                lambda_=smoke_test,
                inputs=[manifest],
                user_parameters_string=json.dumps({"endpointName": names.endpoint("staging")}),
            ),
        )
        self._add(
            "Approval",
            actions.ManualApprovalAction(
                action_name="Approve",
                role=roles.approval("Approve", approval_topic.topic_arn),
                notification_topic=approval_topic,
                additional_information=(
                    f"{names.endpoint('staging')} serves the new version and passed the smoke test; "
                    f"approving takes it to {names.endpoint('prod')}."
                ),
            ),
        )
        self._add("Prod", self._deploy("prod", config.stages.prod, deploy_endpoint, manifest))
        PipelineTrigger(
            self,
            "ManifestWritten",
            description=f"A new deployment manifest starts {names.model_deploy_pipeline}",
            event_pattern={
                "source": ["aws.s3"],
                "detail-type": ["Object Created"],
                "detail": {
                    "bucket": {"name": [manifest_bucket.bucket_name]},
                    "object": {"key": [manifest_key]},
                },
            },
            pipeline=self.pipeline,
            undelivered=undelivered,
        )

    def _add(self, stage: str, action: codepipeline.IAction) -> None:
        self.pipeline.add_stage(stage_name=stage, actions=[action])

    def _deploy(
        self,
        stage: str,
        settings: StageConfig,
        function: lambda_.IFunction,
        manifest: codepipeline.Artifact,
    ) -> codepipeline.IAction:
        capture = {
            "percentage": settings.data_capture_percentage,
            "destinationS3Uri": self._capture_uri,
        }
        parameters: dict[str, Any] = {
            "stage": stage,
            "endpointName": self._names.endpoint(stage),
            "instanceType": settings.instance_type,
            "initialInstanceCount": settings.initial_instance_count,
            "executionRoleArn": self._endpoint_role_arn,
            "dataCapture": capture if settings.data_capture_percentage else None,
            "tags": {"project": self._config.project, **self._config.tags},
        }
        return actions.LambdaInvokeAction(
            action_name="Deploy",
            role=self._roles.invoke(f"Deploy{stage.capitalize()}", function, reads_artifacts=True),
            lambda_=function,
            inputs=[manifest],
            user_parameters_string=json.dumps(parameters, separators=(",", ":")),
        )
