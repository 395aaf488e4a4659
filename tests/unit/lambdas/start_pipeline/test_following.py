"""The handler's later calls: they look at the execution, and report what they see."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.conftest import Answers, Stub
from tests.unit.lambdas.job_events import (
    REGISTERED_AT,
    REGISTRY,
    STORE,
    described_package,
    job_event,
)
from tests.unit.lambdas.start_pipeline import engine_files

ASSET = asset("start_pipeline")
lambda_handler = ASSET.module("lambda_function").lambda_handler
ARN = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/abalonepipeline/execution/p4jn9xou8a8s"
PARAMETERS = {"pipelineName": "AbalonePipeline"}


@pytest.fixture
def answers(answers_of: Callable[..., Answers]) -> Answers:
    return answers_of(ASSET)


def _look(stub: Stub, status: str, *pages: list[dict[str, Any]]) -> None:
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


def test_a_failed_check_says_its_first_violations(s3: Any, stub: Stub, answers: Answers) -> None:
    """The reason and the metadata are as the steps of AWS's containers have them."""
    key = "Abalone/p4jn9xou8a8s/checks/data_quality/constraint_violations.json"
    uri = f"s3://{STORE}/{key}"
    violations = [
        {
            "feature_name": name,
            "constraint_check_type": "completeness_check",
            "description": "Value: 0.5 does not meet the constraint requirement!",
        }
        for name in ("sex", "rings", "length", "height")
    ]
    s3.put_object(Bucket=STORE, Key=key, Body=json.dumps({"violations": violations}))
    reason = f"ClientError: Quality check failed. See violation report: {uri}"
    step = {
        "StepName": "DataQualityCheck",
        "StepStatus": "Failed",
        "FailureReason": reason,
        "Metadata": {"QualityCheck": {"CheckType": "DATA_QUALITY", "ViolationReport": uri}},
    }
    _look(stub, "Failed", [step])
    lambda_handler(job_event(PARAMETERS, continuation={"executionArn": ARN}), None)
    what = "completeness_check: Value: 0.5 does not meet the constraint requirement!"
    assert answers.failure == (
        f"Step DataQualityCheck: {reason} - sex: {what}; rings: {what}; length: {what}; and 1 more"
    )


def test_a_report_that_is_gone_keeps_the_reason(s3: Any, stub: Stub, answers: Answers) -> None:
    uri = f"s3://{STORE}/gone/constraint_violations.json"
    step = {
        "StepName": "ModelBiasCheck",
        "StepStatus": "Failed",
        "FailureReason": f"ClientError: Clarify check failed. See violation report: {uri}",
        "Metadata": {"ClarifyCheck": {"CheckType": "MODEL_BIAS", "ViolationReport": uri}},
    }
    _look(stub, "Failed", [step])
    lambda_handler(job_event(PARAMETERS, continuation={"executionArn": ARN}), None)
    assert answers.failure.startswith(
        f"Step ModelBiasCheck: {step['FailureReason']} - (violation report {uri} cannot be read:"
        " NoSuchKey: "
    )


def test_reports_are_read_once_the_execution_has_ended(stub: Stub, answers: Answers) -> None:
    stub(ASSET, "s3")
    step = {
        "StepName": "DataQualityCheck",
        "StepStatus": "Failed",
        "Metadata": {"QualityCheck": {"ViolationReport": "s3://bucket/report.json"}},
    }
    _look(stub, "Executing", [step])
    lambda_handler(job_event(PARAMETERS, continuation={"executionArn": ARN}), None)
    assert answers.token == {"executionArn": ARN}


def test_the_values_behind_a_violation_are_told_when_the_baseline_is_refreshed(
    s3: Any, stub: Stub, answers: Answers
) -> None:
    """The step names the new baseline then; the previous one is the approved version's."""
    files = engine_files.regression()
    files.put(s3)
    new, old = files.addresses("new"), files.addresses("old")
    metadata = {
        "CheckType": "MODEL_QUALITY",
        "ModelPackageGroupName": "AbalonePackageGroup",
        "ViolationReport": engine_files.REPORT,
        "RegisterNewBaseline": True,
        **{f"CalculatedBaseline{file}": uri for file, uri in new.items()},
        **{f"BaselineUsedForDriftCheck{file}": uri for file, uri in new.items()},
    }
    step = {
        "StepName": "ModelQualityCheck",
        "StartTime": REGISTERED_AT + timedelta(seconds=1),
        "StepStatus": "Failed",
        "FailureReason": "ClientError: Quality check failed. See violation report",
        "Metadata": {"QualityCheck": metadata},
    }
    _look(stub, "Failed", [step])
    registered = {file: {"ContentType": "x", "S3Uri": uri} for file, uri in old.items()}
    sagemaker = stub(ASSET, "sagemaker")
    sagemaker.add_response("describe_pipeline", {"PipelineDefinition": "{}"})
    summary = {
        "ModelPackageArn": f"{REGISTRY}/7",
        "ModelPackageName": "abalonepackagegroup/7",
        "ModelPackageStatus": "Completed",
        "CreationTime": 1622695255,
    }
    sagemaker.add_response("list_model_packages", {"ModelPackageSummaryList": [summary]})
    sagemaker.add_response(
        "describe_model_package",
        described_package(7, DriftCheckBaselines={"ModelQuality": registered}),
    )
    lambda_handler(job_event(PARAMETERS, continuation={"executionArn": ARN}), None)
    before, now = (
        each["statistics.json"]["regression_metrics"]["mse"]["value"]
        for each in (files.old, files.new)
    )
    assert f"(mse {before:.6g} in the baseline, now {now:.6g}; bound: at most " in answers.failure
