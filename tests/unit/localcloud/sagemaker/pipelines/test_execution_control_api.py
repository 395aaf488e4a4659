"""Retry, selective execution, parallelism and the pipeline's role, through boto3."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.local_server import LocalCloud

from .conftest import refusal_of
from .definitions import checking, output, outputs, step, text_of
from .outside import Queue, ended, make_function, steps_of

API = "https://docs.aws.amazon.com/sagemaker/latest/APIReference"
SELECTIVE = "https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-selective-ex.html"
CODE = "def handler(event, context):\n    return {'now': context.aws_request_id}\n"


@pytest.fixture(scope="module")
def queue(local_cloud: LocalCloud) -> Queue:
    return Queue(local_cloud, "control")


@pytest.fixture(scope="module")
def pipeline(sagemaker: Any, local_cloud: LocalCloud, role: str, queue: Queue) -> str:
    """A function, whose result somebody answers, and another function after it."""
    function = make_function(local_cloud, "request-id", CODE)
    definition = text_of(
        step("Find", "Lambda", FunctionArn=function, OutputParameters=outputs(now="String")),
        step(
            "Ask",
            "Callback",
            SqsQueueUrl=queue.url,
            Arguments={"now": output("Find", "now")},
            OutputParameters=[],
        ),
        step("Last", "Lambda", FunctionArn=function, OutputParameters=[], DependsOn=["Ask"]),
    )
    sagemaker.create_pipeline(
        PipelineName="Control",
        PipelineDefinition=definition,
        RoleArn=role,
        ParallelismConfiguration={"MaxParallelExecutionSteps": 3},
    )
    return "Control"


def start(sagemaker: Any, **request: Any) -> str:
    started = sagemaker.start_pipeline_execution(PipelineName="Control", **request)
    return str(started["PipelineExecutionArn"])


def found(sagemaker: Any, arn: str) -> str:
    metadata = steps_of(sagemaker, arn)["Find"]["Metadata"]
    return str(metadata["Lambda"]["OutputParameters"][0]["Value"])


@pytest.mark.documented(f"{API}/API_RetryPipelineExecution.html")
def test_failed_execution_is_retried_under_its_arn(
    sagemaker: Any, pipeline: str, queue: Queue
) -> None:
    arn = start(sagemaker)
    refused_token = queue.message()["token"]
    assert refusal_of(sagemaker.retry_pipeline_execution, PipelineExecutionArn=arn) == (
        "ValidationException",
        f"Pipeline execution '{arn}' is in status Executing and cannot be retried: only Failed and "
        "Stopped executions can be.",
    )
    sagemaker.send_pipeline_execution_step_failure(CallbackToken=refused_token)
    assert ended(sagemaker, arn)["PipelineExecutionStatus"] == "Failed"
    before = found(sagemaker, arn)
    request = {
        "PipelineExecutionArn": arn,
        "ClientRequestToken": str(uuid.uuid4()),
        "ParallelismConfiguration": {"MaxParallelExecutionSteps": 1},
    }
    for _ in range(2):
        assert sagemaker.retry_pipeline_execution(**request)["PipelineExecutionArn"] == arn
    token = queue.message()["token"]
    assert token != refused_token
    code, _ = refusal_of(
        sagemaker.send_pipeline_execution_step_success, CallbackToken=refused_token
    )
    assert code == "ValidationException"
    sagemaker.send_pipeline_execution_step_success(CallbackToken=token)
    execution = ended(sagemaker, arn)
    assert execution["PipelineExecutionStatus"] == "Succeeded"
    assert "FailureReason" not in execution
    assert execution["ParallelismConfiguration"] == {"MaxParallelExecutionSteps": 1}
    assert found(sagemaker, arn) == before
    assert set(steps_of(sagemaker, arn)) == {"Find", "Ask", "Last"}


@pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html"
)
def test_execution_that_ended_with_a_fail_step_is_not_retried(sagemaker: Any, role: str) -> None:
    sagemaker.create_pipeline(PipelineName="Fails", PipelineDefinition=checking(9.5), RoleArn=role)
    started = sagemaker.start_pipeline_execution(PipelineName="Fails")
    arn = started["PipelineExecutionArn"]
    assert ended(sagemaker, arn)["PipelineExecutionStatus"] == "Failed"
    assert refusal_of(sagemaker.retry_pipeline_execution, PipelineExecutionArn=arn) == (
        "ValidationException",
        "You cannot retry a pipeline execution ending with a FailStep",
    )


@pytest.mark.documented(SELECTIVE)
def test_selected_step_runs_with_the_result_of_the_source(
    sagemaker: Any, pipeline: str, queue: Queue
) -> None:
    source = start(sagemaker)
    sagemaker.send_pipeline_execution_step_success(CallbackToken=queue.message()["token"])
    ended(sagemaker, source)
    config = {"SourcePipelineExecutionArn": source, "SelectedSteps": [{"StepName": "Ask"}]}
    arn = start(sagemaker, SelectiveExecutionConfig=config)
    message = queue.message()
    assert message["arguments"] == {"now": found(sagemaker, source)}
    sagemaker.send_pipeline_execution_step_success(CallbackToken=message["token"])
    execution = ended(sagemaker, arn)
    assert execution["PipelineExecutionStatus"] == "Succeeded"
    assert execution["SelectiveExecutionConfig"] == config
    steps = steps_of(sagemaker, arn)
    assert list(steps) == ["Ask", "Find"]
    assert steps["Find"]["SelectiveExecutionResult"] == {"SourcePipelineExecutionArn": source}
    gap = {**config, "SelectedSteps": [{"StepName": "Find"}, {"StepName": "Last"}]}
    code, reason = refusal_of(
        sagemaker.start_pipeline_execution, PipelineName=pipeline, SelectiveExecutionConfig=gap
    )
    assert (code, reason.endswith("not selected: Ask")) == ("ValidationException", True)


@pytest.mark.documented(f"{API}/API_StartPipelineExecution.html")
def test_parallelism_of_the_start_comes_before_the_pipeline_s(
    sagemaker: Any, pipeline: str, queue: Queue
) -> None:
    for given, expected in (({}, 3), ({"MaxParallelExecutionSteps": 2}, 2)):
        request = {"ParallelismConfiguration": given} if given else {}
        arn = start(sagemaker, **request)
        described = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
        assert described["ParallelismConfiguration"] == {"MaxParallelExecutionSteps": expected}
        sagemaker.send_pipeline_execution_step_success(CallbackToken=queue.message()["token"])
        ended(sagemaker, arn)


@pytest.mark.documented(f"{API}/API_StartPipelineExecution.html")
def test_role_of_an_execution_is_refused(sagemaker: Any, pipeline: str, role: str) -> None:
    code, message = refusal_of(
        sagemaker.start_pipeline_execution, PipelineName=pipeline, RoleArn=role
    )
    assert (code, "use the pipeline's role" in message) == ("ValidationException", True)
