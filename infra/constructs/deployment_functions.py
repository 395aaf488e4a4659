"""The functions of the deployment pipeline's actions: deploy, test, prepare the approval."""

from __future__ import annotations

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.permissions import ANY_OBJECT, ANY_VERSION
from infra.constructs.project_stack import project_of
from infra.constructs.python_function import PythonFunction
from infra.constructs.request_deployment import EVERY_RECORD, HISTORY, MANIFEST_KEY
from infra.constructs.sagemaker_arns import SageMakerArns
from infra.constructs.stage_settings import Stage


class DeploymentFunctions(Construct):
    """What they do to endpoints they do with the deployment role of the stage."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stages: list[Stage],
        artifacts: s3.IBucket,
        manifests: s3.IBucket,
    ) -> None:
        super().__init__(scope, construct_id)
        self._project = project_of(self)
        self._arns = SageMakerArns(self, self._project.names)
        self._artifacts, self._manifests = artifacts, manifests
        self.deploy_endpoint = self._deploy_endpoint(stages).function
        self.smoke_test = self._smoke_test(stages[0]).function
        self.prepare_approval = self._prepare_approval().function

    def _deploy_endpoint(self, stages: list[Stage]) -> PythonFunction:
        function = self._function(
            "DeployEndpoint",
            directory="deploy_endpoint",
            description="Brings a stage's endpoint to the version that the manifest names",
            minutes=1,
            role_name=self._project.names.deployer_role(cdk.Stack.of(self).region),
            environment={
                "MANIFEST_BUCKET_NAME": self._manifests.bucket_name,
                "MANIFEST_KEY": MANIFEST_KEY,
            },
        )
        self._take_on(function, *stages)
        # Whether the manifest is still the newest, and the record of what became of it.
        function.allow(["s3:GetObject"], self._manifests.arn_for_objects(MANIFEST_KEY))
        function.allow(
            ["s3:PutObject"],
            *(self._manifests.arn_for_objects(f"{HISTORY}/{each.name}/*") for each in stages),
            because=EVERY_RECORD,
        )
        function.allow(["s3:ListBucket"], self._manifests.bucket_arn)
        return function

    def _smoke_test(self, staging: Stage) -> PythonFunction:
        function = self._function(
            "SmokeTest",
            directory="smoke_test",
            description="Invokes staging with the version's golden records and checks the answers",
            # Golden records one by one, and perhaps a minute of load.
            minutes=6,
            memory_mb=512,
            role_name=self._project.names.smoke_test_role(cdk.Stack.of(self).region),
        )
        self._take_on(function, staging)
        return function

    def _prepare_approval(self) -> PythonFunction:
        function = self._function(
            "PrepareApproval",
            directory="prepare_approval",
            description="Writes what an approver has to know, and rejects an older approval",
            minutes=1,
            environment={"MANIFEST_BUCKET_NAME": self._manifests.bucket_name},
        )
        function.allow(["s3:ListBucket"], self._manifests.bucket_arn)
        pipeline = cdk.Stack.of(self).format_arn(
            service="codepipeline", resource=self._project.names.model_deploy_pipeline
        )
        function.allow(["codepipeline:GetPipelineState"], pipeline)
        function.allow(["codepipeline:PutApprovalResult"], f"{pipeline}/Approval/Approve")
        return function

    def _function(
        self,
        construct_id: str,
        *,
        directory: str,
        description: str,
        minutes: int,
        role_name: str | None = None,
        memory_mb: int = 256,
        environment: Mapping[str, str] | None = None,
    ) -> PythonFunction:
        """A function that answers CodePipeline and looks at versions and the files that belong to
        them."""
        function = PythonFunction(
            self,
            construct_id,
            directory=directory,
            description=description,
            timeout=cdk.Duration.minutes(minutes),
            environment={
                "MODEL_PACKAGE_GROUP_NAME": self._project.names.model_package_group,
                **(environment or {}),
            },
            role_name=role_name,
            memory_mb=memory_mb,
        )
        function.answers_code_pipeline()
        function.allow(
            ["sagemaker:DescribeModelPackage"], *self._arns.versions(), because=ANY_VERSION
        )
        function.allow(["s3:GetObject"], self._artifacts.arn_for_objects("*"), because=ANY_OBJECT)
        # Without it S3 says "denied" where it means "not there".
        function.allow(["s3:ListBucket"], self._artifacts.bucket_arn)
        return function

    def _take_on(self, function: PythonFunction, *stages: Stage) -> None:
        roles = [stage.settings["target"]["roleArn"] for stage in stages]
        function.allow(["sts:AssumeRole"], *roles)
