"""From an approval in the Model Registry to staging and production endpoints."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_events as events
from constructs import Construct

from infra.config import Config
from infra.constructs.data_bucket import DataBucket
from infra.constructs.deployment_functions import DeploymentFunctions
from infra.constructs.endpoint_alarms import alarm_names
from infra.constructs.model_deploy_pipeline import ModelDeployPipeline
from infra.constructs.notifications import Notifications
from infra.constructs.project_stack import ProjectStack
from infra.constructs.request_deployment import MANIFEST_KEY, RequestDeployment
from infra.constructs.stage_access import other_accounts
from infra.constructs.stage_settings import Stage
from infra.constructs.undelivered_events import UndeliveredEvents, UndeliveredEventsAlarm
from infra.names import Names


class ModelDeployStack(ProjectStack):
    """Manifests, pipeline, functions. The endpoints themselves are made by deployments."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: Config,
        names: Names,
        stages: list[Stage],
        env: cdk.Environment | None = None,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            config=config,
            names=names,
            description="from an approval to staging and production endpoints",
            env=env,
        )
        artifacts = self.import_artifact_bucket()
        manifests = DataBucket(self, "ManifestBucket", send_events=True)
        self._undelivered = UndeliveredEvents(self, "UndeliveredEvents")
        notifications = Notifications(
            self,
            "Notifications",
            email=config.notification_email,
            undelivered=self._undelivered,
        )
        request = RequestDeployment(
            self,
            "RequestDeployment",
            stages=stages,
            manifests=manifests,
            topic=notifications.topic,
            undelivered=self._undelivered,
        )
        functions = DeploymentFunctions(
            self, "Functions", stages=stages, artifacts=artifacts, manifests=manifests
        )
        pipeline = ModelDeployPipeline(
            self,
            "Pipeline",
            manifest_bucket=manifests,
            manifest_key=MANIFEST_KEY,
            artifact_bucket=artifacts,
            functions=functions,
            approval_topic=notifications.topic,
            undelivered=self._undelivered,
        )
        for settings in request.settings:
            settings.node.add_dependency(pipeline)
        self._tell(notifications, pipeline.pipeline, stages)
        self.add_outputs(
            {
                "CodePipelineName": pipeline.pipeline.pipeline_name,
                "ManifestBucketName": manifests.bucket_name,
                "StagingEndpointName": names.endpoint("staging"),
                "ProdEndpointName": names.endpoint("prod"),
                "AlarmTopicArn": notifications.topic.topic_arn,
                "PinParameterName": names.pin_parameter,
                "UndeliveredEventsQueueName": self._undelivered.queue_name,
            }
        )

    def _tell(
        self,
        notifications: Notifications,
        pipeline: codepipeline.Pipeline,
        stages: list[Stage],
    ) -> None:
        """Tell people of failed pipelines, of alarms, and of events that reached nobody."""
        build_pipeline = codepipeline.Pipeline.from_pipeline_arn(
            self,
            "ModelBuild",
            self.format_arn(service="codepipeline", resource=self.names.model_build_pipeline),
        )
        for watched in (build_pipeline, pipeline):
            notifications.tell_of_failures(watched)
        notifications.tell_of_alarms(
            [name for stage in stages for name in alarm_names(stage.settings["endpointName"])]
        )
        for stage, account, _ in other_accounts(self):
            events.CfnEventBusPolicy(
                self,
                f"{stage.capitalize()}AlarmsPolicy",
                statement_id=f"{self.names.project}-{stage}-alarms",
                statement={
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:{self.partition}:iam::{account}:root"},
                    "Action": "events:PutEvents",
                    "Resource": self.format_arn(
                        service="events", resource="event-bus", resource_name="default"
                    ),
                    "Condition": {
                        "StringEquals": {
                            "events:source": "aws.cloudwatch",
                            "events:detail-type": "CloudWatch Alarm State Change",
                        }
                    },
                },
            )
        for what, queue_name in (
            (
                "ModelBuild",
                cdk.Fn.import_value(self.names.model_build_export("UndeliveredEventsQueueName")),
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
