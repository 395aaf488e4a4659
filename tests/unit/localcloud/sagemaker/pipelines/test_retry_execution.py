"""RetryPipelineExecution, on executions against an in-memory SageMaker."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.errors import ValidationException
from localcloud.sagemaker.pipelines.execution_events import EXECUTION_DETAIL_TYPE

from .conftest import World
from .definitions import checked, step

RETRY = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_RetryPipelineExecution.html"
STEPS = "https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html"


def retried(world: World, execution: Any) -> None:
    """Run an execution that has ended again, to its end."""
    execution.require_retryable()
    previous = execution.begin_again({}, world.cloud.clock.now())
    world.begin(execution, previous)
    world.until(lambda: bool(execution.finished))


@pytest.mark.documented(RETRY)
def test_what_has_succeeded_stays_and_the_rest_runs(
    world: World, events: list[dict[str, Any]]
) -> None:
    world.sagemaker.outcomes["Bad"] = {"ProcessingJobStatus": "Failed"}
    definition = checked(
        step("Good"), step("Bad", DependsOn=["Good"]), step("Later", DependsOn=["Bad"])
    )
    execution = world.run(definition)
    assert (execution.status, list(execution.steps)) == ("Failed", ["Good", "Bad"])
    del world.sagemaker.outcomes["Bad"]
    retried(world, execution)
    assert (execution.status, execution.failure_reason) == ("Succeeded", None)
    assert list(execution.steps) == ["Good", "Bad", "Later"]
    numbers = [run.number for run in execution.steps.values()]
    assert numbers == sorted(set(numbers))
    names = [job["ProcessingJobName"] for job in world.sagemaker.made("CreateProcessingJob")]
    assert [name.split("-")[2] for name in names] == ["Good", "Bad", "Bad", "Later"]
    # The events are delivered by threads of their own.
    courses = {("Failed", "Executing"), ("Executing", "Succeeded")}
    world.until(
        lambda: (
            courses
            <= {
                (
                    event["detail"].get("previousPipelineExecutionStatus"),
                    event["detail"]["currentPipelineExecutionStatus"],
                )
                for event in list(events)
                if event["detail-type"] == EXECUTION_DETAIL_TYPE
            }
        )
    )


def test_stopped_execution_goes_on(world: World) -> None:
    world.sagemaker.held = {"Slow"}
    executor = world.start(checked(step("Slow"), step("Later", DependsOn=["Slow"])))
    world.until(lambda: len(world.sagemaker.jobs) == 1)
    executor.request_stop()
    world.until(lambda: executor.execution.finished)
    assert executor.execution.status == "Stopped"
    world.sagemaker.held = set()
    retried(world, executor.execution)
    assert executor.execution.status == "Succeeded"


@pytest.mark.documented(STEPS)
def test_execution_that_ended_with_a_fail_step_is_refused(world: World) -> None:
    execution = world.run(checked(step("End", "Fail", Arguments={"ErrorMessage": "no"})))
    with pytest.raises(ValidationException) as caught:
        execution.require_retryable()
    assert str(caught.value) == "You cannot retry a pipeline execution ending with a FailStep"


def test_execution_that_has_succeeded_is_refused(world: World) -> None:
    execution = world.run(checked(step("A")))
    with pytest.raises(ValidationException) as caught:
        execution.require_retryable()
    assert "is in status Succeeded and cannot be retried" in str(caught.value)
