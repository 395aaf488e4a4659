"""The SageMaker SDK, unmodified: Lambda, Callback and Condition steps, from upsert to retry."""

from __future__ import annotations

import json
import uuid
from typing import Any

import boto3
import pytest

from tests.local_server import LocalCloud

from .outside import Queue, ended, make_function, until

SUPPORTED = "https://sagemaker.readthedocs.io/en/stable/workflows/pipelines/index.html"
CODE = """
def handler(event, context):
    return {"statusCode": 200, "rows": event["rows"] * 2, "note": "doubled " + event["stage"]}
"""


def get_pipeline(function: str, queue_url: str) -> Any:
    """A pipeline as the project template's `get_pipeline` returns one."""
    from sagemaker.core.lambda_helper import Lambda
    from sagemaker.core.workflow.conditions import ConditionGreaterThanOrEqualTo
    from sagemaker.core.workflow.functions import Join
    from sagemaker.core.workflow.parameters import ParameterInteger, ParameterString
    from sagemaker.core.workflow.pipeline_context import PipelineSession
    from sagemaker.mlops.workflow.callback_step import (
        CallbackOutput,
        CallbackOutputTypeEnum,
        CallbackStep,
    )
    from sagemaker.mlops.workflow.condition_step import ConditionStep
    from sagemaker.mlops.workflow.fail_step import FailStep
    from sagemaker.mlops.workflow.lambda_step import (
        LambdaOutput,
        LambdaOutputTypeEnum,
        LambdaStep,
    )
    from sagemaker.mlops.workflow.pipeline import Pipeline

    rows = ParameterInteger("Rows", default_value=21)
    stage = ParameterString("Stage", default_value="staging")
    double = LambdaStep(
        name="Double",
        lambda_func=Lambda(function_arn=function),
        inputs={"rows": rows, "stage": stage},
        outputs=[
            LambdaOutput("statusCode", LambdaOutputTypeEnum.String),
            LambdaOutput("rows", LambdaOutputTypeEnum.Integer),
            LambdaOutput("note", LambdaOutputTypeEnum.String),
        ],
    )
    ask = CallbackStep(
        name="Ask",
        sqs_queue_url=queue_url,
        inputs={"note": double.properties.Outputs["note"], "rows": rows},
        outputs=[CallbackOutput("score", CallbackOutputTypeEnum.Float)],
    )
    score = ask.properties.Outputs["score"]
    fail = FailStep(name="Refuse", error_message=Join(on=" ", values=["score is", score]))
    check = ConditionStep(
        name="Check",
        conditions=[
            ConditionGreaterThanOrEqualTo(left=score, right=0.5),
            ConditionGreaterThanOrEqualTo(left=double.properties.Outputs["rows"], right=rows),
        ],
        if_steps=[],
        else_steps=[fail],
    )
    session = PipelineSession(boto_session=boto3.Session(), default_bucket="sdk-outside")
    return Pipeline(
        "SdkOutside",
        parameters=[rows, stage],
        steps=[double, ask, check],
        sagemaker_session=session,
    )


@pytest.fixture(scope="module")
def queue(local_cloud: LocalCloud) -> Queue:
    return Queue(local_cloud, "sdk")


