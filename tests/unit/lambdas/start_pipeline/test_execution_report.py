"""What an execution's state means for the action that waits for it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.lambdas.assets import asset

reports = asset("start_pipeline").module("execution_report")
jobs = asset("start_pipeline").module("slipway_shared.codepipeline_job")
ARN = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/abalonepipeline/execution/p4jn9xou8a8s"
PACKAGE = "arn:aws:sagemaker:us-east-1:123456789012:model-package/abalonepackagegroup/7"
# Observed in every published failure; the cause is in the step's reason only.
GENERAL = "Step failure: One or multiple steps failed."


def _execution(status: str, **members: Any) -> dict[str, Any]:
    return {"PipelineExecutionArn": ARN, "PipelineExecutionStatus": status, **members}


def _step(name: str, status: str, **members: Any) -> dict[str, Any]:
    return {"StepName": name, "StepStatus": status, **members}


REGISTERED = _step("Register", "Succeeded", Metadata={"RegisterModel": {"Arn": PACKAGE}})


@pytest.mark.parametrize(
    ("status", "steps", "words"),
    [
        ("Executing", [], "no step is running; 0 steps done"),
        (
            "Executing",
            [_step("A", "Succeeded"), _step("B", "Executing"), _step("C", "Starting")],
            "running B, C; 1 step done",
        ),
        ("Stopping", [_step("A", "Stopping")], "stopping; no step is running; 0 steps done"),
    ],
)
def test_a_running_execution_is_waited_for(
    status: str, steps: list[dict[str, Any]], words: str
) -> None:
    answer = reports.report(_execution(status), steps)
    assert answer == jobs.Continued({"executionArn": ARN}, words, ARN)


def test_success_names_the_registered_version() -> None:
    answer = reports.report(_execution("Succeeded"), [_step("Train", "Succeeded"), REGISTERED])
    assert answer == jobs.Succeeded(
        f"execution succeeded, registered {PACKAGE}",
        {"PipelineExecutionArn": ARN, "ModelPackageArn": PACKAGE},
        ARN,
    )


def test_success_without_a_version_says_so() -> None:
    answer = reports.report(_execution("Succeeded"), [_step("Train", "Succeeded")])
    assert answer.summary == "execution succeeded, no version was registered"
    assert answer.output_variables == {"PipelineExecutionArn": ARN}


def test_only_a_step_that_ran_to_its_end_registered_a_version() -> None:
    assert reports.registered_package([REGISTERED]) == PACKAGE
    assert reports.registered_package([{**REGISTERED, "StepStatus": "Failed"}]) is None


@pytest.mark.parametrize(
    ("execution", "steps", "message"),
    [
        (
            _execution("Failed", FailureReason=GENERAL),
            [
                _step("Preprocess", "Succeeded"),
                _step("Train", "Failed", FailureReason="ClientError: AlgorithmError: no data"),
            ],
            "Step Train: ClientError: AlgorithmError: no data",
        ),
        (
            _execution("Failed", FailureReason=GENERAL),
            [
                _step("A", "Failed", FailureReason="one"),
                _step("B", "Failed"),
                _step("C", "Stopped"),
            ],
            "Step A: one; Step B: failed, without a reason",
        ),
        (
            _execution("Failed"),
            [_step("TooBad", "Failed", Metadata={"Fail": {"ErrorMessage": "mse 9 > 6"}})],
            "Step TooBad: mse 9 > 6",
        ),
        (
            _execution("Failed"),
            [_step("Train", "Stopped", FailureReason="MaxRuntimeExceeded")],
            "Step Train: MaxRuntimeExceeded",
        ),
        (_execution("Failed", FailureReason=GENERAL), [], f"execution ended Failed: {GENERAL}"),
        (_execution("CompletedWithFailures"), [], "execution ended CompletedWithFailures: no step"),
        (_execution("Stopped"), [_step("Train", "Stopped")], "the execution was stopped"),
        (
            _execution("Stopped"),
            [_step("Train", "Failed", FailureReason="late")],
            "the execution was stopped; Step Train: late",
        ),
    ],
)
def test_anything_else_fails_with_the_steps_own_reasons(
    execution: dict[str, Any], steps: list[dict[str, Any]], message: str
) -> None:
    with pytest.raises(jobs.JobFailure) as failure:
        reports.report(execution, steps)
    assert str(failure.value).startswith(message)
    assert failure.value.external_execution_id == ARN
    assert GENERAL not in str(failure.value) or not steps


def test_what_the_report_of_a_failed_check_says_follows_its_reason() -> None:
    steps = [
        _step("DataQualityCheck", "Failed", FailureReason="ClientError: Quality check failed."),
        _step("Train", "Failed", FailureReason="late"),
    ]
    with pytest.raises(jobs.JobFailure) as failure:
        reports.report(_execution("Failed"), steps, {"DataQualityCheck": "sex: drift; and 2 more"})
    assert str(failure.value) == (
        "Step DataQualityCheck: ClientError: Quality check failed. - sex: drift; and 2 more;"
        " Step Train: late"
    )
