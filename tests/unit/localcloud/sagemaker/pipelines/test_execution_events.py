"""The events of executions against AWS's published samples: the same members, of the same form."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from localcloud.sagemaker.pipelines.execution import PipelineExecution, StepRun
from localcloud.sagemaker.pipelines.execution_events import execution_detail, step_detail

from .definitions import PIPELINE_ARN, checked, step

URL = "https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html"
STARTED = datetime(2021, 3, 15, 16, 3, 13, 500_000, tzinfo=UTC)
ENDED = datetime(2021, 3, 15, 16, 10, 10, tzinfo=UTC)
JOB = "arn:aws:sagemaker:us-east-1:123456789012:processing-job/pipelines-p4jn9xou8a8s-s-tmgxry49ug"


def an_execution(**members: Any) -> PipelineExecution:
    given: dict[str, Any] = {
        "arn": f"{PIPELINE_ARN}/execution/p4jn9xou8a8s",
        "pipeline_name": "Abalone",
        "pipeline_arn": PIPELINE_ARN,
        "version": 1,
        "definition": checked(step("myprocessingstep1")),
        "definition_text": "",
        "role_arn": "",
        "parameters": {},
        "created": STARTED,
        "created_by": {},
        "account_id": "123456789012",
        "region": "us-east-1",
        "number": 1,
        "display_name": "SomeDisplayName",
    }
    return PipelineExecution(**{**given, **members})


@pytest.mark.documented(URL)
def test_execution_detail_equals_awss_sample() -> None:
    execution = an_execution(description="SomeDescription")
    execution.status, execution.ended = "Succeeded", ENDED
    assert execution_detail(execution, "Executing") == {
        "pipelineExecutionDisplayName": "SomeDisplayName",
        "currentPipelineExecutionStatus": "Succeeded",
        "previousPipelineExecutionStatus": "Executing",
        "executionStartTime": "2021-03-15T16:03:13Z",
        "executionEndTime": "2021-03-15T16:10:10Z",
        "pipelineExecutionDescription": "SomeDescription",
        "pipelineArn": PIPELINE_ARN,
        "pipelineExecutionArn": f"{PIPELINE_ARN}/execution/p4jn9xou8a8s",
    }


@pytest.mark.documented(URL)
def test_step_detail_equals_awss_sample() -> None:
    execution = an_execution()
    run = StepRun(execution.definition.steps["myprocessingstep1"], 0, STARTED)
    run.status, run.ended, run.metadata = "Failed", ENDED, {"ProcessingJob": {"Arn": JOB}}
    run.failure_reason = "ClientError: example failure reason"
    assert step_detail(execution, run, "Executing") == {
        "metadata": {"processingJob": {"arn": JOB}},
        "stepStartTime": "2021-03-15T16:03:13Z",
        "stepEndTime": "2021-03-15T16:10:10Z",
        "stepName": "myprocessingstep1",
        "stepType": "Processing",
        "previousStepStatus": "Executing",
        "currentStepStatus": "Failed",
        "pipelineArn": PIPELINE_ARN,
        "pipelineExecutionArn": f"{PIPELINE_ARN}/execution/p4jn9xou8a8s",
        "failureReason": "ClientError: example failure reason",
    }
