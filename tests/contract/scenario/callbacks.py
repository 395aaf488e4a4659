"""SageMaker pipelines that somebody outside answers: versions, callbacks, a retry, a selected step."""

from __future__ import annotations

import json
from typing import Any

from tests.contract.local import Local

PIPELINE = "ContractCallbacks"


def perform(local: Local) -> None:
    """Refuse, retry, then accept; and run the step once more with what was there before it."""
    sagemaker, sqs = local.client("sagemaker"), local.client("sqs")
    role = local.role("contract-callbacks", "sagemaker")
    queue = str(sqs.create_queue(QueueName="contract-callbacks")["QueueUrl"])
    made = sagemaker.create_pipeline(
        PipelineName=PIPELINE,
        PipelineDefinition=json.dumps(_definition(queue)),
        RoleArn=role,
        ClientRequestToken="c" * 32,
        PipelineVersionAliases=["first"],
    )
    sagemaker.update_pipeline_version(
        PipelineArn=made["PipelineArn"],
        PipelineVersionId=1,
        PipelineVersionDisplayName="one",
        PipelineVersionDescription="of the contract tests",
        PipelineVersionAliasOperations={"Add": ["live"], "Remove": ["first"]},
    )
    sagemaker.describe_pipeline(PipelineName=PIPELINE, PipelineVersionAlias="live")
    sagemaker.list_pipeline_versions(PipelineName=PIPELINE)
    execution = _started(sagemaker, "s")
    sagemaker.send_pipeline_execution_step_failure(
        CallbackToken=_token(local, queue), FailureReason="not yet"
    )
    _ended(local, execution, "Failed")
    sagemaker.retry_pipeline_execution(PipelineExecutionArn=execution, ClientRequestToken="r" * 32)
    _accept(local, queue, execution)
    sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=execution)
    selected = {
        "SourcePipelineExecutionArn": execution,
        "SelectedSteps": [{"StepName": "Ask"}],
    }
    _accept(local, queue, _started(sagemaker, "t", SelectiveExecutionConfig=selected))


def _accept(local: Local, queue: str, execution: str) -> None:
    sagemaker = local.client("sagemaker")
    sagemaker.send_pipeline_execution_step_success(
        CallbackToken=_token(local, queue),
        OutputParameters=[{"Name": "approved", "Value": "true"}],
    )
    _ended(local, execution, "Succeeded")
    sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution)
    sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=execution)


def _started(sagemaker: Any, token: str, **request: Any) -> str:
    started = sagemaker.start_pipeline_execution(
        PipelineName=PIPELINE,
        PipelineVersionAlias="live",
        ClientRequestToken=token * 32,
        **request,
    )
    return str(started["PipelineExecutionArn"])


def _token(local: Local, queue: str) -> str:
    """Wait for a message; the token in it."""
    sqs = local.client("sqs")
    found: list[str] = []

    def received() -> bool:
        for message in sqs.receive_message(QueueUrl=queue).get("Messages", []):
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            found.append(json.loads(message["Body"])["token"])
        return bool(found)

    local.until(received, "a callback's message")
    return found[0]


def _ended(local: Local, execution: str, status: str) -> None:
    sagemaker = local.client("sagemaker")
    local.until(
        lambda: (
            sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution)[
                "PipelineExecutionStatus"
            ]
            == status
        ),
        f"the execution is {status}",
    )


def _definition(queue: str) -> dict[str, Any]:
    always = {"Type": "Equals", "LeftValue": 1, "RightValue": 1}
    outputs = [{"OutputName": "approved", "OutputType": "Boolean"}]
    return {
        "Version": "2020-12-01",
        "Steps": [
            {
                "Name": "Check",
                "Type": "Condition",
                "Arguments": {"Conditions": [always], "IfSteps": [], "ElseSteps": []},
            },
            {
                "Name": "Ask",
                "Type": "Callback",
                "SqsQueueUrl": queue,
                "Arguments": {"question": "good enough?"},
                "OutputParameters": outputs,
                "DependsOn": ["Check"],
            },
        ],
    }
