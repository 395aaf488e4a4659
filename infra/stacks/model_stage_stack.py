"""What a stage's account needs for its endpoint; the endpoint itself is made by deployments."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.config import Config
from infra.constructs.alarm_forwarding import AlarmForwarding
from infra.constructs.capture_bucket import CaptureBucket
from infra.constructs.deployment_role import DeploymentRole
from infra.constructs.endpoint_alarms import EndpointAlarms, alarm_names
from infra.constructs.endpoint_role import EndpointRole
from infra.constructs.project_stack import ProjectStack
from infra.constructs.stage_settings import Stage, stage_settings, what_does_not_apply
from infra.names import Names


class ModelStageStack(ProjectStack):
    """Roles, alarms, and the bucket for what is captured, in one stage's account and region."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        env: cdk.Environment | None,
        tooling: cdk.Stack,
        config: Config,
        names: Names,
        stage: str,
        artifacts: s3.IBucket,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            config=config,
            names=names,
            description=f"roles, alarms and capture of the {stage} endpoint",
            env=env,
        )
        settings, region = config.stages.by_name()[stage], self.region
        captured = None
        if settings.data_capture_percentage and settings.serverless.memory_size_mb is None:
            captured = CaptureBucket(
                self,
                "CaptureBucket",
                key_arn=settings.kms_key_arn,
                keep_days=settings.data_capture_days,
            )
        endpoint_role = EndpointRole(
            self,
            "EndpointExecutionRole",
            role_name=names.endpoint_role(stage, region),
            settings=settings,
            # Of another account the bucket is named, for there is nothing to import.
            models=artifacts if config.is_elsewhere(stage) else self.import_artifact_bucket(),
            captured=captured,
        )
        deployment_role = DeploymentRole(
            self,
            "DeploymentRole",
            names=names,
            stage=stage,
            role_name=names.deployment_role(stage, region),
            tooling_account=tooling.account,
            tooling_region=tooling.region,
            functions=[
                names.deployer_role(tooling.region),
                *([names.smoke_test_role(tooling.region)] if stage == "staging" else []),
            ],
            endpoint_role=endpoint_role,
            volume_key_arn=settings.kms_key_arn,
            tested=stage == "staging",
        )
        endpoint_name = names.endpoint(stage)
        EndpointAlarms(self, "Alarms", endpoint_name=endpoint_name, thresholds=settings.alarms)
        if config.is_elsewhere(stage):
            AlarmForwarding(
                self,
                "AlarmForwarding",
                alarm_names=alarm_names(endpoint_name),
                tooling_account=tooling.account,
                tooling_region=tooling.region,
            )
        as_deployed = stage_settings(
            settings,
            endpoint_name=endpoint_name,
            target={
                "accountId": self.account,
                "region": region,
                "roleArn": self._role_arn(names.deployment_role(stage, region)),
                "externalId": names.external_id,
            },
            execution_role_arn=self._role_arn(names.endpoint_role(stage, region)),
            capture_uri=f"s3://{captured.bucket_name}/" if captured else None,
            alarm_names=alarm_names(endpoint_name),
            tags={"project": config.project, **config.tags},
        )
        self.stage = Stage(stage, as_deployed, self)
        for sentence in what_does_not_apply(stage, settings):
            cdk.Annotations.of(self).add_info_v2("slipway:does-not-apply", sentence)
        self.add_outputs(
            {
                "EndpointName": endpoint_name,
                "DeploymentRoleArn": deployment_role.role_arn,
                "EndpointExecutionRoleArn": endpoint_role.role_arn,
                **({"CaptureBucketName": captured.bucket_name} if captured else {}),
            }
        )

    def _role_arn(self, name: str) -> str:
        """By its name: the stack of the pipelines must not wait for this one's."""
        return self.format_arn(service="iam", region="", resource="role", resource_name=name)
