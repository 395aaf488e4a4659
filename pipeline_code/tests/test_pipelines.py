"""The definition of the Abalone pipeline: steps, wiring, parameters, requests."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from definitions import all_steps, dependencies, longest_chain, request_errors, resolve
from pipelines import jobs
from pipelines.abalone import model_checks, pipeline, preprocess

JOB_STEPS = [
    "PreprocessAbaloneData",
    "TrainAbaloneModel",
    "CreateAbaloneModel",
    "TransformAbaloneTestData",
    "DataQualityCheck",
    "DataBiasCheck",
    "ModelQualityCheck",
    "ModelBiasCheck",
    "ModelExplainabilityCheck",
    "EvaluateAbaloneModel",
    "RegisterAbaloneModel",
]
CHECKS = {
    "DataQualityCheck": "QualityCheck",
    "DataBiasCheck": "ClarifyCheck",
    "ModelQualityCheck": "QualityCheck",
    "ModelBiasCheck": "ClarifyCheck",
    "ModelExplainabilityCheck": "ClarifyCheck",
}


@pytest.fixture(params=["native", "open"])
def either(
    request: pytest.FixtureRequest, definition: dict[str, Any], open_definition: dict[str, Any]
) -> dict[str, Any]:
    """The definition of each engine."""
    return definition if request.param == "native" else open_definition


def test_definition_has_the_steps_in_order(definition: dict[str, Any]) -> None:
    assert [(name, step["Type"]) for name, step in all_steps(definition).items()] == [
        ("PreprocessAbaloneData", "Processing"),
        ("TrainAbaloneModel", "Training"),
        ("CreateAbaloneModel", "Model"),
        ("TransformAbaloneTestData", "Transform"),
        *CHECKS.items(),
        ("EvaluateAbaloneModel", "Processing"),
        ("CheckMSEAbaloneEvaluation", "Condition"),
        ("RegisterAbaloneModel", "RegisterModel"),
        ("AbaloneModelNotGoodEnough", "Fail"),
    ]


def test_open_engine_has_the_same_steps_as_processing_jobs(
    definition: dict[str, Any], open_definition: dict[str, Any]
) -> None:
    types = {name: step["Type"] for name, step in all_steps(definition).items()}
    types |= dict.fromkeys(CHECKS, "Processing")
    assert {name: step["Type"] for name, step in all_steps(open_definition).items()} == types


def test_each_step_waits_for_what_it_reads(either: dict[str, Any]) -> None:
    data, train = "PreprocessAbaloneData", "TrainAbaloneModel"
    found = {name: dependencies(step) for name, step in all_steps(either).items()}
    # A check of a model asks the model (native) or reads its artifact (open).
    model = found["ModelBiasCheck"] - {data}
    assert model in ({"CreateAbaloneModel"}, {train})
    assert {name: found[name] for name in JOB_STEPS[:-1]} == {
        data: set(),
        train: {data},
        "CreateAbaloneModel": {train},
        "TransformAbaloneTestData": {data, "CreateAbaloneModel"},
        "DataQualityCheck": {data},
        "DataBiasCheck": {data},
        "ModelQualityCheck": {"TransformAbaloneTestData"},
        "ModelBiasCheck": {data, *model},
        "ModelExplainabilityCheck": {data, *model},
        "EvaluateAbaloneModel": {data, train},
    }


def test_nothing_is_registered_unless_every_check_has_passed(either: dict[str, Any]) -> None:
    steps = all_steps(either)
    assert set(CHECKS) < dependencies(steps["CheckMSEAbaloneEvaluation"])


def test_longest_chain_is_five_jobs(either: dict[str, Any]) -> None:
    kinds = {step["Type"] for step in all_steps(either).values()} - {"Model", "Condition"}
    chain = longest_chain(either, kinds)
    assert chain == [
        "PreprocessAbaloneData",
        "TrainAbaloneModel",
        "TransformAbaloneTestData",
        "ModelQualityCheck",
        "RegisterAbaloneModel",
    ]
    readme = (Path(__file__).parents[1] / "README.md").read_text()
    words = " ► ".join(chain)
    assert f"{words} ({len(chain)})" in readme


def test_training_can_be_gated_on_the_data_checks(build: Callable[..., dict[str, Any]]) -> None:
    steps = all_steps(build(gate_training_on_data_checks=True))
    assert {"DataQualityCheck", "DataBiasCheck"} < dependencies(steps["TrainAbaloneModel"])


def test_parameters_have_working_defaults(either: dict[str, Any]) -> None:
    flags = {
        name: ("Boolean", False)
        for check in ("DataQuality", "DataBias", "ModelQuality", "ModelBias", "ModelExplainability")
        for name in (f"Skip{check}Check", f"RegisterNew{check}Baseline")
    }
    supplied = dict.fromkeys(
        (
            "DataQualitySuppliedStatistics",
            "DataQualitySuppliedConstraints",
            "DataBiasSuppliedBaselineConstraints",
            "ModelQualitySuppliedStatistics",
            "ModelQualitySuppliedConstraints",
            "ModelBiasSuppliedBaselineConstraints",
            "ModelExplainabilitySuppliedBaselineConstraints",
        ),
        ("String", ""),
    )
    assert len(flags) == 10
    assert {p["Name"]: (p["Type"], p["DefaultValue"]) for p in either["Parameters"]} == {
        "InputDataUrl": ("String", "s3://example-bucket/data/abalone.csv"),
        "InputDataVersion": ("String", "unknown"),
        "ModelApprovalStatus": ("String", "PendingManualApproval"),
        "MseThreshold": ("Float", pipeline.DEFAULT_MSE_THRESHOLD),
        "LiveModelTolerance": ("Float", pipeline.DEFAULT_LIVE_MODEL_TOLERANCE),
        "ProcessingInstanceType": ("String", "ml.m5.xlarge"),
        "TrainingInstanceType": ("String", "ml.m5.xlarge"),
        "TrainingInstanceCount": ("Integer", 1),
        "TransformInstanceType": ("String", "ml.m5.xlarge"),
        **flags,
        **supplied,
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
    definition: dict[str, Any],
    open_definition: dict[str, Any],
    build: Callable[..., dict[str, Any]],
) -> None:
    assert build() == definition
    assert build(check_engine="open", model_quality_tolerance="0.1") == open_definition


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"check_engine": "clarify"}, "check_engine is 'clarify'; 'native' or 'open' is needed"),
        (
            {"model_quality_tolerance": "-1"},
            "model_quality_tolerance is '-1'; a share of 0 or more",
        ),
        ({"live_model_tolerance": "x"}, "live_model_tolerance is 'x'; a share of 0 or more"),
        ({"bias_tolerance": "x"}, "bias_tolerance is 'x'; a number of 0 or more"),
        ({"bias_tolerance": "-0.1"}, "bias_tolerance is '-0.1'; a number of 0 or more"),
        (
            {"bias_tolerance": 0.1},
            "bias_tolerance above 0 needs relax_baseline_function_arn with the native",
        ),
        (
            {"model_quality_tolerance": 0.1},
            "model_quality_tolerance above 0 needs relax_baseline_function_arn with the native",
        ),
    ],
)
def test_argument_that_cannot_be_meant_is_refused(
    build: Callable[..., dict[str, Any]], arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        build(**arguments)


@pytest.mark.parametrize("name", JOB_STEPS)
def test_request_of_each_job_is_what_the_api_takes(either: dict[str, Any], name: str) -> None:
    assert request_errors(all_steps(either)[name], either) == []


def test_request_check_sees_a_wrong_request(definition: dict[str, Any]) -> None:
    step = all_steps(definition)["TrainAbaloneModel"]
    arguments = step["Arguments"]
    wrong = arguments | {"ResourceConfig": {"InstanceType": "ml.m5", "InstanceCount": "1"}}
    errors = "\n".join(request_errors(step | {"Arguments": wrong}, definition))
    assert "InstanceCount" in errors
    assert "'ml.m5' is none of TrainingInstanceType's values" in errors


def _evaluated(path: str) -> dict[str, Any]:
    file = "Steps.EvaluateAbaloneModel.PropertyFiles.AbaloneEvaluationReport"
    return {"Std:JsonGet": {"PropertyFile": {"Get": file}, "Path": path}}


def test_condition_compares_with_the_threshold_and_with_the_live_version(
    build: Callable[..., dict[str, Any]],
) -> None:
    definition = build(live_model_tolerance="0.05")
    defaults = {each["Name"]: each["DefaultValue"] for each in definition["Parameters"]}
    assert defaults["LiveModelTolerance"] == 0.05
    condition = all_steps(definition)["CheckMSEAbaloneEvaluation"]
    assert condition["Arguments"]["Conditions"] == [
        {
            "Type": "LessThanOrEqualTo",
            "LeftValue": _evaluated("regression_metrics.mse.value"),
            "RightValue": {"Get": "Parameters.MseThreshold"},
        },
        {
            "Type": "LessThanOrEqualTo",
            "LeftValue": _evaluated("comparison.mse_worse_by"),
            "RightValue": {"Get": "Parameters.LiveModelTolerance"},
        },
    ]
    branches = {
        branch: [step["Name"] for step in condition["Arguments"][branch]]
        for branch in ("IfSteps", "ElseSteps")
    }
    assert branches == {
        "IfSteps": ["RegisterAbaloneModel"],
        "ElseSteps": ["AbaloneModelNotGoodEnough"],
    }


def test_comparison_with_the_live_version_can_be_off(build: Callable[..., dict[str, Any]]) -> None:
    definition = build(live_model_tolerance="off")
    condition = all_steps(definition)["CheckMSEAbaloneEvaluation"]
    assert "LiveModelTolerance" not in [each["Name"] for each in definition["Parameters"]]
    (threshold,) = condition["Arguments"]["Conditions"]
    assert threshold["RightValue"] == {"Get": "Parameters.MseThreshold"}


def test_failure_names_what_was_measured_and_the_bounds(definition: dict[str, Any]) -> None:
    message = all_steps(definition)["AbaloneModelNotGoodEnough"]["Arguments"]["ErrorMessage"]
    assert resolve(message, definition) == (
        "The model was not registered: its MSE on the test data is 7.5, "
        "the threshold (MseThreshold) is 6.0; 7.5, "
        "the share allowed above it (LiveModelTolerance) is 0.0"
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


def outputs(definition: dict[str, Any], *names: str) -> dict[str, str]:
    """The S3 URI of each output of some processing jobs."""
    steps = all_steps(definition)
    return {
        output["OutputName"]: output["S3Output"]["S3Uri"]
        for name in names
        for output in resolve(steps[name]["Arguments"], definition)["ProcessingOutputConfig"][
            "Outputs"
        ]
    }


def test_all_outputs_are_under_the_executions_own_prefix(either: dict[str, Any]) -> None:
    own = "s3://example-bucket/Abalone/abcdefghij12"
    written = outputs(either, "PreprocessAbaloneData", "EvaluateAbaloneModel")
    assert written == {name: f"{own}/{name}" for name in written}
    checks = {name: list(outputs(either, name).values()) for name in CHECKS}
    assert checks == {
        "DataQualityCheck": [f"{own}/checks/data_quality"],
        "DataBiasCheck": [f"{own}/checks/data_bias"],
        "ModelQualityCheck": [f"{own}/checks/model_quality"],
        "ModelBiasCheck": [f"{own}/checks/model_bias"],
        "ModelExplainabilityCheck": [f"{own}/checks/explainability"],
    }


def test_registration_names_files_that_the_jobs_write(either: dict[str, Any]) -> None:
    register = resolve(all_steps(either)["RegisterAbaloneModel"]["Arguments"], either)
    written = outputs(either, "PreprocessAbaloneData", "EvaluateAbaloneModel")
    assert register["CustomerMetadataProperties"] == {
        "EvaluationS3Uri": f"{written['evaluation']}/evaluation.json",
        "GoldenRecordsS3Uri": f"{written['evaluation']}/golden_records.json",
        "FeaturesS3Uri": f"{written['features']}/features.json",
        "InputDataUrl": "s3://example-bucket/data/abalone.csv",
        "InputDataVersion": "unknown",
    }


def test_native_checks_register_what_the_service_says(definition: dict[str, Any]) -> None:
    register = all_steps(definition)["RegisterAbaloneModel"]["Arguments"]

    def got(step: str, name: str) -> dict[str, Any]:
        uri = {"Get": f"Steps.{step}Check.{name}"}
        return {"ContentType": "application/json", "S3Uri": uri}

    for member, use in (
        ("ModelMetrics", "CalculatedBaseline"),
        ("DriftCheckBaselines", "BaselineUsedForDriftCheck"),
    ):
        kind = "Report" if member == "ModelMetrics" else "Constraints"
        after = "Report" if member == "ModelMetrics" else "Constraints"
        assert register[member] == {
            "ModelDataQuality": {
                file: got("DataQuality", use + file) for file in ("Statistics", "Constraints")
            },
            "ModelQuality": {
                file: got("ModelQuality", use + file) for file in ("Statistics", "Constraints")
            },
            "Bias": {
                f"PreTraining{kind}": got("DataBias", f"{use}Constraints"),
                f"PostTraining{after}": got("ModelBias", f"{use}Constraints"),
            },
            "Explainability": {kind: got("ModelExplainability", f"{use}Constraints")},
        }


def test_open_checks_register_what_their_jobs_write(open_definition: dict[str, Any]) -> None:
    register = resolve(
        all_steps(open_definition)["RegisterAbaloneModel"]["Arguments"], open_definition
    )
    own = "s3://example-bucket/Abalone/abcdefghij12/checks"

    def uris(value: Any) -> Any:
        if "S3Uri" in value:
            return value["S3Uri"].removeprefix(own)
        return {name: uris(item) for name, item in value.items()}

    assert uris(register["DriftCheckBaselines"]) == {
        "ModelDataQuality": {
            "Statistics": "/data_quality/registered/statistics.json",
            "Constraints": "/data_quality/registered/constraints.json",
        },
        "ModelQuality": {
            "Statistics": "/model_quality/registered/statistics.json",
            "Constraints": "/model_quality/registered/constraints.json",
        },
        "Bias": {
            "PreTrainingConstraints": "/data_bias/registered/analysis.json",
            "PostTrainingConstraints": "/model_bias/registered/analysis.json",
        },
        "Explainability": {"Constraints": "/explainability/registered/analysis.json"},
    }
    assert uris(register["ModelMetrics"]["ModelQuality"]) == {
        "Statistics": "/model_quality/statistics.json",
        "Constraints": "/model_quality/constraints.json",
    }


def test_an_analysis_configuration_never_overwrites_another(definition: dict[str, Any]) -> None:
    uris = {
        name: step["Arguments"]["ProcessingInputs"][0]["S3Input"]["S3Uri"]
        for name, step in all_steps(definition).items()
        if step["Type"] == "ClarifyCheck"
    }
    assert len(set(uris.values())) == 3
    for uri in uris.values():
        assert re.fullmatch(r"s3://.*/analysis-config/\w+/[0-9a-f]{16}/analysis_config.json", uri)


def test_only_steps_that_read_no_registry_are_cached(either: dict[str, Any]) -> None:
    cached = [name for name, step in all_steps(either).items() if "CacheConfig" in step]
    assert cached == ["PreprocessAbaloneData", "TrainAbaloneModel"]


def test_checks_look_at_the_columns_that_preprocess_writes() -> None:
    columns = [preprocess.LABEL, *preprocess.MEASUREMENTS]
    columns += [f"{preprocess.SEX}_{sex}" for sex in preprocess.SEXES]
    assert columns == model_checks.MODEL_COLUMNS
