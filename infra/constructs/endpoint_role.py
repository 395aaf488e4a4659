"""The role of a stage's models and endpoint: reads models, writes what is captured and logged."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.permissions import allow, service
from infra.constructs.sagemaker_roles import pull_images, read_artifacts, write_logs
from infra.stages_config import StageConfig

# https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html, CreateModel API
NETWORK_ACTIONS = [
    *(f"ec2:{verb}NetworkInterface" for verb in ("Create", "Delete")),
    *(f"ec2:{verb}NetworkInterfacePermission" for verb in ("Create", "Delete")),
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeVpcs",
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeSubnets",
    "ec2:DescribeSecurityGroups",
]


class EndpointRole(iam.Role):
    """SageMaker takes it on to serve a model; the alarms that roll an update back are looked at with it
    (https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html)."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        role_name: str,
        settings: StageConfig,
        models: s3.IBucket,
        captured: s3.IBucket | None,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            role_name=role_name,
            assumed_by=service(scope, "sagemaker"),
            description="Serves models behind the endpoint",
        )
        read_artifacts(self, models)
        if captured is not None:
            allow(
                self,
                ["s3:PutObject"],
                [captured.arn_for_objects("*")],
                because="The endpoint makes the keys of what it captures; the bucket is for nothing else.",
                # It has the stage's.
                has_the_key=False,
            )
        if settings.kms_key_arn:
            # Volumes of instances need a grant; what is captured is encrypted with data keys.
            allow(
                self,
                ["kms:GenerateDataKey", "kms:Decrypt", "kms:DescribeKey", "kms:CreateGrant"],
                [settings.kms_key_arn],
            )
        pull_images(self)
        write_logs(self, "Endpoints")
        allow(
            self,
            ["cloudwatch:PutMetricData"],
            ["*"],
            {"StringLike": {"cloudwatch:namespace": ["AWS/SageMaker", "/aws/sagemaker/*"]}},
            because="Metrics have no resource in IAM; the condition keeps to SageMaker's namespaces.",
        )
        allow(
            self,
            ["cloudwatch:DescribeAlarms"],
            ["*"],
            because="SageMaker asks for the alarms of an update with one call; AWS's page has it so.",
        )
        if settings.subnet_ids:
            allow(
                self,
                NETWORK_ACTIONS,
                ["*"],
                because="Network interfaces are made in the VPC, and have no names before.",
            )
