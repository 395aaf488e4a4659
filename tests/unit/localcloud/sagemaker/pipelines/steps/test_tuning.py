"""Tuning steps against an in-memory SageMaker."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.errors import ValidationException

from ..conftest import World
from ..definitions import ROLE_ARN, checked, step

pytestmark = pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html"
)


def tuning(**arguments: Any) -> dict[str, Any]:
    return {
        "HyperParameterTuningJobConfig": {
            "Strategy": "Random",
            "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "m"},
            "ResourceLimits": {"MaxParallelTrainingJobs": 1, "MaxNumberOfTrainingJobs": 1},
        },
        "TrainingJobDefinition": {
            "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
            "RoleArn": ROLE_ARN,
            "OutputDataConfig": {"S3OutputPath": "s3://bucket/models"},
            "StoppingCondition": {"MaxRuntimeInSeconds": 1},
        },
        **arguments,
    }


def test_step_makes_a_job_with_a_short_name_and_lists_its_best(world: World) -> None:
    world.sagemaker.outcomes["A"] = {"HyperParameterTuningJobStatus": "Completed"}
    get = {"Get": "Steps.A_Step_With_A_Long_Name.TrainingJobSummaries[0].TrainingJobName"}
    execution = world.run(
        checked(
            step("A_Step_With_A_Long_Name", "Tuning", Arguments=tuning()),
            step("End", "Fail", Arguments={"ErrorMessage": get}),
        )
    )
    (request,) = world.sagemaker.made("CreateHyperParameterTuningJob")
    name = request["HyperParameterTuningJobName"]
    assert name.startswith("execution001-A-Step-") and len(name) <= 32
    run = execution.steps["A_Step_With_A_Long_Name"]
    assert run.metadata["TuningJob"]["Arn"].endswith(name.lower())
    (listed,) = world.sagemaker.made("ListTrainingJobsForHyperParameterTuningJob")
    assert listed["SortOrder"] == "Descending"
    assert listed["SortBy"] == "FinalObjectiveMetricValue"
    assert execution.steps["End"].failure_reason == "best"


@pytest.mark.parametrize(
    "path", ["BestTrainingJob.TrainingJobName", "TrainingJobSummaries[1].TrainingJobArn"]
)
def test_both_answers_are_properties(path: str) -> None:
    checked(
        step("Tune", "Tuning", Arguments=tuning()),
        step("End", "Fail", Arguments={"ErrorMessage": {"Get": f"Steps.Tune.{path}"}}),
    )


@pytest.mark.parametrize("path", ["Best", "TrainingJobSummaries[0].Artifacts"])
def test_others_are_not(path: str) -> None:
    with pytest.raises(ValidationException, match="is no property of step 'Tune'"):
        checked(
            step("Tune", "Tuning", Arguments=tuning()),
            step("End", "Fail", Arguments={"ErrorMessage": {"Get": f"Steps.Tune.{path}"}}),
        )
