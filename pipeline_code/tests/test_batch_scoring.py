"""The definition of the batch-scoring pipeline: steps, wiring, parameters, requests."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import BUCKET, REGION, ROLE
from definitions import EXAMPLE_VERSION, all_steps, dependencies, request_errors, resolve
from offline_aws import OfflineAws
from pipelines.batch_scoring.pipeline import get_pipeline
from pipelines.checks import bundle

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:"
OUTSIDE = {
    "find_live_version_function_arn": f"{FUNCTION}find-live-version",
    "judge_scores_function_arn": f"{FUNCTION}judge-scores",
    "hand_over_queue_url": "https://sqs.us-east-1.amazonaws.com/123456789012/scores",
}
OWN = "s3://example-bucket/AbaloneBatchScoring/abcdefghij12"


@pytest.fixture(scope="module")
def build_batch(wheels: Path) -> Callable[..., dict[str, Any]]:
    """Build the pipeline anew and give its definition."""

    def build(**arguments: Any) -> dict[str, Any]:
        given = {"role": ROLE, "default_bucket": BUCKET, **OUTSIDE, **arguments}
        session = OfflineAws(REGION, BUCKET).pipeline_session()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(bundle, "WHEELS", wheels)
            pipeline = get_pipeline(REGION, **given, sagemaker_session=session)
            definition: dict[str, Any] = json.loads(pipeline.definition())
        return definition

    return build


@pytest.fixture(scope="module")
def native(build_batch: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """The definition with all defaults, built once."""
    return build_batch()


@pytest.fixture(scope="module")
def open_engine(build_batch: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """The definition with the open check engine, built once."""
    return build_batch(check_engine="open")


@pytest.fixture(params=["native", "open_engine"])
def either(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The definition of each engine."""
    definition: dict[str, Any] = request.getfixturevalue(request.param)
    return definition


@pytest.mark.parametrize(
    ("engine", "check"), [("native", "QualityCheck"), ("open_engine", "Processing")]
)
def test_definition_has_the_steps_in_order(
    request: pytest.FixtureRequest, engine: str, check: str
) -> None:
    definition = request.getfixturevalue(engine)
    assert [(name, step["Type"]) for name, step in all_steps(definition).items()] == [
        ("FindLiveVersion", "Lambda"),
        ("CreateLiveModel", "Model"),
        ("TransformInputData", "Transform"),
        ("ArrangeScores", "Processing"),
        ("DataQualityCheck", check),
        ("JudgeScores", "Lambda"),
        ("CheckScores", "Condition"),
        ("HandOverScores", "Callback"),
        ("ScoresNotHandedOver", "Fail"),
        ("CheckAnswer", "Condition"),
        ("ScoresRefused", "Fail"),
    ]


def test_each_step_waits_for_what_it_reads(either: dict[str, Any]) -> None:
    found = {name: dependencies(step) for name, step in all_steps(either).items()}
    find, transform, judge = "FindLiveVersion", "TransformInputData", "JudgeScores"
    assert found == {
        find: set(),
        "CreateLiveModel": {find},
        transform: {"CreateLiveModel"},
        "ArrangeScores": {find, transform},
        "DataQualityCheck": {find, "ArrangeScores"},
        judge: {"DataQualityCheck"},
        "CheckScores": {judge},
        "HandOverScores": {find, transform, judge},
        "ScoresNotHandedOver": {find, judge},
        "CheckAnswer": {"HandOverScores"},
        "ScoresRefused": {"HandOverScores"},
    }


def test_conditions_are_not_nested_and_lead_to_the_right_steps(either: dict[str, Any]) -> None:
    branches = {
        step["Name"]: [
            [inner["Name"] for inner in step["Arguments"][branch]]
            for branch in ("IfSteps", "ElseSteps")
        ]
        for step in either["Steps"]
        if step["Type"] == "Condition"
    }
    assert branches == {
        "CheckScores": [["HandOverScores"], ["ScoresNotHandedOver"]],
        "CheckAnswer": [[], ["ScoresRefused"]],
    }
    steps = all_steps(either)
    assert steps["CheckScores"]["Arguments"]["Conditions"] == [
        {
            "Type": "Equals",
            "LeftValue": {"Get": "Steps.JudgeScores.OutputParameters['Violations']"},
            "RightValue": 0,
        }
    ]
    assert steps["CheckAnswer"]["Arguments"]["Conditions"] == [
        {
            "Type": "Equals",
            "LeftValue": {"Get": "Steps.HandOverScores.OutputParameters['Accepted']"},
            "RightValue": "true",
        }
    ]


