"""Lambda and Callback steps through boto3, with a function that runs and a queue."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.local_server import LocalCloud

from .conftest import refusal_of
from .definitions import output, outputs, step, text_of
from .outside import Queue, ended, make_function, steps_of, until

API = "https://docs.aws.amazon.com/sagemaker/latest/APIReference"
CODE = """
def handler(event, context):
    if event["rows"] < 0:
        raise ValueError("no rows")
    return {"rows": event["rows"] * 2, "who": context.invoked_function_arn}
"""


@pytest.fixture(scope="module")
def function(local_cloud: LocalCloud) -> str:
    return make_function(local_cloud, "double", CODE)


@pytest.fixture(scope="module")
def queue(local_cloud: LocalCloud) -> Queue:
    return Queue(local_cloud, "callbacks")


@pytest.fixture(scope="module")
def pipeline(sagemaker: Any, role: str, function: str, queue: Queue) -> str:
    """A function's result goes to a queue, and the answer's to a condition."""
    rows = {"Name": "Rows", "Type": "Integer", "DefaultValue": 21}
    double = step(
        "Double",
        "Lambda",
        FunctionArn=function,
        Arguments={"rows": {"Get": "Parameters.Rows"}},
        OutputParameters=outputs(rows="Integer", who="String"),
    )
    ask = step(
        "Ask",
        "Callback",
        SqsQueueUrl=queue.url,
        Arguments={"rows": output("Double", "rows")},
        OutputParameters=outputs(approved="Boolean"),
    )
    condition = {"Type": "Equals", "LeftValue": output("Ask", "approved"), "RightValue": True}
    arguments = {"Conditions": [condition], "IfSteps": [], "ElseSteps": []}
    sagemaker.create_pipeline(
        PipelineName="Outside",
        PipelineDefinition=text_of(
            double, ask, step("Check", "Condition", Arguments=arguments), parameters=[rows]
        ),
        RoleArn=role,
    )
    return "Outside"


def start(sagemaker: Any, pipeline: str, **given: str) -> str:
    parameters = [{"Name": name, "Value": value} for name, value in given.items()]
    return str(
        sagemaker.start_pipeline_execution(PipelineName=pipeline, PipelineParameters=parameters)[
            "PipelineExecutionArn"
        ]
    )


@pytest.mark.documented(f"{API}/API_SendPipelineExecutionStepSuccess.html")
def test_function_and_answer_are_what_the_condition_sees(
    sagemaker: Any, pipeline: str, queue: Queue, function: str
) -> None:
    arn = start(sagemaker, pipeline)
    message = queue.message()
    assert message["arguments"] == {"rows": 42}
    assert (message["pipelineExecutionArn"], message["status"]) == (arn, "Executing")
    token = message["token"]
    answer = {
        "CallbackToken": token,
        "OutputParameters": [{"Name": "approved", "Value": "true"}],
        "ClientRequestToken": str(uuid.uuid4()),
    }
    wrong = {**answer, "OutputParameters": [{"Name": "approved", "Value": "maybe"}]}
    code, reason = refusal_of(sagemaker.send_pipeline_execution_step_success, **wrong)
    assert (code, "'approved' is no Boolean: maybe" in reason) == ("ValidationException", True)
    for _ in range(2):
        answered = sagemaker.send_pipeline_execution_step_success(**answer)
        assert answered["PipelineExecutionArn"] == arn
    assert ended(sagemaker, arn)["PipelineExecutionStatus"] == "Succeeded"
    steps = steps_of(sagemaker, arn)
    assert steps["Check"]["Metadata"] == {"Condition": {"Outcome": "True"}}
    assert steps["Double"]["Metadata"]["Lambda"] == {
        "Arn": function,
        "OutputParameters": [
            {"Name": "rows", "Value": "42"},
            {"Name": "who", "Value": function},
        ],
    }
    assert steps["Ask"]["Metadata"]["Callback"] == {
        "CallbackToken": token,
        "SqsQueueUrl": queue.url,
        "OutputParameters": answer["OutputParameters"],
    }
    code, reason = refusal_of(sagemaker.send_pipeline_execution_step_failure, CallbackToken=token)
    assert (code, "has already been answered" in reason) == ("ValidationException", True)


def test_unknown_token_is_refused(sagemaker: Any) -> None:
    for call in (
        sagemaker.send_pipeline_execution_step_success,
        sagemaker.send_pipeline_execution_step_failure,
    ):
        code, reason = refusal_of(call, CallbackToken="a" * 10)
        assert (code, reason) == (
            "ValidationException",
            "Callback token aaaaaaaaaa does not exist.",
        )


def test_function_s_error_fails_the_execution(sagemaker: Any, pipeline: str, function: str) -> None:
    arn = start(sagemaker, pipeline, Rows="-1")
    assert ended(sagemaker, arn)["PipelineExecutionStatus"] == "Failed"
    steps = steps_of(sagemaker, arn)
    assert list(steps) == ["Double"]
    assert steps["Double"]["FailureReason"] == (
        f"ClientError: Lambda function {function} failed: ValueError: no rows"
    )


@pytest.mark.documented(f"{API}/API_StopPipelineExecution.html")
def test_stopped_execution_waits_for_the_answer(
    sagemaker: Any, pipeline: str, queue: Queue
) -> None:
    arn = start(sagemaker, pipeline)
    first = queue.message()
    sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn)
    assert queue.message() == {**first, "status": "Stopping"}
    described = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
    assert described["PipelineExecutionStatus"] == "Stopping"
    sagemaker.send_pipeline_execution_step_failure(
        CallbackToken=first["token"], FailureReason="stopped"
    )
    assert ended(sagemaker, arn)["PipelineExecutionStatus"] == "Stopped"
    assert steps_of(sagemaker, arn)["Ask"]["StepStatus"] == "Stopped"


def test_missing_function_and_queue_fail_their_steps(
    sagemaker: Any, role: str, function: str, queue: Queue
) -> None:
    definition = text_of(
        step("Call", "Lambda", FunctionArn=f"{function}-gone", OutputParameters=[]),
        step("Ask", "Callback", SqsQueueUrl=f"{queue.url}-gone", OutputParameters=[]),
    )
    sagemaker.create_pipeline(PipelineName="Gone", PipelineDefinition=definition, RoleArn=role)
    arn = start(sagemaker, "Gone")
    assert ended(sagemaker, arn)["PipelineExecutionStatus"] == "Failed"
    until(lambda: all("EndTime" in item for item in steps_of(sagemaker, arn).values()))
    reasons = {name: item["FailureReason"] for name, item in steps_of(sagemaker, arn).items()}
    assert reasons.keys() <= {"Call", "Ask"}
    known = {
        "Call": f"Failed to invoke lambda:InvokeFunction on {function}-gone. Error Details: "
        "ResourceNotFoundException: Function not found",
        "Ask": f"Failed to invoke sqs:SendMessage on {queue.url}-gone. Error Details: "
        "AWS.SimpleQueueService.NonExistentQueue: The specified queue does not exist",
    }
    for name, reason in reasons.items():
        assert reason.startswith(f"ClientError: {known[name]}")
