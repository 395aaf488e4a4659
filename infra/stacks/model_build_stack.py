"""From a push to a registered model version."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from infra.config import Config
from infra.constructs.batch_scoring import BatchScoring
from infra.constructs.data_bucket import DataBucket
from infra.constructs.model_build import ModelBuild
from infra.constructs.model_build_pipeline import ModelBuildPipeline
from infra.constructs.model_source import model_source
from infra.constructs.permissions import ANY_OBJECT, ANY_VERSION
from infra.constructs.project_stack import ProjectStack
from infra.constructs.python_function import PythonFunction
from infra.constructs.sagemaker_arns import SageMakerArns
from infra.constructs.sagemaker_roles import PipelineExecutionRole
from infra.constructs.stage_access import group_policy, let_stages_read
from infra.constructs.undelivered_events import UndeliveredEvents
from infra.names import Names


class ModelBuildStack(ProjectStack):
    """Repository, artifact bucket, build, pipeline, model package group."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: Config,
        names: Names,
        env: cdk.Environment | None = None,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            config=config,
            names=names,
            description="from a push to a registered model version",
            env=env,
        )
        bucket = self.artifact_bucket = DataBucket(self, "ArtifactBucket")
        let_stages_read(self, bucket)
        source = model_source(self, config.source, names)
        group = sagemaker.CfnModelPackageGroup(
            self,
            "ModelPackageGroup",
            model_package_group_name=names.model_package_group,
            model_package_group_description=f"Versions of the {config.project} model",
            model_package_group_policy=group_policy(self),
        )
        group.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
        role = PipelineExecutionRole(
            self,
            "SageMakerExecutionRole",
            bucket=bucket,
            names=names,
        )
        relax_baseline = self._relax_baseline(config, bucket).function
        if config.checks.engine == "native":
            role.make_native_checks(names, relax_baseline)
        undelivered = UndeliveredEvents(self, "UndeliveredEvents")
        batch_scoring = None
        if config.batch_scoring.enabled:
            batch_scoring = BatchScoring(
                self,
                "BatchScoring",
                config=config,
                names=names,
                bucket=bucket,
                undelivered=undelivered,
            )
            role.score_batches(names, batch_scoring.step_functions, batch_scoring.queue)
        build = ModelBuild(
            self,
            "Build",
            config=config,
            names=names,
            bucket=bucket,
            execution_role=role,
            relax_baseline=relax_baseline,
            batch_scoring=batch_scoring,
        )
        pipeline = ModelBuildPipeline(
            self,
            "Pipeline",
            names=names,
            checks=config.checks,
            source=source,
            bucket=bucket,
            project=build.project,
            start_pipeline=self._start_pipeline(config, names, bucket).function,
            undelivered=undelivered,
        )
        for name, value in source.outputs.items():
            self._output(name, value)
        self._output("ArtifactBucketName", bucket.bucket_name, export=True)
        self._output("InputDataUrl", f"s3://{bucket.bucket_name}/{config.data_key}")
        self._output("CodePipelineName", pipeline.pipeline.pipeline_name)
        self._output("SageMakerPipelineName", names.sagemaker_pipeline)
        self._output("SageMakerPipelineRoleArn", role.role_arn)
        self._output("ModelPackageGroupName", group.model_package_group_name)
        self._output("RelaxBaselineFunctionArn", relax_baseline.function_arn)
        self._output("UndeliveredEventsQueueName", undelivered.queue_name, export=True)
        for name, value in (batch_scoring.outputs if batch_scoring else {}).items():
            self._output(name, value)

    def _start_pipeline(self, config: Config, names: Names, bucket: s3.IBucket) -> PythonFunction:
        function = PythonFunction(
            self,
            "StartPipelineFunction",
            directory="start_pipeline",
            description="Starts the SageMaker pipeline and waits for it by continuation token",
            timeout=cdk.Duration.minutes(1),
        )
        function.answers_code_pipeline()
        arns = SageMakerArns(self, names)
        function.allow(
            ["sagemaker:DescribePipeline", "sagemaker:StartPipelineExecution"], *arns.pipeline()
        )
        function.allow(
            ["sagemaker:DescribePipelineExecution", "sagemaker:ListPipelineExecutionSteps"],
            *arns.executions(),
            because="Executions get their ids when they start; the pipeline is one.",
        )
        # The baselines that there are decide the flags of the checks.
        function.allow(["sagemaker:ListModelPackages"], *arns.model_package_group())
        function.allow(["sagemaker:DescribeModelPackage"], *arns.versions(), because=ANY_VERSION)
        # What the input data is, and what the report of a failed check says.
        function.allow(["s3:ListBucket"], bucket.bucket_arn)
        function.allow(["s3:GetObject"], bucket.arn_for_objects("*"), because=ANY_OBJECT)
        return function

    def _relax_baseline(self, config: Config, bucket: s3.IBucket) -> PythonFunction:
        """A step of the SageMaker pipeline, where AWS's containers make the checks."""
        function = PythonFunction(
            self,
            "RelaxBaselineFunction",
            directory="relax_baseline",
            description="Widens a new baseline of model quality or bias by its tolerance",
            timeout=cdk.Duration.minutes(1),
        )
        function.allow(
            ["s3:GetObject", "s3:PutObject"],
            # Of Model Monitor's analyzer, and of Clarify.
            bucket.arn_for_objects("*/constraints.json"),
            bucket.arn_for_objects("*/analysis.json"),
            because="Each execution writes its baselines below a prefix of its own; the bucket is one.",
        )
        # Without it S3 says "denied" where it means "not there".
        function.allow(["s3:ListBucket"], bucket.bucket_arn)
        return function

    def _output(self, name: str, value: str, *, export: bool = False) -> None:
        """An output; the model deploy stack imports those that are exported."""
        export_name = self.names.model_build_export(name) if export else None
        cdk.CfnOutput(self, name, value=value, export_name=export_name)
