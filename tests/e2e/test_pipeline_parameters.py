"""What a person can set for one execution: instances, and which content the data has."""

from __future__ import annotations

import pytest

from .deployed import Deployed

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.documented(
        "https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-caching.html"
    ),
]


def cached(deployed: Deployed, execution_arn: str) -> set[str]:
    """The steps whose result was taken from an earlier execution."""
    steps = deployed.steps(execution_arn)
    return {name for name, step in steps.items() if "CacheHitResult" in step}


def test_two_training_instances_train_one_model(deployed: Deployed, first_version: str) -> None:
    execution = deployed.run_pipeline(TrainingInstanceCount="2", InputDataVersion="two-instances")
    steps = deployed.steps(execution["PipelineExecutionArn"])
    assert execution["PipelineExecutionStatus"] == "Succeeded", steps
    arn = steps["TrainAbaloneModel"]["Metadata"]["TrainingJob"]["Arn"]
    names = [
        job["TrainingJobName"]
        for job in deployed.clients.sagemaker.list_training_jobs()["TrainingJobSummaries"]
        if job["TrainingJobArn"] == arn
    ]
    job = deployed.clients.sagemaker.describe_training_job(TrainingJobName=names[0])
    assert job["ResourceConfig"]["InstanceCount"] == 2
    assert {
        channel["DataSource"]["S3DataSource"]["S3DataDistributionType"]
        for channel in job["InputDataConfig"]
    } == {"ShardedByS3Key"}


def test_what_has_not_changed_is_not_done_again(deployed: Deployed, first_version: str) -> None:
    first = deployed.run_pipeline(InputDataVersion="some-content")
    again = deployed.run_pipeline(InputDataVersion="some-content")
    other = deployed.run_pipeline(InputDataVersion="other-content")
    assert cached(deployed, first["PipelineExecutionArn"]) == set()
    assert cached(deployed, again["PipelineExecutionArn"]) == {
        "PreprocessAbaloneData",
        "TrainAbaloneModel",
    }
    assert cached(deployed, other["PipelineExecutionArn"]) == set()
    for execution in (first, again, other):
        assert execution["PipelineExecutionStatus"] == "Succeeded"
