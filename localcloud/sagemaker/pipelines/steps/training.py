"""The Training step: CreateTrainingJob.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html
"""

from __future__ import annotations

from localcloud.sagemaker.pipelines.definition import Step
from localcloud.sagemaker.pipelines.steps.job_step import JobStep
from localcloud.sagemaker.pipelines.steps.step_type import literal, nested


class Training(JobStep):
    """A training job."""

    name = "Training"
    noun = "TrainingJob"
    cache_keys = (
        "AlgorithmSpecification",
        "CheckpointConfig",
        "DebugHookConfig",
        "DebugRuleConfigurations",
        "Environment",
        "HyperParameters",
        "InputDataConfig",
    )
    describe_operation = "DescribeTrainingJob"

    def images(self, step: Step) -> list[str]:
        return literal(nested(step.arguments, "AlgorithmSpecification", "TrainingImage"))
