"""What deployments and their tests may do in a stage's account.

The functions that take it on are in the pipelines' account, which may be another: they are named, and
must say the external id (https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html).
Actions on resources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html,
list_amazoncloudwatch.html and list_applicationautoscaling.html there.
"""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.constructs.permissions import ANY_VERSION, allow, pass_to_sagemaker
from infra.constructs.sagemaker_arns import SageMakerArns
from infra.names import Names

ANY_DEPLOYMENT = (
    "Models, configurations and their alarms are named `<endpoint>-v<version>-<hash>` as versions are"
    " deployed."
)
SCALING_ROLE = (
    "aws-service-role/sagemaker.application-autoscaling.amazonaws.com/"
    "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
)


class DeploymentRole(iam.Role):
    """One stage's. `functions` are the names of the roles that take it on; `tested` lets it invoke the
    endpoint, and `volume_key_arn` is the key of the instances' volumes."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        stage: str,
        role_name: str,
        tooling_account: str,
        tooling_region: str,
        functions: list[str],
        endpoint_role: iam.IRole,
        volume_key_arn: str | None,
        tested: bool,
    ) -> None:
        stack = cdk.Stack.of(scope)
        trusted = [
            stack.format_arn(
                service="iam",
                region="",
                account=tooling_account,
                resource="role",
                resource_name=name,
            )
            for name in functions
        ]
        super().__init__(
            scope,
            construct_id,
            role_name=role_name,
            # The account, and of it these roles: they need not be there yet.
            assumed_by=iam.PrincipalWithConditions(
                iam.AccountPrincipal(tooling_account),
                {
                    "ArnEquals": {"aws:PrincipalArn": trusted},
                    "StringEquals": {"sts:ExternalId": names.external_id},
                },
            ),
            description=f"Deploys versions to {names.endpoint(stage)}",
        )
        arns = SageMakerArns(self, names)
        registry = SageMakerArns(self, names, account=tooling_account, region=tooling_region)
        models, configs, endpoints = (
            arns.models(stage),
            arns.endpoint_configs(stage),
            arns.endpoints(stage),
        )
        # A model made of a version is authorised on the version too.
        allow(
            self,
            ["sagemaker:CreateModel"],
            [*models, *registry.versions()],
            because=f"{ANY_DEPLOYMENT} {ANY_VERSION}",
        )
        allow(
            self,
            ["sagemaker:DescribeModel", "sagemaker:DeleteModel", "sagemaker:AddTags"],
            models,
            because=ANY_DEPLOYMENT,
        )
        verbs: tuple[str, ...]
        verbs = (
            "CreateEndpointConfig",
            "DeleteEndpointConfig",
            "AddTags",
        )
        allow(self, [f"sagemaker:{verb}" for verb in verbs], configs, because=ANY_DEPLOYMENT)
        allow(
            self,
            ["sagemaker:DescribeEndpointConfig"],
            arns.any_endpoint_config(),
            because="Somebody may have given the endpoint a configuration of another name by hand.",
        )
        allow(
            self,
            ["sagemaker:CreateEndpoint", "sagemaker:UpdateEndpoint"],
            [*endpoints, *configs],
            because=ANY_DEPLOYMENT,
        )
        verbs = ("DescribeEndpoint", "DeleteEndpoint", "AddTags")
        allow(self, [f"sagemaker:{verb}" for verb in verbs], endpoints)
        allow(
            self,
            ["sagemaker:ListEndpointConfigs", "sagemaker:ListModels"],
            ["*"],
            because="Lists have no narrower resource in IAM.",
        )
        pass_to_sagemaker(self, endpoint_role)
        if volume_key_arn:
            # https://docs.aws.amazon.com/sagemaker/latest/dg/api-permissions-reference.html: of whoever
            # creates an endpoint whose configuration names a key; of who updates one, assumed.
            allow(self, ["kms:CreateGrant"], [volume_key_arn])
        self._watch(names, stage)
        self._scale(endpoints)
        if tested:
            allow(self, ["sagemaker:InvokeEndpoint"], endpoints)

    def _watch(self, names: Names, stage: str) -> None:
        """Alarms of an update, and the latency before it."""
        alarms = cdk.Stack.of(self).format_arn(
            service="cloudwatch",
            resource="alarm",
            resource_name=f"{names.endpoint(stage)}-v*",
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        verbs = ("PutMetricAlarm", "DeleteAlarms", "TagResource")
        allow(self, [f"cloudwatch:{verb}" for verb in verbs], [alarms], because=ANY_DEPLOYMENT)
        allow(
            self,
            ["cloudwatch:DescribeAlarms", "cloudwatch:GetMetricStatistics"],
            ["*"],
            because="Metrics, and alarms that may not be there, have no narrower resource in IAM.",
        )

    def _scale(self, endpoints: list[str]) -> None:
        """Targets and policies of scaling. Its alarms are made, and capacity is changed, with the rights
        of who registers it
        (https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-prerequisites.html)."""
        stack = cdk.Stack.of(self)
        allow(self, ["sagemaker:UpdateEndpointWeightsAndCapacities"], endpoints)
        verbs = ("RegisterScalableTarget", "DeregisterScalableTarget", "PutScalingPolicy")
        allow(
            self,
            [f"application-autoscaling:{verb}" for verb in verbs],
            [stack.format_arn(service="application-autoscaling", resource="scalable-target/*")],
            {
                "StringEquals": {
                    "application-autoscaling:service-namespace": "sagemaker",
                    "application-autoscaling:scalable-dimension": (
                        "sagemaker:variant:DesiredInstanceCount"
                    ),
                }
            },
            because="Scalable targets get their ids when they are registered; the condition keeps to"
            " SageMaker's.",
        )
        allow(
            self,
            [
                "application-autoscaling:DescribeScalableTargets",
                "application-autoscaling:DescribeScalingPolicies",
                "application-autoscaling:DescribeScheduledActions",
            ],
            ["*"],
            because="What Application Auto Scaling describes has no narrower resource in IAM.",
        )
        allow(
            self,
            ["cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms"],
            [
                stack.format_arn(
                    service="cloudwatch",
                    resource="alarm",
                    resource_name="TargetTracking-endpoint/*",
                    arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
                )
            ],
            because="Application Auto Scaling names the alarms of a target-tracking policy.",
        )
        allow(
            self,
            ["iam:CreateServiceLinkedRole"],
            [
                stack.format_arn(
                    service="iam", region="", resource="role", resource_name=SCALING_ROLE
                )
            ],
            {
                "StringEquals": {
                    "iam:AWSServiceName": "sagemaker.application-autoscaling.amazonaws.com"
                }
            },
        )
