"""Start a SageMaker pipeline for a CodePipeline action, and wait for it by continuation token.

The action succeeds when the execution does, and fails with the failed steps' own reasons. An action
that is abandoned in CodePipeline leaves its execution running. Which baseline-check parameters to
pass, by the state of the registry, is to be decided between `execution_request` and the start.
"""

from __future__ import annotations

from typing import Any

from execution_report import report
from execution_request import execution_request
from slipway_shared.clients import client
from slipway_shared.codepipeline_job import (
    ConfigurationError,
    Continued,
    Job,
    JobFailure,
    Succeeded,
    answers_job,
)


@answers_job
def lambda_handler(job: Job) -> Succeeded | Continued:
    """First call: start. Later calls: look, and answer what is seen."""
    if job.continuation is None:
        return start(execution_request(job.user_parameters, job.id))
    arn = job.continuation.get("executionArn")
    if not isinstance(arn, str):
        raise JobFailure(f"continuation token names no execution: {dict(job.continuation)}")
    return follow(arn)


def start(request: dict[str, Any]) -> Continued:
    """Start an execution, or find the one that this request started before."""
    sagemaker = client("sagemaker")
    name = request["PipelineName"]
    try:
        arn = sagemaker.start_pipeline_execution(**request)["PipelineExecutionArn"]
    except sagemaker.exceptions.ResourceNotFound as error:
        raise ConfigurationError(
            f"SageMaker pipeline {name} does not exist; the build before this action makes it"
            f" (SageMaker: {error.response['Error']['Message']})"
        ) from error
    except sagemaker.exceptions.ClientError as error:
        raise JobFailure(f"SageMaker pipeline {name} could not be started: {error}") from error
    return Continued({"executionArn": arn}, f"started {arn}", arn)


def follow(arn: str) -> Succeeded | Continued:
    """Look at the execution. Raises JobFailure when it did not succeed or is gone."""
    sagemaker = client("sagemaker")
    try:
        execution = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
        pages = sagemaker.get_paginator("list_pipeline_execution_steps").paginate(
            PipelineExecutionArn=arn, SortOrder="Ascending"
        )
        steps = [step for page in pages for step in page["PipelineExecutionSteps"]]
    except sagemaker.exceptions.ResourceNotFound as error:
        raise JobFailure(f"the execution was deleted while it ran: {error}", arn) from error
    return report(execution, steps)
