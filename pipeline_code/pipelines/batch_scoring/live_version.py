"""The version that scores: found in the registry at run time, and made a model of.

The SDK (3.27.0) makes a Model step of what its `ModelBuilder` builds, and that needs an image when the
pipeline is built; which image it is, only the registry knows when the pipeline runs. So the step is
written here: a model of the version itself, by its `ModelPackageName`, which brings the image, the
model data and the environment that were approved
(https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-deploy.html).
"""

from __future__ import annotations

from typing import Any

from sagemaker.core.lambda_helper import Lambda
from sagemaker.core.workflow.properties import Properties
from sagemaker.mlops.workflow.lambda_step import LambdaOutput, LambdaOutputTypeEnum, LambdaStep
from sagemaker.mlops.workflow.steps import Step, StepTypeEnum

from pipelines.check_steps.check import Uri
from pipelines.jobs import JobSettings
from pipelines.network import Network

# What the function answers (lambdas/find_live_version of the infrastructure repository): plain texts,
# as a Lambda step takes them (https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html).
OUTPUTS = (
    "ModelPackageArn",
    "ModelDataUrl",
    "Image",
    "DataQualityStatisticsS3Uri",
    "DataQualityConstraintsS3Uri",
    "ModelQualityStatisticsS3Uri",
    "ModelQualityConstraintsS3Uri",
)


def find_live_version_step(jobs: JobSettings, function_arn: str, group: str) -> LambdaStep:
    """Ask the registry for the latest approved version; without one the step fails and says so."""
    return LambdaStep(
        name="FindLiveVersion",
        lambda_func=Lambda(function_arn=function_arn, session=jobs.session),
        inputs={"modelPackageGroupName": group},
        outputs=[LambdaOutput(name, LambdaOutputTypeEnum.String) for name in OUTPUTS],
    )


def found(find: LambdaStep, name: str) -> Properties:
    """One of the outputs of the Lambda step."""
    return find.properties.Outputs[name]


class ModelOfVersionStep(Step):
    """A Model step: CreateModel of a version of the registry."""

    def __init__(
        self, name: str, *, model_package: Uri, role: str, network: Network | None = None
    ) -> None:
        super().__init__(name=name, step_type=StepTypeEnum.CREATE_MODEL)
        self._arguments: dict[str, Any] = {
            "ExecutionRoleArn": role,
            "PrimaryContainer": {"ModelPackageName": model_package},
        }
        if network:
            self._arguments["VpcConfig"] = network.vpc_config()
        self._properties = Properties(step_name=name, step=self, shape_name="DescribeModelOutput")

    @property
    def arguments(self) -> dict[str, Any]:
        """The request of CreateModel; SageMaker Pipelines adds the name."""
        return self._arguments

    @property
    def properties(self) -> Properties:
        """What DescribeModel will answer."""
        return self._properties