@pytest.mark.parametrize(
    "name", ["CreateLiveModel", "TransformInputData", "ArrangeScores", "DataQualityCheck"]
)
def test_request_of_each_job_is_what_the_api_takes(either: dict[str, Any], name: str) -> None:
    assert request_errors(all_steps(either)[name], either) == []


def test_the_model_is_the_version_that_the_registry_names(either: dict[str, Any]) -> None:
    arguments = resolve(all_steps(either)["CreateLiveModel"]["Arguments"], either)
    assert arguments == {
        "ExecutionRoleArn": ROLE,
        "PrimaryContainer": {"ModelPackageName": EXAMPLE_VERSION},
    }


def test_each_row_is_scored_and_kept_with_its_prediction(either: dict[str, Any]) -> None:
    transform = resolve(all_steps(either)["TransformInputData"]["Arguments"], either)
    source = transform["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"]
    assert source == f"s3://{BUCKET}/data/to-score.csv"
    assert transform["DataProcessing"] == {"JoinSource": "Input"}
    # A join needs these to be the same.
    assert transform["TransformInput"]["ContentType"] == transform["TransformOutput"]["Accept"]
    assert transform["TransformInput"]["SplitType"] == transform["TransformOutput"]["AssembleWith"]
    assert transform["TransformOutput"]["S3OutputPath"] == f"{OWN}/scores"


def test_native_check_compares_with_the_version_that_scored(native: dict[str, Any]) -> None:
    check = all_steps(native)["DataQualityCheck"]
    assert check["SuppliedBaselineStatistics"] == {
        "Get": "Steps.FindLiveVersion.OutputParameters['DataQualityStatisticsS3Uri']"
    }
    constraints = resolve(check["SuppliedBaselineConstraints"], native)
    assert constraints == f"{OWN}/check_baseline/constraints.json"
    flags = {name: check[name] for name in ("FailOnViolation", "RegisterNewBaseline")}
    assert flags == {"FailOnViolation": False, "RegisterNewBaseline": False}
    assert '"header": true' in check["Arguments"]["Environment"]["dataset_format"]


def test_open_check_compares_with_the_version_that_scored(open_engine: dict[str, Any]) -> None:
    check = all_steps(open_engine)["DataQualityCheck"]["Arguments"]
    arguments = resolve(check, open_engine)["AppSpecification"]["ContainerArguments"]
    assert arguments == [
        "data_quality",
        "--skip",
        "False",
        "--register",
        "False",
        "--group",
        "AbalonePackageGroup",
        "--output-uri",
        f"{OWN}/checks/data_quality",
        f"--supplied-constraints={OWN}/check_baseline/constraints.json",
        "--supplied-statistics=s3://example-bucket/of/an/earlier/step",
        "--fail-on-violation",
        "false",
    ]


def test_the_check_reads_what_the_job_before_it_writes(either: dict[str, Any]) -> None:
    steps = all_steps(either)
    written = {
        output["OutputName"]: output["S3Output"]["S3Uri"]
        for output in resolve(steps["ArrangeScores"]["Arguments"], either)[
            "ProcessingOutputConfig"
        ]["Outputs"]
    }
    names = ("check_data", "check_baseline", "summary")
    assert written == {name: f"{OWN}/{name}" for name in names}
    (data,) = (
        each["S3Input"]["S3Uri"]
        for each in steps["DataQualityCheck"]["Arguments"]["ProcessingInputs"]
        if each["InputName"] in ("baseline_dataset_input", "data")
    )
    assert "Outputs['check_data']" in data["Get"]
    judge = resolve(steps["JudgeScores"]["Arguments"], either)
    assert judge == {
        "checkS3Uri": f"{OWN}/checks/data_quality",
        "summaryS3Uri": f"{OWN}/summary/summary.json",
        "checkSkipped": "False",
    }


