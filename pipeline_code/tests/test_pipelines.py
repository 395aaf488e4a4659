"""The definition of the Abalone pipeline: steps, wiring, parameters, requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from definitions import all_steps, dependencies, request_errors, resolve
from pipelines.abalone import jobs, pipeline

JOB_STEPS = [
    "PreprocessAbaloneData",
    "TrainAbaloneModel",
    "EvaluateAbaloneModel",
    "RegisterAbaloneModel",
]


def test_definition_has_the_steps_in_order(definition: dict[str, Any]) -> None:
    assert [(name, step["Type"]) for name, step in all_steps(definition).items()] == [
        ("PreprocessAbaloneData", "Processing"),
        ("TrainAbaloneModel", "Training"),
        ("EvaluateAbaloneModel", "Processing"),
        ("CheckMSEAbaloneEvaluation", "Condition"),
        ("RegisterAbaloneModel", "RegisterModel"),
        ("AbaloneMSETooHigh", "Fail"),
    ]


def test_each_step_waits_for_what_it_reads(definition: dict[str, Any]) -> None:
    assert {name: dependencies(step) for name, step in all_steps(definition).items()} == {
        "PreprocessAbaloneData": set(),
        "TrainAbaloneModel": {"PreprocessAbaloneData"},
        "EvaluateAbaloneModel": {"PreprocessAbaloneData", "TrainAbaloneModel"},
        "CheckMSEAbaloneEvaluation": {"EvaluateAbaloneModel"},
        "RegisterAbaloneModel": {"TrainAbaloneModel"},
        "AbaloneMSETooHigh": {"EvaluateAbaloneModel"},
    }


def test_parameters_have_working_defaults(definition: dict[str, Any]) -> None:
    assert {p["Name"]: (p["Type"], p["DefaultValue"]) for p in definition["Parameters"]} == {
        "InputDataUrl": ("String", "s3://example-bucket/data/abalone.csv"),
        "ModelApprovalStatus": ("String", "PendingManualApproval"),
        "MseThreshold": ("Float", pipeline.DEFAULT_MSE_THRESHOLD),
        "ProcessingInstanceType": ("String", "ml.m5.xlarge"),
        "TrainingInstanceType": ("String", "ml.m5.xlarge"),
    }


def test_arguments_reach_the_definition(build: Callable[..., dict[str, Any]]) -> None:
    definition = build(
        input_data_url="s3://other/data.csv",
        mse_threshold="4.5",
        model_package_group_name="OtherGroup",
        base_job_prefix="Other",
    )
    defaults = {p["Name"]: p["DefaultValue"] for p in definition["Parameters"]}
    assert defaults["InputDataUrl"] == "s3://other/data.csv"
    assert defaults["MseThreshold"] == 4.5
    steps = all_steps(definition)
    assert steps["RegisterAbaloneModel"]["Arguments"]["ModelPackageGroupName"] == "OtherGroup"
    train = resolve(steps["TrainAbaloneModel"]["Arguments"], definition)
    assert train["OutputDataConfig"]["S3OutputPath"].startswith("s3://example-bucket/Other/")


@pytest.mark.parametrize("threshold", ["abc", "", "-1", "0", "nan", "inf"])
def test_threshold_that_is_no_positive_number_is_refused(threshold: str) -> None:
    with pytest.raises(ValueError, match=f"mse_threshold is '{threshold}'; a number above 0"):
        pipeline.get_pipeline("us-east-1", mse_threshold=threshold)


def test_same_arguments_give_the_same_definition(
    definition: dict[str, Any], build: Callable[..., dict[str, Any]]
) -> None:
    assert build() == definition


@pytest.mark.parametrize("name", JOB_STEPS)
def test_request_of_each_job_is_what_the_api_takes(definition: dict[str, Any], name: str) -> None:
    assert request_errors(all_steps(definition)[name], definition) == []


def test_request_check_sees_a_wrong_request(definition: dict[str, Any]) -> None:
    step = all_steps(definition)["TrainAbaloneModel"]
    arguments = step["Arguments"]
    wrong = arguments | {"ResourceConfig": {"InstanceType": "ml.m5", "InstanceCount": "1"}}
    errors = "\n".join(request_errors(step | {"Arguments": wrong}, definition))
    assert "InstanceCount" in errors
    assert "'ml.m5' is none of TrainingInstanceType's values" in errors


def test_condition_compares_the_measured_mse_with_the_threshold(
    definition: dict[str, Any],
) -> None:
    condition = all_steps(definition)["CheckMSEAbaloneEvaluation"]["Arguments"]
    assert condition["Conditions"] == [
        {
            "Type": "LessThanOrEqualTo",
            "LeftValue": {
                "Std:JsonGet": {
                    "PropertyFile": {
                        "Get": "Steps.EvaluateAbaloneModel.PropertyFiles.AbaloneEvaluationReport"
                    },
                    "Path": "regression_metrics.mse.value",
                }
            },
            "RightValue": {"Get": "Parameters.MseThreshold"},
        }
    ]
    assert [step["Name"] for step in condition["IfSteps"]] == ["RegisterAbaloneModel"]
    assert [step["Name"] for step in condition["ElseSteps"]] == ["AbaloneMSETooHigh"]


def test_failure_names_the_measured_mse_and_the_threshold(definition: dict[str, Any]) -> None:
    message = all_steps(definition)["AbaloneMSETooHigh"]["Arguments"]["ErrorMessage"]
    assert resolve(message, definition) == (
        "The model was not registered: its MSE on the test data is 7.5, "
        "the threshold (MseThreshold) is 6.0"
    )


def test_hyperparameters_reach_the_training_job(definition: dict[str, Any]) -> None:
    train = all_steps(definition)["TrainAbaloneModel"]["Arguments"]
    assert train["HyperParameters"] == {
        name: str(value) for name, value in pipeline.HYPERPARAMETERS.items()
    }


def test_jobs_run_in_the_pinned_containers(definition: dict[str, Any]) -> None:
    steps = {name: step["Arguments"] for name, step in all_steps(definition).items()}
    xgboost = f"/sagemaker-xgboost:{jobs.XGBOOST_VERSION}"
    preprocess = steps["PreprocessAbaloneData"]["AppSpecification"]["ImageUri"]
    assert f"/sagemaker-scikit-learn:{jobs.SKLEARN_VERSION}-cpu-py3" in preprocess
    assert steps["EvaluateAbaloneModel"]["AppSpecification"]["ImageUri"].endswith(xgboost)
    trained = steps["TrainAbaloneModel"]["AlgorithmSpecification"]["TrainingImage"]
    (container,) = steps["RegisterAbaloneModel"]["InferenceSpecification"]["Containers"]
    assert trained.endswith(xgboost)
    assert container["Image"] == trained
    assert container["Environment"] == {}


def test_all_outputs_are_under_the_executions_own_prefix(definition: dict[str, Any]) -> None:
    own = "s3://example-bucket/Abalone/abcdefghij12/"
    for name in ("PreprocessAbaloneData", "EvaluateAbaloneModel"):
        arguments = resolve(all_steps(definition)[name]["Arguments"], definition)
        for output in arguments["ProcessingOutputConfig"]["Outputs"]:
            assert output["S3Output"]["S3Uri"] == own + output["OutputName"]


def test_registration_names_files_that_the_jobs_write(definition: dict[str, Any]) -> None:
    steps = all_steps(definition)
    register = resolve(steps["RegisterAbaloneModel"]["Arguments"], definition)
    written = {
        output["OutputName"]: output["S3Output"]["S3Uri"]
        for name in ("PreprocessAbaloneData", "EvaluateAbaloneModel")
        for output in resolve(steps[name]["Arguments"], definition)["ProcessingOutputConfig"][
            "Outputs"
        ]
    }
    evaluation = f"{written['evaluation']}/evaluation.json"
    assert register["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"] == evaluation
    assert register["CustomerMetadataProperties"] == {
        "EvaluationS3Uri": evaluation,
        "GoldenRecordsS3Uri": f"{written['evaluation']}/golden_records.json",
        "FeaturesS3Uri": f"{written['features']}/features.json",
    }
