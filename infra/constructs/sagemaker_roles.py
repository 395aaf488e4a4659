"""The roles that SageMaker takes on: for the training pipeline with its jobs, and for endpoints.

Actions on resources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
"""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.permissions import ANY_OBJECT, ANY_VERSION, allow, pass_to_sagemaker, service
from infra.constructs.sagemaker_arns import SageMakerArns
from infra.names import Names

# AWS's framework and algorithm images lie in accounts of AWS's, which differ by region.
IMAGES = "arn:{partition}:ecr:{region}:*:repository/sagemaker-*"
NAMED_BY_PIPELINES = (
    "SageMaker Pipelines makes the names of its jobs and models, beginning with `pipelines-`."
)
NAMED_BY_CLARIFY = (
    "Clarify makes the names of its shadow endpoints and their configurations: `sm-clarify-…`."
)


class PipelineExecutionRole(iam.Role):
    """The role of the SageMaker pipeline and of the jobs that it starts."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bucket: s3.IBucket,
        names: Names,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            assumed_by=service(scope, "sagemaker"),
            description="Runs the SageMaker pipeline and its jobs",
        )
        arns = SageMakerArns(self, names)
        read_artifacts(self, bucket)
        allow(
            self,
            ["s3:PutObject", "s3:AbortMultipartUpload"],
            [bucket.arn_for_objects("*")],
            because=ANY_OBJECT,
        )
        allow(
            self,
            [
                *(f"sagemaker:{verb}ProcessingJob" for verb in ("Create", "Describe", "Stop")),
                *(f"sagemaker:{verb}TrainingJob" for verb in ("Create", "Describe", "Stop")),
                *(f"sagemaker:{verb}TransformJob" for verb in ("Create", "Describe", "Stop")),
                "sagemaker:AddTags",
            ],
            arns.jobs(),
            because=NAMED_BY_PIPELINES,
        )
        allow(
            self,
            ["sagemaker:CreateModel", "sagemaker:DescribeModel", "sagemaker:AddTags"],
            arns.pipeline_models(),
            because=NAMED_BY_PIPELINES,
        )
        allow(
            self,
            [
                "sagemaker:CreateModelPackage",
                "sagemaker:DescribeModelPackage",
                # The baselines that the checks compare with, and the live version's model, are found
                # through the group.
                "sagemaker:ListModelPackages",
            ],
            [*arns.model_package_group(), *arns.versions()],
            because=ANY_VERSION,
        )
        pass_to_sagemaker(self, self)
        pull_images(self)
        write_logs(self, "TrainingJobs", "ProcessingJobs", "TransformJobs")
        # SDK 3 refuses a role, before a pipeline is built with it, unless it may do these on "*"
        # (sagemaker.core.helper.iam_policies, role type "training"). The network actions are used by
        # jobs in a VPC only.
        allow(
            self,
            [
                "cloudwatch:PutMetricData",
                *(f"ec2:{verb}NetworkInterface" for verb in ("Create", "Delete")),
                *(f"ec2:{verb}NetworkInterfacePermission" for verb in ("Create", "Delete")),
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeVpcs",
                "ec2:DescribeDhcpOptions",
                "ec2:DescribeSubnets",
                "ec2:DescribeSecurityGroups",
            ],
            ["*"],
            because="SageMaker's SDK 3 refuses a role for jobs unless it may do these on all resources.",
        )

    def make_native_checks(self, names: Names, relax_baseline: lambda_.IFunction) -> None:
        """Let the jobs be Clarify's, which ask the model behind an endpoint of their own, and let the
        pipeline invoke the function that widens a new baseline's thresholds.

        https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-processing-job-configure-how-it-works.html
        says that there is such an endpoint. Its name, and AddTags, are observed; the endpoint writes its
        logs as the model's role, which is this one.
        """
        arns = SageMakerArns(self, names)
        endpoints, configs = arns.shadow_endpoints(), arns.shadow_endpoint_configs()
        # An endpoint is authorised on its configuration too.
        allow(
            self,
            ["sagemaker:CreateEndpoint", "sagemaker:AddTags"],
            [*endpoints, *configs],
            because=NAMED_BY_CLARIFY,
        )
        allow(
            self,
            ["sagemaker:DescribeEndpoint", "sagemaker:InvokeEndpoint", "sagemaker:DeleteEndpoint"],
            endpoints,
            because=NAMED_BY_CLARIFY,
        )
        allow(
            self,
            [
                "sagemaker:CreateEndpointConfig",
                "sagemaker:DescribeEndpointConfig",
                "sagemaker:DeleteEndpointConfig",
            ],
            configs,
            because=NAMED_BY_CLARIFY,
        )
        write_logs(self, "Endpoints/sm-clarify-")
        allow(self, ["lambda:InvokeFunction"], [relax_baseline.function_arn])

    def score_batches(
        self, names: Names, functions: Sequence[lambda_.IFunction], queue: sqs.IQueue
    ) -> None:
        """Let the batch-scoring pipeline ask its functions, make a model of a version, which is
        authorised on the version too, and hand scores over."""
        allow(self, ["lambda:InvokeFunction"], [function.function_arn for function in functions])
        allow(
            self,
            ["sagemaker:CreateModel"],
            SageMakerArns(self, names).versions(),
            because=ANY_VERSION,
        )
        allow(self, ["sqs:SendMessage"], [queue.queue_arn])


def read_artifacts(role: iam.Role, bucket: s3.IBucket) -> None:
    """Let a role read a bucket's objects, and see what there is."""
    allow(role, ["s3:GetObject"], [bucket.arn_for_objects("*")], because=ANY_OBJECT)
    allow(role, ["s3:ListBucket", "s3:GetBucketLocation"], [bucket.bucket_arn])


def pull_images(role: iam.Role) -> None:
    """Let a role pull AWS's SageMaker images, of its region."""
    stack = cdk.Stack.of(role)
    allow(
        role,
        ["ecr:GetAuthorizationToken"],
        ["*"],
        because="A token for ECR has no narrower resource in IAM.",
    )
    allow(
        role,
        ["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"],
        [IMAGES.format(partition=stack.partition, region=stack.region)],
        because="AWS's images lie in accounts of AWS's, another for each region and family.",
    )


def write_logs(role: iam.Role, *groups: str) -> None:
    """Let a role write the logs of SageMaker's own log groups."""
    stack = cdk.Stack.of(role)
    allow(
        role,
        [
            "logs:CreateLogGroup",
            "logs:CreateLogStream",
            "logs:PutLogEvents",
            "logs:DescribeLogStreams",
        ],
        [
            stack.format_arn(
                service="logs",
                resource="log-group",
                resource_name=f"/aws/sagemaker/{group}*",
                arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
            )
            for group in groups
        ],
        because="SageMaker names these groups and their streams.",
    )
