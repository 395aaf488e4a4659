"""Selective execution: what is chosen and refused, and what an execution makes of it."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.errors import ValidationException
from localcloud.sagemaker.pipelines.definition import Definition
from localcloud.sagemaker.pipelines.execution import PipelineExecution
from localcloud.sagemaker.pipelines.pipeline import Pipeline
from localcloud.sagemaker.pipelines.selection import Selection, select

from .conftest import World
from .definitions import PIPELINE_ARN, ROLE_ARN, checked, processing, step

PAGE = "https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-selective-ex.html"
OUT = "Steps.Prepare.ProcessingOutputConfig.Outputs['out'].S3Output.S3Uri"
STATUS = "ProcessingJobStatus"


def chain() -> Definition:
    """Prepare → Train → Evaluate → Check → Register | Explain, and Report beside them."""
    used = processing(Environment={"DATA": {"Get": OUT}})
    never = {"Type": "Equals", "LeftValue": 1, "RightValue": 2}
    arguments = {"Conditions": [never], "IfSteps": [step("Register")], "ElseSteps": [step("Tell")]}
    return checked(
        step("Prepare"),
        step("Train", Arguments=used),
        step("Evaluate", DependsOn=["Train"]),
        step("Check", "Condition", Arguments=arguments, DependsOn=["Evaluate"]),
        step("Report", DependsOn=["Prepare"]),
    )


def chosen(world: World, *names: str, source: str | None = None) -> Selection:
    """What is selected of a pipeline with the executions so far."""
    pipeline = Pipeline(
        name="Abalone",
        arn=PIPELINE_ARN,
        display_name="Abalone",
        role_arn=ROLE_ARN,
        created=world.cloud.clock.now(),
        created_by={},
        number=1,
        versions=[],
        tags=[],
        executions={execution.arn: execution for execution in world.executions},
    )
    config: dict[str, Any] = {"SelectedSteps": [{"StepName": name} for name in names]}
    if source is not None:
        config["SourcePipelineExecutionArn"] = source
    return select(pipeline, chain(), config, world.cloud.clock.now())


def run_selected(world: World, selection: Selection) -> PipelineExecution:
    """Run an execution of the selected steps to its end."""
    execution = world.make(chain())
    execution.selected = selection.names
    execution.steps = dict(selection.reused)
    world.begin(execution)
    world.until(lambda: execution.finished)
    return execution


def refused(world: World, *names: str, source: str | None = None) -> str:
    with pytest.raises(ValidationException) as caught:
        chosen(world, *names, source=source)
    return str(caught.value)


@pytest.mark.documented(PAGE)
def test_selected_steps_run_with_the_results_of_the_source(world: World) -> None:
    source = world.run(chain())
    jobs = len(world.sagemaker.made("CreateProcessingJob"))
    execution = run_selected(world, chosen(world, "Train", "Evaluate", source=source.arn))
    assert execution.status == "Succeeded"
    assert {name: run.selective_source for name, run in execution.steps.items()} == {
        "Prepare": source.arn,
        "Train": None,
        "Evaluate": None,
    }
    train, evaluate = world.sagemaker.made("CreateProcessingJob")[jobs:]
    assert train["Environment"] == {"DATA": "s3://bucket/out"}
    assert "-Evaluate-" in evaluate["ProcessingJobName"]
    described = execution.steps["Prepare"].describe()
    assert described["StepStatus"] == "Succeeded"
    assert described["SelectiveExecutionResult"] == {"SourcePipelineExecutionArn": source.arn}
    assert described["Metadata"] == source.steps["Prepare"].describe()["Metadata"]


@pytest.mark.documented(PAGE)
def test_steps_between_two_selected_ones_must_be_selected(world: World) -> None:
    source = world.run(chain())
    reason = refused(world, "Train", "Check", source=source.arn)
    assert reason.endswith("must be selected; not selected: Evaluate")


@pytest.mark.documented(PAGE)
def test_no_source_is_needed_when_nothing_comes_before(world: World) -> None:
    execution = run_selected(world, chosen(world, "Prepare"))
    assert (execution.status, list(execution.steps)) == ("Succeeded", ["Prepare"])
    assert "SourcePipelineExecutionArn is required" in refused(world, "Train")


def test_failed_source_gives_what_has_succeeded(world: World) -> None:
    world.sagemaker.outcomes["Train"] = {STATUS: "Failed"}
    source = world.run(chain())
    del world.sagemaker.outcomes["Train"]
    reason = refused(world, "Evaluate", source=source.arn)
    assert "depends on step 'Train', which has not succeeded in the source" in reason
    assert set(chosen(world, "Train", source=source.arn).reused) == {"Prepare"}


def test_result_of_another_step_type_is_not_taken_over(world: World) -> None:
    always = {"Conditions": [{"Type": "Equals", "LeftValue": 1, "RightValue": 1}]}
    source = world.run(checked(step("Prepare", "Condition", Arguments=always)))
    assert "depends on step 'Prepare', which has not succeeded" in refused(
        world, "Train", source=source.arn
    )


def test_selected_step_of_the_branch_not_taken_is_refused(world: World) -> None:
    source = world.run(chain())
    assert set(chosen(world, "Tell", source=source.arn).reused) == {
        "Prepare",
        "Train",
        "Evaluate",
        "Check",
    }
    reason = refused(world, "Register", source=source.arn)
    assert "is in the branch that condition step 'Check' has not taken" in reason


def test_source_is_refused_when_it_runs_or_is_unknown(world: World) -> None:
    world.sagemaker.held = {"Report"}
    running = world.start(chain()).execution
    assert "is in status Executing; it must have ended" in refused(
        world, "Train", source=running.arn
    )
    assert "is no execution of pipeline" in refused(world, "Train", source=running.arn + "x")
    assert "Selected step 'Nope' does not exist; the pipeline has: Prepare" in refused(
        world, "Nope"
    )
    world.until(lambda: "Report" in running.steps and bool(running.steps["Report"].metadata))
    world.sagemaker.finish("Report")
    world.until(lambda: running.finished)


def test_selective_execution_can_be_a_source(world: World) -> None:
    source = world.run(chain())
    selective = run_selected(world, chosen(world, "Train", source=source.arn))
    again = chosen(world, "Evaluate", source=selective.arn)
    assert {run.selective_source for run in again.reused.values()} == {selective.arn}
