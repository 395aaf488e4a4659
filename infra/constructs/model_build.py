"""The CodeBuild project that tests the model repository and upserts the SageMaker pipeline."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.config import ChecksConfig, Config
from infra.constructs.acknowledgements import acknowledge, acknowledge_dependency_on_role
from infra.constructs.batch_scoring import BatchScoring
from infra.constructs.permissions import ANY_OBJECT, allow, pass_to_sagemaker, service
from infra.constructs.python_function import NO_INTERFACE_YET
from infra.constructs.sagemaker_arns import SageMakerArns
from infra.constructs.sagemaker_roles import PipelineExecutionRole
from infra.constructs.service_log_group import ServiceLogGroup
from infra.jobs_config import JobsConfig
from infra.names import Names
from infra.network_config import NetworkConfig

BUILDSPEC = "codebuild-buildspec.yml"
TIMEOUT_MINUTES = 30
# https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-iam-identity-based-access-control.html#customer-managed-policies-example-create-vpc-network-interface
INTERFACE_ACTIONS = [
    *(f"ec2:{verb}NetworkInterface" for verb in ("Create", "Delete")),
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeVpcs",
]
ANY_REPORT_GROUP = (
    "The buildspec, which belongs to the data scientists, names the groups of its reports."
)


class ModelBuild(Construct):
    """The project and its role. What a build does is in the repository's own buildspec."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: Config,
        names: Names,
        bucket: s3.IBucket,
        execution_role: PipelineExecutionRole,
        relax_baseline: lambda_.IFunction,
        batch_scoring: BatchScoring | None,
    ) -> None:
        super().__init__(scope, construct_id)
        log_group = ServiceLogGroup(self, "LogGroup")
        role = iam.Role(
            self,
            "CodeBuildServiceRole",
            assumed_by=service(self, "codebuild"),
            description="Tests the model repository and upserts the SageMaker pipeline",
        )
        variables = {
            "SAGEMAKER_PROJECT_NAME": config.project,
            "SAGEMAKER_PIPELINE_NAME": names.sagemaker_pipeline,
            "SAGEMAKER_PIPELINE_ROLE_ARN": execution_role.role_arn,
            "MODEL_PACKAGE_GROUP_NAME": names.model_package_group,
            "ARTIFACT_BUCKET": bucket.bucket_name,
            "INPUT_DATA_URL": f"s3://{bucket.bucket_name}/{config.data_key}",
            "METRIC_THRESHOLD": str(config.metric_threshold),
            **check_variables(config.checks),
            **job_variables(config.jobs),
            "RELAX_BASELINE_FUNCTION_ARN": relax_baseline.function_arn,
            **(batch_scoring.build_variables if batch_scoring else {}),
        }
        self.project = codebuild.PipelineProject(
            self,
            "Project",
            project_name=names.model_build_pipeline,
            description="Tests the model repository and upserts the SageMaker pipeline",
            # Immutable: the CDK would add more than a build needs.
            role=role.without_policy_updates(),
            build_spec=codebuild.BuildSpec.from_source_filename(BUILDSPEC),
            environment=codebuild.BuildEnvironment(
                build_image=codebuild.LinuxBuildImage.STANDARD_7_0,
                compute_type=codebuild.ComputeType.SMALL,
                environment_variables={
                    name: codebuild.BuildEnvironmentVariable(value=value)
                    for name, value in variables.items()
                },
            ),
            logging=codebuild.LoggingOptions(
                cloud_watch=codebuild.CloudWatchLoggingOptions(log_group=log_group)
            ),
            timeout=cdk.Duration.minutes(TIMEOUT_MINUTES),
        )
        self._encrypt(config.kms_key_arn)
        if config.network.vpc_id:
            self._join(role, config.network)
        arns = SageMakerArns(self, names)
        pipelines = [*arns.pipeline(), *(arns.batch_scoring_pipeline() if batch_scoring else [])]
        self._grant(role, names, pipelines, bucket, execution_role, log_group)

    def _encrypt(self, key_arn: str | None) -> None:
        """What a build writes, it writes to S3, with the key that the project has for that."""
        if key_arn is None:
            acknowledge(
                self.project,
                {
                    "AwsSolutions-CB4": "What a build writes goes into the artifact bucket, under the key"
                    " that AWS manages for S3 (alias/aws/s3), unless the configuration names a key."
                },
            )
        else:
            self._resource.encryption_key = key_arn

    def _join(self, role: iam.Role, network: NetworkConfig) -> None:
        """Run builds in a VPC. The ids are all there is: the L2 would ask for availability zones."""
        self._resource.vpc_config = codebuild.CfnProject.VpcConfigProperty(
            vpc_id=network.vpc_id,
            subnets=network.subnet_ids,
            security_group_ids=network.security_group_ids,
        )
        allow(role, INTERFACE_ACTIONS, ["*"], because=NO_INTERFACE_YET)
        stack = cdk.Stack.of(self)
        subnets = [
            stack.format_arn(service="ec2", resource="subnet", resource_name=subnet)
            for subnet in network.subnet_ids
        ]
        allow(
            role,
            ["ec2:CreateNetworkInterfacePermission"],
            [stack.format_arn(service="ec2", resource="network-interface", resource_name="*")],
            {
                "StringEquals": {
                    "ec2:AuthorizedService": "codebuild.amazonaws.com",
                    "ec2:Subnet": subnets,
                }
            },
            because=NO_INTERFACE_YET,
        )
        # CodeBuild tries these rights when the project is made.
        self.project.node.add_dependency(role)
        acknowledge_dependency_on_role(self.project)

    @property
    def _resource(self) -> codebuild.CfnProject:
        resource = self.project.node.default_child
        assert isinstance(resource, codebuild.CfnProject)
        return resource

    def _grant(
        self,
        role: iam.Role,
        names: Names,
        pipelines: Sequence[str],
        bucket: s3.IBucket,
        execution_role: PipelineExecutionRole,
        log_group: logs.ILogGroup,
    ) -> None:
        # What `Pipeline.upsert` of the SDK calls, and nothing else.
        verbs = ("Create", "Update")
        allow(
            role,
            [
                *(f"sagemaker:{verb}Pipeline" for verb in verbs),
                "sagemaker:AddTags",
                "sagemaker:ListTags",
            ],
            pipelines,
        )
        # Artifacts of the CodePipeline, and the scripts of the steps.
        objects = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
        allow(role, objects, [bucket.arn_for_objects("*")], because=ANY_OBJECT)
        about = ["s3:ListBucket", "s3:GetBucketLocation", "s3:GetBucketAcl"]
        allow(role, about, [bucket.bucket_arn])
        allow(role, ["logs:CreateLogStream", "logs:PutLogEvents"], [log_group.log_group_arn])
        reports = cdk.Stack.of(self).format_arn(
            service="codebuild",
            resource="report-group",
            # CodeBuild makes a group `<project>-<name in the buildspec>`.
            resource_name=f"{names.model_build_pipeline}-*",
        )
        report_verbs = ("CreateReportGroup", "CreateReport", "UpdateReport", "BatchPutTestCases")
        allow(
            role,
            [f"codebuild:{verb}" for verb in report_verbs],
            [reports],
            because=ANY_REPORT_GROUP,
        )
        # The SDK looks whether the role can do what it will be asked to.
        allow(role, ["iam:GetRole", "iam:SimulatePrincipalPolicy"], [execution_role.role_arn])
        pass_to_sagemaker(role, execution_role)


def job_variables(jobs: JobsConfig) -> dict[str, str]:
    """The VPC of the jobs, if they have one."""
    if not jobs.subnet_ids:
        return {}
    return {
        "SUBNET_IDS": ",".join(jobs.subnet_ids),
        "SECURITY_GROUP_IDS": ",".join(jobs.security_group_ids),
    }


def check_variables(checks: ChecksConfig) -> dict[str, str]:
    """What the buildspec passes on to the pipeline's definition."""
    return {
        "CHECK_ENGINE": checks.engine,
        "MODEL_QUALITY_TOLERANCE": str(checks.model_quality_tolerance),
        "BIAS_TOLERANCE": str(checks.bias_tolerance),
        # JSON's words: the buildspec writes it into an object.
        "GATE_TRAINING_ON_DATA_CHECKS": "true" if checks.gate_training else "false",
        "LIVE_MODEL_TOLERANCE": str(checks.live_model_tolerance),
    }
