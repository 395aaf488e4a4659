"""The Tuning step: CreateHyperParameterTuningJob.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html: its properties are the
job's description and the list of its training jobs, of which the fifty best are kept, the best first.
A tuning job's name has 32 characters at most: `<execution id>-<step>-<suffix>`, the step's name cut after
seven, is assumed.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from localcloud.sagemaker.pipelines.definition import Step
from localcloud.sagemaker.pipelines.steps.job_step import JobStep
from localcloud.sagemaker.pipelines.steps.service_call import call
from localcloud.sagemaker.pipelines.steps.step_type import StepContext, literal, nested

_KEPT = 50
_STEP_NAME = 7


class Tuning(JobStep):
    """A hyperparameter tuning job."""

    name = "Tuning"
    noun = "HyperParameterTuningJob"
    cache_keys = (
        "HyperParameterTuningJobConfig",
        "TrainingJobDefinition",
        "TrainingJobDefinitions",
    )
    describe_operation = "DescribeHyperParameterTuningJob"
    list_operation = "ListTrainingJobsForHyperParameterTuningJob"

    def run(self, context: StepContext) -> None:
        described = self.perform(context, self.request(context, context.run.arguments))
        objective = nested(
            described, "HyperParameterTuningJobConfig", "HyperParameterTuningJobObjective", "Type"
        )
        listed = call(
            context,
            self.list_operation,
            {
                "HyperParameterTuningJobName": described["HyperParameterTuningJobName"],
                "SortBy": "FinalObjectiveMetricValue",
                "SortOrder": "Descending" if objective == "Maximize" else "Ascending",
                "MaxResults": _KEPT,
            },
        )
        context.run.properties = {
            **described,
            "TrainingJobSummaries": listed["TrainingJobSummaries"],
        }

    def created(self, context: StepContext, arn: str) -> None:
        context.run.metadata["TuningJob"] = {"Arn": arn}

    def request(self, context: StepContext, given: Mapping[str, Any]) -> dict[str, Any]:
        step = context.run.name.replace("_", "-")[:_STEP_NAME].strip("-")
        name = f"{context.execution.id}-{step}-{secrets.token_hex(5)}"
        return {**super().request(context, given), "HyperParameterTuningJobName": name}

    def images(self, step: Step) -> list[str]:
        return literal(
            nested(
                step.arguments, "TrainingJobDefinition", "AlgorithmSpecification", "TrainingImage"
            )
        )
