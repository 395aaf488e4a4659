"""The handler: starts once for each job, then reports what it sees."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.conftest import Answers, Stub
from tests.unit.lambdas.job_events import JOB_ID, job_event

ASSET = asset("start_pipeline")
lambda_handler = ASSET.module("lambda_function").lambda_handler
ARN = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/abalonepipeline/execution/p4jn9xou8a8s"
PARAMETERS = {"pipelineName": "AbalonePipeline", "executionDisplayName": "c", "parameters": {}}


@pytest.fixture
def answers(answers_of: Callable[..., Answers]) -> Answers:
    return answers_of(ASSET)


def test_the_first_call_starts_and_waits(stub: Stub, answers: Answers) -> None:
    stub(ASSET, "sagemaker").add_response(
        "start_pipeline_execution",
        {"PipelineExecutionArn": ARN},
        {
            "PipelineName": "AbalonePipeline",
            "ClientRequestToken": JOB_ID,
            "PipelineParameters": [],
            "PipelineExecutionDisplayName": "c",
        },
    )
    lambda_handler(job_event(PARAMETERS), None)
    assert answers.token == {"executionArn": ARN}
    details = answers.only("PutJobSuccessResult")["executionDetails"]
    assert details == {"summary": f"started {ARN}", "externalExecutionId": ARN}


def test_the_same_job_again_asks_with_the_same_token(stub: Stub, answers: Answers) -> None:
    expected = {
        "PipelineName": "AbalonePipeline",
        "ClientRequestToken": JOB_ID,
        "PipelineParameters": [],
        "PipelineExecutionDisplayName": "c",
    }
    for _ in range(2):
        stub(ASSET, "sagemaker").add_response(
            "start_pipeline_execution", {"PipelineExecutionArn": ARN}, expected
        )
        lambda_handler(job_event(PARAMETERS), None)
    assert answers.calls[0] == answers.calls[1]


def test_a_missing_pipeline_is_a_configuration_error(stub: Stub, answers: Answers) -> None:
    stub(ASSET, "sagemaker").add_client_error(
        "start_pipeline_execution", "ResourceNotFound", "Pipeline AbalonePipeline does not exist"
    )
    lambda_handler(job_event(PARAMETERS), None)
    details = answers.only("PutJobFailureResult")["failureDetails"]
    assert details["type"] == "ConfigurationError"
    assert details["message"] == (
        "SageMaker pipeline AbalonePipeline does not exist; the build before this action makes it"
        " (SageMaker: Pipeline AbalonePipeline does not exist)"
    )


def test_a_refusal_is_told_in_sagemakers_words(stub: Stub, answers: Answers) -> None:
    stub(ASSET, "sagemaker").add_client_error(
        "start_pipeline_execution", "ValidationException", "Unknown parameter 'x'"
    )
    lambda_handler(job_event(PARAMETERS), None)
    assert "could not be started" in answers.failure
    assert "Unknown parameter 'x'" in answers.failure


def test_bad_parameters_start_nothing(stub: Stub, answers: Answers) -> None:
    stub(ASSET, "sagemaker")
    lambda_handler(job_event("{}"), None)
    assert "lacks 'pipelineName'" in answers.failure


def _look(stub: Stub, status: str, *pages: list[dict[str, str]]) -> None:
    sagemaker = stub(ASSET, "sagemaker")
    sagemaker.add_response(
        "describe_pipeline_execution",
        {"PipelineExecutionArn": ARN, "PipelineExecutionStatus": status},
        {"PipelineExecutionArn": ARN},
    )
    token: dict[str, str] = {}
    for number, steps in enumerate(pages, start=1):
        more = {"NextToken": f"page{number}"} if number < len(pages) else {}
        sagemaker.add_response(
            "list_pipeline_execution_steps",
            {"PipelineExecutionSteps": steps, **more},
            {"PipelineExecutionArn": ARN, "SortOrder": "Ascending", **token},
        )
        token = more


def test_a_later_call_reads_every_page_of_steps(stub: Stub, answers: Answers) -> None:
    _look(
        stub,
        "Failed",
        [{"StepName": "A", "StepStatus": "Succeeded"}],
        [{"StepName": "B", "StepStatus": "Failed", "FailureReason": "too bad"}],
    )
    lambda_handler(job_event(PARAMETERS, continuation={"executionArn": ARN}), None)
    details = answers.only("PutJobFailureResult")["failureDetails"]
    assert details == {
        "type": "JobFailed",
        "message": "Step B: too bad",
        "externalExecutionId": ARN,
    }


def test_a_running_execution_keeps_its_token(stub: Stub, answers: Answers) -> None:
    _look(stub, "Executing", [{"StepName": "A", "StepStatus": "Executing"}])
    lambda_handler(job_event(PARAMETERS, continuation={"executionArn": ARN}), None)
    assert answers.token == {"executionArn": ARN}
    assert answers.summary == "running A; 0 steps done"


def test_throttling_keeps_waiting(stub: Stub, answers: Answers) -> None:
    stub(ASSET, "sagemaker").add_client_error("describe_pipeline_execution", "ThrottlingException")
    lambda_handler(job_event(PARAMETERS, continuation={"executionArn": ARN}), None)
    assert answers.token == {"executionArn": ARN}


def test_a_deleted_execution_fails(stub: Stub, answers: Answers) -> None:
    stub(ASSET, "sagemaker").add_client_error("describe_pipeline_execution", "ResourceNotFound")
    lambda_handler(job_event(PARAMETERS, continuation={"executionArn": ARN}), None)
    assert answers.failure.startswith("the execution was deleted while it ran")


def test_a_token_of_another_function_fails(stub: Stub, answers: Answers) -> None:
    stub(ASSET, "sagemaker")
    lambda_handler(job_event(PARAMETERS, continuation={"startedAt": 1}), None)
    assert answers.failure == "continuation token names no execution: {'startedAt': 1}"
