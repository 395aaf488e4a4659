"""The handler's first call: completes what was given, and starts once for each job."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.conftest import Answers, Stub
from tests.unit.lambdas.job_events import (
    JOB_ID,
    REGISTRY,
    STORE,
    described_package,
    job_event,
)

ASSET = asset("start_pipeline")
lambda_handler = ASSET.module("lambda_function").lambda_handler
ARN = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/abalonepipeline/execution/p4jn9xou8a8s"
PARAMETERS = {"pipelineName": "AbalonePipeline", "executionDisplayName": "c", "parameters": {}}
GROUP = "AbalonePackageGroup"
URL = f"s3://{STORE}/data/abalone.csv"
FILE = {"ContentType": "application/json", "S3Uri": "s3://bucket/analysis.json"}
DECLARED = [
    {"Name": "InputDataUrl", "Type": "String", "DefaultValue": URL},
    {"Name": "InputDataVersion", "Type": "String", "DefaultValue": "unknown"},
    {"Name": "SkipDataBiasCheck", "Type": "Boolean", "DefaultValue": False},
    {"Name": "RegisterNewDataBiasBaseline", "Type": "Boolean", "DefaultValue": False},
    {"Name": "SkipModelBiasCheck", "Type": "Boolean", "DefaultValue": False},
    {"Name": "RegisterNewModelBiasBaseline", "Type": "Boolean", "DefaultValue": False},
]


@pytest.fixture
def answers(answers_of: Callable[..., Answers]) -> Answers:
    return answers_of(ASSET)


def _define(stub: Stub, parameters: list[dict[str, Any]] | None = None) -> Any:
    """The stubbed SageMaker, which has been asked for the pipeline's definition."""
    sagemaker = stub(ASSET, "sagemaker")
    sagemaker.add_response(
        "describe_pipeline",
        {"PipelineDefinition": json.dumps({"Parameters": parameters or [], "Steps": []})},
        {"PipelineName": "AbalonePipeline"},
    )
    return sagemaker


def _expect_start(sagemaker: Any, parameters: dict[str, str], **more: str) -> None:
    sagemaker.add_response(
        "start_pipeline_execution",
        {"PipelineExecutionArn": ARN},
        {
            "PipelineName": "AbalonePipeline",
            "ClientRequestToken": JOB_ID,
            "PipelineParameters": [{"Name": n, "Value": v} for n, v in parameters.items()],
            "PipelineExecutionDisplayName": "c",
            **more,
        },
    )


