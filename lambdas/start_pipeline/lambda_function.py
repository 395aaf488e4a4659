"""Start a SageMaker pipeline for a CodePipeline action, and wait for it by continuation token.

Before the start it completes the parameters that a person gave: each check's flags by the state of the
registry (`check_flags`), and the version of the input data (`input_data`), where the pipeline has such
parameters. The action succeeds when the execution does, and fails with the failed steps' own reasons.
An action that is abandoned in CodePipeline leaves its execution running.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from approved_version import latest_approved
from check_flags import Choice, Situation, choose, describe
from execution_report import RUNNING, SUCCEEDED, report
from execution_request import Asked, parse_asked, start_request
from input_data import VERSION, address_to_version, data_version
from pipeline_definition import declared_parameters
from previous_baseline import compared_with
from slipway_shared.clients import client
from slipway_shared.codepipeline_job import (
    ConfigurationError,
    Continued,
    Job,
    JobFailure,
    Succeeded,
    answers_job,
)
from violation_report import check_metadata, read_report, report_uri

logger = logging.getLogger(__name__)


@answers_job
def lambda_handler(job: Job) -> Succeeded | Continued:
    """First call: start. Later calls: look, and answer what is seen."""
    if job.continuation is None:
        return start(parse_asked(job.user_parameters), job.id)
    arn = job.continuation.get("executionArn")
    if not isinstance(arn, str):
        raise JobFailure(f"continuation token names no execution: {dict(job.continuation)}")
    return follow(arn, job.user_parameters)


def start(asked: Asked, job_id: str) -> Continued:
    """Start an execution, or find the one that this job started before."""
    sagemaker = client("sagemaker")
    name = asked.pipeline_name
    try:
        definition = sagemaker.describe_pipeline(PipelineName=name)["PipelineDefinition"]
        declared = declared_parameters(definition)
        choices = choose_flags(asked, declared)
        chosen: dict[str, object] = dict(input_version(asked, declared))
        for choice in choices:
            chosen.update(choice.parameters)
        request = start_request(asked, job_id, chosen, describe(choices))
        arn = sagemaker.start_pipeline_execution(**request)["PipelineExecutionArn"]
    except sagemaker.exceptions.ResourceNotFound as error:
        raise ConfigurationError(
            f"SageMaker pipeline {name} does not exist; the build before this action makes it"
            f" (SageMaker: {error.response['Error']['Message']})"
        ) from error
    except sagemaker.exceptions.ClientError as error:
        raise JobFailure(f"SageMaker pipeline {name} could not be started: {error}") from error
    return Continued({"executionArn": arn}, f"started {arn}", arn)


def choose_flags(asked: Asked, declared: Mapping[str, str | None]) -> list[Choice]:
    """Choose, and log, the flags of each check; none unless a group is named."""
    group = asked.model_package_group_name
    if group is None:
        return []
    approved = latest_approved(client("sagemaker"), group)
    choices = choose(
        Situation(
            declared=declared,
            given=asked.parameters,
            group=group,
            approved=approved,
            policy=asked.policy,
            violations=asked.drift_violations,
        )
    )
    for choice in choices:
        logger.info(
            "%s",
            choice.line,
            extra={
                "check": choice.check,
                "flags": dict(choice.flags),
                "chosen": dict(choice.parameters),
                "reason": choice.reason,
                "modelPackageGroupName": group,
                "approvedVersion": approved.version if approved else None,
            },
        )
    return choices


def input_version(asked: Asked, declared: Mapping[str, str | None]) -> dict[str, str]:
    """The version of the input data, where it is wanted, as a parameter. Raises JobFailure."""
    address = address_to_version(declared, asked.parameters)
    if address is None:
        return {}
    version = data_version(client("s3"), address)
    logger.info(
        "input data %s is version %s",
        address,
        version,
        extra={"inputDataUrl": address, "inputDataVersion": version},
    )
    return {VERSION: version}


def follow(arn: str, user_parameters: str) -> Succeeded | Continued:
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
    return report(execution, steps, violations(execution, steps, user_parameters))


def violations(
    execution: Mapping[str, Any], steps: list[Mapping[str, Any]], user_parameters: str
) -> dict[str, str]:
    """What the reports of the failed checks say, by step, once the execution has ended badly."""
    if execution["PipelineExecutionStatus"] in (*RUNNING, SUCCEEDED):
        return {}
    said = {}
    for step in steps:
        uri, check = report_uri(step), check_metadata(step)
        if uri and check:
            baseline = compared_with(client("sagemaker"), step, check, user_parameters)
            said[step["StepName"]] = read_report(client("s3"), uri, check, baseline)
    return said