def test_the_callback_says_where_the_scores_are_and_whose(either: dict[str, Any]) -> None:
    step = all_steps(either)["HandOverScores"]
    assert step["SqsQueueUrl"] == OUTSIDE["hand_over_queue_url"]
    assert set(step["Arguments"]) == {
        "ScoresS3Uri",
        "Rows",
        "ModelPackageArn",
        "InputDataUrl",
        "DataQuality",
    }
    outputs = [(each["OutputName"], each["OutputType"]) for each in step["OutputParameters"]]
    assert outputs == [("Accepted", "String"), ("Receiver", "String")]


def test_failures_say_what_and_where(either: dict[str, Any]) -> None:
    steps = all_steps(either)
    text = {
        name: json.dumps(steps[name]["Arguments"]["ErrorMessage"])
        for name in ("ScoresNotHandedOver", "ScoresRefused")
    }
    assert "JudgeScores.OutputParameters['Message']" in text["ScoresNotHandedOver"]
    assert "HandOverScores.OutputParameters['Receiver']" in text["ScoresRefused"]
    message = resolve(steps["ScoresNotHandedOver"]["Arguments"]["ErrorMessage"], either)
    assert message.startswith("The scores were not handed over: the data differs from the ")
    assert f"Report: {OWN}/checks/data_quality/constraint_violations.json" in message


def test_parameters_have_working_defaults(either: dict[str, Any]) -> None:
    assert {p["Name"]: (p["Type"], p["DefaultValue"]) for p in either["Parameters"]} == {
        "InputDataUrl": ("String", "s3://example-bucket/data/to-score.csv"),
        "ProcessingInstanceType": ("String", "ml.m5.xlarge"),
        "TransformInstanceType": ("String", "ml.m5.xlarge"),
        "SkipDataQualityCheck": ("Boolean", False),
    }


def test_arguments_reach_the_definition(build_batch: Callable[..., dict[str, Any]]) -> None:
    definition = build_batch(
        input_data_url="s3://other/rows/",
        model_package_group_name="OtherGroup",
        base_job_prefix="Other",
    )
    steps = all_steps(definition)
    assert steps["FindLiveVersion"]["Arguments"] == {"modelPackageGroupName": "OtherGroup"}
    transform = resolve(steps["TransformInputData"]["Arguments"], definition)
    assert transform["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"] == "s3://other/rows/"
    assert transform["TransformOutput"]["S3OutputPath"].startswith("s3://example-bucket/Other/")


def test_same_arguments_give_the_same_definition(
    native: dict[str, Any],
    open_engine: dict[str, Any],
    build_batch: Callable[..., dict[str, Any]],
) -> None:
    assert build_batch() == native
    assert build_batch(check_engine="open") == open_engine


@pytest.mark.parametrize("name", OUTSIDE)
def test_what_stands_outside_the_repository_must_be_given(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} is needed; the model-build stack has it"):
        get_pipeline(REGION, **(OUTSIDE | {name: ""}))


def test_nothing_is_cached(either: dict[str, Any]) -> None:
    # Which version is live is not among the values that a cache is found by.
    assert [step for step in all_steps(either).values() if "CacheConfig" in step] == []


@pytest.mark.parametrize("engine", ["native", "open"])
def test_jobs_and_model_may_be_in_a_vpc(
    build_batch: Callable[..., dict[str, Any]], engine: str
) -> None:
    vpc = {"Subnets": ["subnet-0a"], "SecurityGroupIds": ["sg-0c"]}
    definition = build_batch(
        check_engine=engine, subnet_ids="subnet-0a", security_group_ids="sg-0c"
    )
    steps = all_steps(definition)
    assert steps["CreateLiveModel"]["Arguments"]["VpcConfig"] == vpc
    for name in ("ArrangeScores", "DataQualityCheck"):
        assert steps[name]["Arguments"]["NetworkConfig"]["VpcConfig"] == vpc
    for name in ("CreateLiveModel", "ArrangeScores", "DataQualityCheck"):
        assert request_errors(steps[name], definition) == []