def test_the_first_call_starts_and_waits(stub: Stub, answers: Answers) -> None:
    _define(stub).add_response(
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
        _define(stub).add_response(
            "start_pipeline_execution", {"PipelineExecutionArn": ARN}, expected
        )
        lambda_handler(job_event(PARAMETERS), None)
    assert answers.calls[0] == answers.calls[1]


def test_a_missing_pipeline_is_a_configuration_error(stub: Stub, answers: Answers) -> None:
    stub(ASSET, "sagemaker").add_client_error(
        "describe_pipeline", "ResourceNotFound", "Pipeline AbalonePipeline does not exist"
    )
    lambda_handler(job_event(PARAMETERS), None)
    details = answers.only("PutJobFailureResult")["failureDetails"]
    assert details["type"] == "ConfigurationError"
    assert details["message"] == (
        "SageMaker pipeline AbalonePipeline does not exist; the build before this action makes it"
        " (SageMaker: Pipeline AbalonePipeline does not exist)"
    )


def test_a_refusal_is_told_in_sagemakers_words(stub: Stub, answers: Answers) -> None:
    _define(stub).add_client_error(
        "start_pipeline_execution", "ValidationException", "Unknown parameter 'x'"
    )
    lambda_handler(job_event(PARAMETERS), None)
    assert "could not be started" in answers.failure
    assert "Unknown parameter 'x'" in answers.failure


def test_bad_parameters_start_nothing(stub: Stub, answers: Answers) -> None:
    stub(ASSET, "sagemaker")
    lambda_handler(job_event("{}"), None)
    assert "lacks 'pipelineName'" in answers.failure


def test_flags_and_data_version_complete_what_was_given(
    s3: Any, stub: Stub, answers: Answers, caplog: pytest.LogCaptureFixture
) -> None:
    s3.put_object(Bucket=STORE, Key="data/abalone.csv", Body=b"M,1\n")
    data = ASSET.module("input_data")
    version = data.data_version(ASSET.module("slipway_shared.clients").client("s3"), URL)
    sagemaker = _define(stub, DECLARED)
    sagemaker.add_response(
        "list_model_packages",
        {
            "ModelPackageSummaryList": [
                {
                    "ModelPackageArn": f"{REGISTRY}/7",
                    "ModelPackageName": "abalonepackagegroup/7",
                    "ModelPackageStatus": "Completed",
                    "CreationTime": 1622695255,
                }
            ]
        },
        {
            "ModelPackageGroupName": GROUP,
            "ModelApprovalStatus": "Approved",
            "SortBy": "CreationTime",
            "SortOrder": "Descending",
        },
    )
    baselines = {"Bias": {"PreTrainingConstraints": FILE, "PostTrainingConstraints": FILE}}
    sagemaker.add_response(
        "describe_model_package", described_package(7, DriftCheckBaselines=baselines)
    )
    _expect_start(
        sagemaker,
        {
            "InputDataVersion": version,
            "SkipDataBiasCheck": "True",
            "RegisterNewDataBiasBaseline": "False",
            "RegisterNewModelBiasBaseline": "False",
            "SkipModelBiasCheck": "true",
        },
        PipelineExecutionDescription=(
            "DataBias: skip=True register=False (no comparison, the"
            " previous baseline is carried over), because a monitor found a drift violation, and"
            " driftResponse is carry"
            " | ModelBias: skip=True register=False (no"
            " comparison, the previous baseline is carried over), because a person gave"
            " SkipModelBiasCheck, and version 7 of AbalonePackageGroup, the latest approved one, has"
            " a baseline, and retrainBaselines is carry"
        ),
    )
    asked = {
        **PARAMETERS,
        "parameters": {"SkipModelBiasCheck": "true"},
        "modelPackageGroupName": GROUP,
        "driftResponse": "carry",
        "driftViolations": "DataBias,DataQuality",
    }
    with caplog.at_level(logging.INFO):
        lambda_handler(job_event(asked), None)
    assert answers.token == {"executionArn": ARN}
    # What Lambda's JSON log format writes beside the message.
    logged = {
        vars(record)["check"]: vars(record) for record in caplog.records if "check" in vars(record)
    }
    assert list(logged) == ["DataBias", "ModelBias"]
    assert logged["DataBias"]["flags"] == {
        "SkipDataBiasCheck": True,
        "RegisterNewDataBiasBaseline": False,
    }
    assert logged["ModelBias"]["chosen"] == {"RegisterNewModelBiasBaseline": False}
    assert logged["ModelBias"]["approvedVersion"] == "7"
    assert logged["DataBias"]["reason"].startswith("a monitor found a drift violation")


def test_without_a_group_no_flags_are_chosen(stub: Stub, answers: Answers) -> None:
    sagemaker = _define(stub, DECLARED)
    _expect_start(sagemaker, {"InputDataVersion": "mine"})
    asked = {**PARAMETERS, "parameters": {"InputDataVersion": "mine"}}
    lambda_handler(job_event(asked), None)
    assert answers.token == {"executionArn": ARN}


def test_a_first_run_has_no_group_and_compares_with_nothing(stub: Stub, answers: Answers) -> None:
    sagemaker = _define(stub, DECLARED[2:4])
    sagemaker.add_client_error(
        "list_model_packages", "ValidationException", f"ModelPackageGroup {GROUP} does not exist."
    )
    _expect_start(
        sagemaker,
        {"SkipDataBiasCheck": "True", "RegisterNewDataBiasBaseline": "True"},
        PipelineExecutionDescription=(
            "DataBias: skip=True register=True (no comparison, the"
            " new baseline is registered), because no version of AbalonePackageGroup is approved"
        ),
    )
    lambda_handler(job_event({**PARAMETERS, "modelPackageGroupName": GROUP}), None)
    assert answers.token == {"executionArn": ARN}


def test_without_data_nothing_is_started(s3: Any, stub: Stub, answers: Answers) -> None:
    _define(stub, DECLARED[:2])
    lambda_handler(job_event(PARAMETERS), None)
    assert answers.failure.startswith(f"no training data: nothing lies under {URL} (InputDataUrl)")
