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

from infra.constructs.acknowledgements import acknowledge_dependency_on_role
from infra.constructs.permissions import allow
from infra.constructs.service_log_group import ServiceLogGroup

LAMBDAS = Path(__file__).resolve().parents[2] / "lambdas"
SHARED = LAMBDAS / "shared" / "slipway_shared"


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
        log_retention_days: int,
        dead_letter_queue: sqs.IQueue | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        log_group = ServiceLogGroup(self, "LogGroup", retention_days=log_retention_days)
        self.role = iam.Role(
            self,
            "Role",
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
            memory_size=256,
            role=self.role,
            environment=dict(environment or {}),
            log_group=log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            dead_letter_queue=dead_letter_queue,
        )
        acknowledge_dependency_on_role(self.function)

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
    """A folder with the function's Python files and a copy of the shared package, and nothing else:
    what tools leave in a working directory must not change the asset."""
    staged = Path(tempfile.mkdtemp(prefix="asset-"))
    # The CDK copies it into its output as soon as the asset is made.
    atexit.register(shutil.rmtree, staged, ignore_errors=True)
    for source, target in ((LAMBDAS / directory, staged), (SHARED, staged / SHARED.name)):
        for file in source.rglob("*.py"):
            copy = target / file.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
    return staged
