"""From an approval in the Model Registry to staging and production endpoints."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.config import Config
from infra.constructs.data_bucket import DataBucket
from infra.constructs.endpoint_alarms import EndpointAlarms
from infra.constructs.model_deploy_pipeline import ModelDeployPipeline
from infra.constructs.notifications import Notifications
from infra.constructs.permissions import ANY_OBJECT, ANY_VERSION, pass_to_sagemaker
from infra.constructs.python_function import PythonFunction
from infra.constructs.sagemaker_arns import SageMakerArns
from infra.constructs.sagemaker_roles import EndpointRole
from infra.constructs.undelivered_events import UndeliveredEvents, UndeliveredEventsAlarm
from infra.names import Names
from infra.stacks.model_build_stack import set_permissions_boundary

MANIFEST_KEY = "manifest.zip"
CAPTURE_PREFIX = "data-capture"
ANY_DEPLOYMENT = (
    "Models and configurations are named `<endpoint>-v<version>-<hash>` as versions are deployed."
)


class ModelDeployStack(cdk.Stack):
    """Manifests, pipeline, functions, alarms. The endpoints themselves are made by deployments."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: Config,
        names: Names,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            description=f"{config.project}: from an approval to staging and production endpoints",
        )
        set_permissions_boundary(self, config)
        self._config = config
        self._names = names
        self._bucket = s3.Bucket.from_bucket_name(
            self,
            "ArtifactBucket",
            cdk.Fn.import_value(names.model_build_export("ArtifactBucketName")),
        )
        self._manifests = DataBucket(self, "ManifestBucket", send_events=True)
        self._arns = SageMakerArns(self, names)
        self._undelivered = UndeliveredEvents(self, "UndeliveredEvents")
        notifications = Notifications(
            self,
            "Notifications",
            email=config.notification_email,
            undelivered=self._undelivered,
        )
        self._endpoint_role = EndpointRole(
            self, "EndpointExecutionRole", bucket=self._bucket, capture_prefix=CAPTURE_PREFIX
        )
        self._request_deployment()
        pipeline = ModelDeployPipeline(
            self,
            "Pipeline",
            config=config,
            names=names,
            manifest_bucket=self._manifests,
            manifest_key=MANIFEST_KEY,
            artifact_bucket=self._bucket,
            endpoint_role_arn=self._endpoint_role.role_arn,
            capture_uri=f"s3://{self._bucket.bucket_name}/{CAPTURE_PREFIX}",
            deploy_endpoint=self._deploy_endpoint().function,
            smoke_test=self._smoke_test().function,
            approval_topic=notifications.topic,
            undelivered=self._undelivered,
        )
        build_pipeline = codepipeline.Pipeline.from_pipeline_arn(
            self,
            "ModelBuild",
            self.format_arn(service="codepipeline", resource=names.model_build_pipeline),
        )
        for watched in (build_pipeline, pipeline.pipeline):
            notifications.tell_of_failures(watched)
        for stage, settings in (("staging", config.stages.staging), ("prod", config.stages.prod)):
            EndpointAlarms(
                self,
                f"{stage.capitalize()}Alarms",
                endpoint_name=names.endpoint(stage),
                thresholds=settings.alarms,
                topic=notifications.topic,
            )
        for what, queue_name in (
            (
                "ModelBuild",
                cdk.Fn.import_value(names.model_build_export("UndeliveredEventsQueueName")),
            ),
            ("ModelDeploy", self._undelivered.queue_name),
        ):
            UndeliveredEventsAlarm(
                self,
                f"Undelivered{what}EventsAlarm",
                queue_name=queue_name,
                topic=notifications.topic,
                what=f"the {what} stack",
            )
        outputs = {
            "CodePipelineName": pipeline.pipeline.pipeline_name,
            "ManifestBucketName": self._manifests.bucket_name,
            "StagingEndpointName": names.endpoint("staging"),
            "ProdEndpointName": names.endpoint("prod"),
            "AlarmTopicArn": notifications.topic.topic_arn,
            "UndeliveredEventsQueueName": self._undelivered.queue_name,
        }
        for name, value in outputs.items():
            cdk.CfnOutput(self, name, value=value)

    def _request_deployment(self) -> None:
        """The function that decides what should be live, and the rule that wakes it."""
        group = self._names.model_package_group
        function = PythonFunction(
            self,
            "RequestDeploymentFunction",
            directory="request_deployment",
            description="Writes a deployment manifest when what should be live has changed",
            timeout=cdk.Duration.minutes(1),
            environment={
                "MODEL_PACKAGE_GROUP_NAME": group,
                "MANIFEST_BUCKET_NAME": self._manifests.bucket_name,
                "MANIFEST_KEY": MANIFEST_KEY,
            },
            log_retention_days=self._config.log_retention_days,
            dead_letter_queue=self._undelivered,
        )
        function.allow(
            ["s3:GetObject", "s3:PutObject"], self._manifests.arn_for_objects(MANIFEST_KEY)
        )
        # Without it S3 answers 403 instead of 404 while no manifest has been written.
        function.allow(["s3:ListBucket"], self._manifests.bucket_arn)
        function.allow(
            ["sagemaker:ListModelPackages", "sagemaker:DescribeModelPackage"],
            *self._arns.model_package_group(),
            *self._arns.versions(),
            because=ANY_VERSION,
        )
        rule = events.Rule(
            self,
            "ModelPackageStateChangedRule",
            description=f"A version of {group} was approved or rejected",
            event_pattern=events.EventPattern(
                source=["aws.sagemaker"],
                detail_type=["SageMaker Model Package State Change"],
                detail={
                    "ModelPackageGroupName": [group],
                    "ModelApprovalStatus": ["Approved", "Rejected"],
                },
            ),
        )
        rule.add_target(
            targets.LambdaFunction(function.function, dead_letter_queue=self._undelivered)
        )

    def _deploy_endpoint(self) -> PythonFunction:
        function = PythonFunction(
            self,
            "DeployEndpointFunction",
            directory="deploy_endpoint",
            description="Brings a stage's endpoint to the version that the manifest names",
            timeout=cdk.Duration.minutes(1),
            log_retention_days=self._config.log_retention_days,
        )
        function.answers_code_pipeline()
        arns, stages = self._arns, ("staging", "prod")
        self._read_versions(function)
        models, configs = arns.models(*stages), arns.endpoint_configs(*stages)
        # A model made of a version is authorised on the version too.
        function.allow(["sagemaker:CreateModel"], *models, *arns.versions(), because=ANY_DEPLOYMENT)
        # The rest of both: to recognise what an earlier run made, and what is live before an update.
        function.allow(
            ["sagemaker:DescribeModel", "sagemaker:AddTags"], *models, because=ANY_DEPLOYMENT
        )
        function.allow(
            [
                "sagemaker:CreateEndpointConfig",
                "sagemaker:DescribeEndpointConfig",
                "sagemaker:AddTags",
            ],
            *configs,
            because=ANY_DEPLOYMENT,
        )
        endpoints = arns.endpoints(*stages)
        function.allow(
            ["sagemaker:CreateEndpoint", "sagemaker:UpdateEndpoint"],
            *endpoints,
            *configs,
            because=ANY_DEPLOYMENT,
        )
        function.allow(
            ["sagemaker:DescribeEndpoint", "sagemaker:DeleteEndpoint", "sagemaker:AddTags"],
            *endpoints,
        )
        pass_to_sagemaker(function.role, self._endpoint_role)
        return function

    def _smoke_test(self) -> PythonFunction:
        function = PythonFunction(
            self,
            "SmokeTestFunction",
            directory="smoke_test",
            description="Invokes staging with the version's golden records and checks the answers",
            timeout=cdk.Duration.minutes(2),
            log_retention_days=self._config.log_retention_days,
        )
        function.answers_code_pipeline()
        arns, stage = self._arns, "staging"
        self._read_versions(function)
        function.allow(
            ["sagemaker:InvokeEndpoint", "sagemaker:DescribeEndpoint"], *arns.endpoints(stage)
        )
        function.allow(
            ["sagemaker:DescribeEndpointConfig"],
            *arns.endpoint_configs(stage),
            because=ANY_DEPLOYMENT,
        )
        function.allow(["sagemaker:DescribeModel"], *arns.models(stage), because=ANY_DEPLOYMENT)
        return function

    def _read_versions(self, function: PythonFunction) -> None:
        """Let a function look at versions, and at the files that belong to them."""
        function.allow(
            ["sagemaker:DescribeModelPackage"], *self._arns.versions(), because=ANY_VERSION
        )
        function.allow(["s3:GetObject"], self._bucket.arn_for_objects("*"), because=ANY_OBJECT)
        # Without it S3 says "denied" where it means "not there".
        function.allow(["s3:ListBucket"], self._bucket.bucket_arn)
