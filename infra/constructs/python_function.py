"""A Lambda function of this project: one folder of `lambdas/`, with what all of them share."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.assets import asset_files
from infra.constructs.acknowledgements import acknowledge_dependency_on_role
from infra.constructs.permissions import allow
from infra.constructs.project_stack import project_of
from infra.constructs.service_log_group import ServiceLogGroup

# https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
INTERFACE_ACTIONS = [
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
]
NO_INTERFACE_YET = "Network interfaces are made in the VPC, and have no names before."


class PythonFunction(Construct):
    """The function, its role and its log group. `directory` is a folder of `lambdas/`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        directory: str,
        description: str,
        timeout: cdk.Duration,
        environment: Mapping[str, str] | None = None,
        role_name: str | None = None,
        memory_mb: int = 256,
        dead_letter_queue: sqs.IQueue | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        config = project_of(self).config
        log_group = ServiceLogGroup(self, "LogGroup")
        self.role = iam.Role(
            self,
            "Role",
            role_name=role_name,
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description=f"What {directory} may do",
        )
        allow(
            self.role,
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            [log_group.log_group_arn],
        )
        self.function = lambda_.Function(
            self,
            "Function",
            code=lambda_.Code.from_asset(str(asset(directory))),
            handler="lambda_function.lambda_handler",
            runtime=lambda_.Runtime.PYTHON_3_14,
            description=description,
            timeout=timeout,
            memory_size=memory_mb,
            role=self.role,
            environment=dict(environment or {}),
            log_group=log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            dead_letter_queue=dead_letter_queue,
        )
        acknowledge_dependency_on_role(self.function)
        if dead_letter_queue:
            # Lambda sends as the function's role; the CDK allows the queue, and forgets its key.
            allow(self.role, ["sqs:SendMessage"], [dead_letter_queue.queue_arn])
        resource = self.function.node.default_child
        assert isinstance(resource, lambda_.CfnFunction)
        if config.kms_key_arn:
            # Of its environment variables.
            resource.kms_key_arn = config.kms_key_arn
            allow(self.role, ["kms:Decrypt"], [config.kms_key_arn])
        if config.network.vpc_id:
            # The ids are all there is: the L2 would ask for availability zones.
            resource.vpc_config = lambda_.CfnFunction.VpcConfigProperty(
                subnet_ids=config.network.subnet_ids,
                security_group_ids=config.network.security_group_ids,
            )
            allow(self.role, INTERFACE_ACTIONS, ["*"], because=NO_INTERFACE_YET)

    def allow(self, actions: Sequence[str], *resources: str, because: str | None = None) -> None:
        """Let the function do `actions` on `resources`; a `*` in them needs a reason."""
        allow(self.role, actions, resources, because=because)

    def answers_code_pipeline(self) -> None:
        """Let the function answer jobs; CodePipeline has no narrower resource for these."""
        self.allow(
            ["codepipeline:PutJobSuccessResult", "codepipeline:PutJobFailureResult"],
            "*",
            because="Answers to jobs have no narrower resource in IAM.",
        )


def asset(directory: str) -> Path:
    """A folder with the function's files, and nothing else."""
    staged = Path(tempfile.mkdtemp(prefix="asset-"))
    # The CDK copies it into its output as soon as the asset is made.
    atexit.register(shutil.rmtree, staged, ignore_errors=True)
    for name, source in asset_files(directory).items():
        copy = staged / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
    return staged