@pytest.fixture(scope="module")
def pipeline(endpoint: str, local_cloud: LocalCloud, role: str, queue: Queue) -> Any:
    """The pipeline, made with the SDK's upsert."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ENDPOINT_URL", endpoint)
        local_cloud.client("s3").create_bucket(Bucket="sdk-outside")
        made = get_pipeline(make_function(local_cloud, "sdk-double", CODE), queue.url)
        made.upsert(role_arn=role, parallelism_config={"MaxParallelExecutionSteps": 4})
        yield made


def answer(sagemaker: Any, token: str, score: float) -> None:
    sagemaker.send_pipeline_execution_step_success(
        CallbackToken=token, OutputParameters=[{"Name": "score", "Value": str(score)}]
    )


def statuses(execution: Any) -> dict[str, str]:
    return {step["StepName"]: step["StepStatus"] for step in execution.list_steps()}


@pytest.mark.documented(SUPPORTED)
def test_execution_goes_from_the_function_over_the_queue_to_the_condition(
    pipeline: Any, queue: Queue, sagemaker: Any
) -> None:
    execution = pipeline.start(parameters={"Rows": 4, "Stage": "prod"})
    message = queue.message()
    assert message["arguments"] == {"note": "doubled prod", "rows": 4}
    answer(sagemaker, message["token"], 0.75)
    execution.wait(delay=1, max_attempts=30)
    described = execution.describe()
    assert described["PipelineExecutionStatus"] == "Succeeded"
    assert described["ParallelismConfiguration"] == {"MaxParallelExecutionSteps": 4}
    assert statuses(execution) == dict.fromkeys(["Double", "Ask", "Check"], "Succeeded")
    (double,) = (item for item in execution.list_steps() if item["StepName"] == "Double")
    assert double["Metadata"]["Lambda"]["OutputParameters"] == [
        {"Name": "statusCode", "Value": "200"},
        {"Name": "rows", "Value": "8"},
        {"Name": "note", "Value": "doubled prod"},
    ]
    assert execution.list_parameters()["PipelineParameters"] == [
        {"Name": "Rows", "Value": "4"},
        {"Name": "Stage", "Value": "prod"},
    ]


def test_execution_that_is_refused_says_why(pipeline: Any, queue: Queue, sagemaker: Any) -> None:
    execution = pipeline.start()
    answer(sagemaker, queue.message()["token"], 0.25)
    with pytest.raises(Exception, match="terminal failure state"):
        execution.wait(delay=1, max_attempts=30)
    (refuse,) = (item for item in execution.list_steps() if item["StepName"] == "Refuse")
    assert refuse["FailureReason"] == "score is 0.25"


@pytest.mark.documented(SUPPORTED)
def test_execution_is_stopped_then_retried(pipeline: Any, queue: Queue, sagemaker: Any) -> None:
    execution = pipeline.start()
    message = queue.message()
    execution.stop()
    assert queue.message() == {**message, "status": "Stopping"}
    sagemaker.send_pipeline_execution_step_failure(CallbackToken=message["token"])
    assert ended(sagemaker, execution.arn)["PipelineExecutionStatus"] == "Stopped"
    assert statuses(execution) == {"Double": "Succeeded", "Ask": "Stopped"}
    retried = sagemaker.retry_pipeline_execution(
        PipelineExecutionArn=execution.arn, ClientRequestToken=str(uuid.uuid4())
    )
    assert retried["PipelineExecutionArn"] == execution.arn
    answer(sagemaker, queue.message()["token"], 1)
    execution.wait(delay=1, max_attempts=30)
    assert statuses(execution) == dict.fromkeys(["Double", "Ask", "Check"], "Succeeded")


@pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-selective-ex.html"
)
def test_selected_step_takes_its_inputs_from_the_latest_execution(
    pipeline: Any, queue: Queue, sagemaker: Any
) -> None:
    from sagemaker.mlops.workflow.selective_execution_config import SelectiveExecutionConfig

    source = pipeline.start()
    answer(sagemaker, queue.message()["token"], 1)
    ended(sagemaker, source.arn)
    execution = pipeline.start(selective_execution_config=SelectiveExecutionConfig(["Check"]))
    execution.wait(delay=1, max_attempts=30)
    assert statuses(execution) == dict.fromkeys(["Check", "Double", "Ask"], "Succeeded")
    config = execution.describe()["SelectiveExecutionConfig"]
    assert config["SourcePipelineExecutionArn"] == source.arn


@pytest.mark.documented(SUPPORTED)
def test_versions_are_listed_described_and_started(
    pipeline: Any, queue: Queue, sagemaker: Any
) -> None:
    first = pipeline.latest_pipeline_version_id
    changed = json.loads(pipeline.definition())
    changed["Steps"] = changed["Steps"][:1]
    sagemaker.update_pipeline(PipelineName=pipeline.name, PipelineDefinition=json.dumps(changed))
    assert pipeline.latest_pipeline_version_id == first + 1
    described = pipeline.describe(pipeline_version_id=first)
    assert len(json.loads(described["PipelineDefinition"])["Steps"]) == 3
    execution = pipeline.start(pipeline_version_id=first + 1)
    execution.wait(delay=1, max_attempts=30)
    assert statuses(execution) == {"Double": "Succeeded"}
    until(lambda: execution.describe()["PipelineVersionId"] == first + 1)
