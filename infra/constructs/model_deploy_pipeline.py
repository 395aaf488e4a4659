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

from infra.constructs.deployment_functions import DeploymentFunctions
from infra.constructs.pipeline_roles import PipelineRoles
from infra.constructs.pipeline_trigger import PipelineTrigger
from infra.constructs.project_stack import project_of
from infra.constructs.superseding_pipeline import superseding_pipeline
from infra.constructs.undelivered_events import UndeliveredEvents
from infra.deployment_config import LoadConfig

SOURCE = "Source"
# Namespaces of the actions' variables. Not an artifact's name: CodePipeline refuses a namespace that is
# one.
SOURCE_VARIABLES, STAGING_VARIABLES = "SourceVariables", "StagingVariables"
TEST_VARIABLES, APPROVAL_VARIABLES = "SmokeTestVariables", "ApprovalVariables"
EXECUTION = "#{codepipeline.PipelineExecutionId}"
APPROVAL, APPROVE = "Approval", "Approve"


class ModelDeployPipeline(Construct):
    """The pipeline and the rule that starts it, with the newest manifest."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        manifest_bucket: s3.IBucket,
        manifest_key: str,
        artifact_bucket: s3.IBucket,
        functions: DeploymentFunctions,
        approval_topic: sns.ITopic,
        undelivered: UndeliveredEvents,
    ) -> None:
        super().__init__(scope, construct_id)
        project = project_of(self)
        self._names, self._config = project.names, project.config
        self._functions = functions
        self._roles = PipelineRoles(self, "Roles", artifact_bucket=artifact_bucket)
        self._manifest = codepipeline.Artifact("Manifest")
        self.pipeline = superseding_pipeline(
            self,
            "ModelDeploy",
            name=self._names.model_deploy_pipeline,
            bucket=artifact_bucket,
            roles=self._roles,
        )
        self.pipeline.add_stage(
            stage_name="Source",
            actions=[
                actions.S3SourceAction(
                    action_name=SOURCE,
                    role=self._roles.s3_source(SOURCE, manifest_bucket, manifest_key),
                    bucket=manifest_bucket,
                    bucket_key=manifest_key,
                    output=self._manifest,
                    trigger=actions.S3Trigger.NONE,
                    variables_namespace=SOURCE_VARIABLES,
                )
            ],
        )
        self.pipeline.add_stage(
            stage_name="Staging", actions=[self._deploy("staging", STAGING_VARIABLES)]
        )
        self.pipeline.add_stage(
            stage_name="SmokeTest", actions=[self._smoke_test(), self._prepare_approval()]
        )
        self._add_approval(approval_topic)
        self.pipeline.add_stage(stage_name="Prod", actions=[self._deploy("prod")])
        PipelineTrigger(
            self,
            "ManifestWritten",
            description=f"A new deployment manifest starts {self._names.model_deploy_pipeline}",
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

    def _deploy(self, stage: str, namespace: str | None = None) -> codepipeline.IAction:
        return self._invoke(
            "Deploy",
            f"Deploy{stage.capitalize()}",
            self._functions.deploy_endpoint,
            {
                "stage": stage,
                "endpointName": self._names.endpoint(stage),
                "executionId": EXECUTION,
                "manifestVersionId": f"#{{{SOURCE_VARIABLES}.VersionId}}",
            },
            namespace,
        )

    def _smoke_test(self) -> codepipeline.IAction:
        deployment = self._config.deployment
        return self._invoke(
            "Invoke",
            "SmokeTest",
            self._functions.smoke_test,
            {
                "stage": "staging",
                "endpointName": self._names.endpoint("staging"),
                "maxLatencyMilliseconds": deployment.max_latency_ms,
                "load": load_parameters(deployment.load),
            },
            TEST_VARIABLES,
        )

    def _prepare_approval(self) -> codepipeline.IAction:
        results = (
            "#{SmokeTestVariables.RecordCount} golden records answered within"
            " #{SmokeTestVariables.MaxDifference} in #{SmokeTestVariables.LatencyMilliseconds} ms,"
            " #{SmokeTestVariables.BadRecordsRefused} bad ones refused, load"
            " #{SmokeTestVariables.LoadSummary}, update #{StagingVariables.Guardrail}"
        )
        return self._invoke(
            "PrepareApproval",
            "PrepareApproval",
            self._functions.prepare_approval,
            {
                "pipelineName": self._names.model_deploy_pipeline,
                "approvalStage": APPROVAL,
                "approvalAction": APPROVE,
                "executionId": EXECUTION,
                "stagingResults": results,
            },
            APPROVAL_VARIABLES,
            run_order=2,
        )

    def _add_approval(self, topic: sns.ITopic) -> None:
        """The approval, in a stage that is skipped where the manifest says that nobody need be asked:
        https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-conditions.html."""
        needed = codepipeline.Rule(
            name="ApprovalRequired",
            provider="VariableCheck",
            version="1",
            configuration={
                "Variable": f"#{{{APPROVAL_VARIABLES}.ApprovalRequired}}",
                "Value": "yes",
                "Operator": "EQ",
            },
        )
        self.pipeline.add_stage(
            stage_name=APPROVAL,
            before_entry=codepipeline.Conditions(
                conditions=[codepipeline.Condition(result=codepipeline.Result.SKIP, rules=[needed])]
            ),
            actions=[
                actions.ManualApprovalAction(
                    action_name=APPROVE,
                    role=self._roles.approval(APPROVE, topic.topic_arn),
                    notification_topic=topic,
                    additional_information=f"#{{{APPROVAL_VARIABLES}.Message}}",
                )
            ],
        )

    def _invoke(
        self,
        name: str,
        role: str,
        function: lambda_.IFunction,
        parameters: dict[str, Any],
        namespace: str | None,
        run_order: int = 1,
    ) -> codepipeline.IAction:
        return actions.LambdaInvokeAction(
            action_name=name,
            role=self._roles.invoke(role, function, reads_artifacts=True),
            lambda_=function,
            inputs=[self._manifest],
            user_parameters_string=json.dumps(parameters, separators=(",", ":")),
            variables_namespace=namespace,
            run_order=run_order,
        )


def load_parameters(load: LoadConfig) -> dict[str, Any] | None:
    """The load step's parameters, if it is configured."""
    if load.requests_per_second is None:
        return None
    return {
        "requestsPerSecond": load.requests_per_second,
        "seconds": load.seconds,
        "maxErrors": load.max_errors,
        "maxP99Milliseconds": load.max_p99_ms,
    }
