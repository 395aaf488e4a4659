"""Executions against an in-memory SageMaker: order, parallelism, failure, stop, cache, retries."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localcloud.sagemaker.pipelines.definition import Definition
from localcloud.sagemaker.pipelines.execution_events import (
    EXECUTION_DETAIL_TYPE,
    STEP_DETAIL_TYPE,
)
from localcloud.sagemaker.pipelines.executor import STEP_FAILURE
from localcloud.sagemaker.pipelines.steps.service_call import job_name

from .conftest import World, step_of
from .definitions import PIPELINE_ARN, ROLE_ARN, checked, processing, step
from .fake_services import refusal

FILE = {"PropertyFileName": "F", "OutputName": "out", "FilePath": "evaluation.json"}
OUT = "Steps.Prepare.ProcessingOutputConfig.Outputs['out'].S3Output.S3Uri"
THRESHOLD = {"Name": "Threshold", "Type": "Float", "DefaultValue": 6.0}


def source(uri: Any) -> dict[str, Any]:
    return {"S3Uri": uri, "LocalPath": "/opt/ml/processing/in", "S3DataType": "S3Prefix"}


def abalone() -> Definition:
    """Prepare, evaluate, then register or fail by the metric."""
    metric = {
        "Std:JsonGet": {
            "PropertyFile": {"Get": "Steps.Evaluate.PropertyFiles.F"},
            "Path": "metrics.mse.value",
        }
    }
    limit = {"Get": "Parameters.Threshold"}
    message = {"Std:Join": {"On": " ", "Values": ["MSE", metric, "is above", limit]}}
    arguments = {
        "Conditions": [{"Type": "LessThanOrEqualTo", "LeftValue": metric, "RightValue": limit}],
        "IfSteps": [
            step(
                "Register",
                "RegisterModel",
                Arguments={
                    "ModelPackageGroupName": "Group",
                    "CustomerMetadataProperties": {"Uri": {"Get": OUT}},
                },
            )
        ],
        "ElseSteps": [step("TooHigh", "Fail", Arguments={"ErrorMessage": message})],
    }
    inputs = [{"InputName": "data", "S3Input": source({"Get": OUT})}]
    return checked(
        step("Prepare"),
        step("Evaluate", Arguments=processing(ProcessingInputs=inputs), PropertyFiles=[FILE]),
        step("Check", "Condition", Arguments=arguments),
        parameters=[THRESHOLD],
    )


def statuses(execution: Any) -> dict[str, str]:
    return {name: run.status for name, run in execution.steps.items()}


def with_metric(world: World, value: float) -> None:
    report = {"metrics": {"mse": {"value": value}}}
    world.s3.objects["s3://bucket/out/evaluation.json"] = json.dumps(report).encode()


def test_execution_takes_the_branch_of_the_outcome(world: World) -> None:
    with_metric(world, 4.5)
    execution = world.run(abalone())
    assert execution.status == "Succeeded"
    assert statuses(execution) == dict.fromkeys(
        ["Prepare", "Evaluate", "Check", "Register"], "Succeeded"
    )
    assert execution.steps["Check"].metadata == {"Condition": {"Outcome": "True"}}
    (package,) = world.sagemaker.made("CreateModelPackage")
    assert package["CustomerMetadataProperties"] == {"Uri": "s3://bucket/out"}
    assert package["MetadataProperties"] == {"GeneratedBy": execution.arn}


@pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html"
)
def test_execution_fails_with_the_message_of_its_fail_step(world: World) -> None:
    with_metric(world, 7.25)
    execution = world.run(abalone(), Threshold="5")
    assert (execution.status, execution.failure_reason) == ("Failed", STEP_FAILURE)
    failed = execution.steps["TooHigh"].describe()
    assert failed["FailureReason"] == "MSE 7.25 is above 5.0"
    assert failed["Metadata"] == {"Fail": {"ErrorMessage": "MSE 7.25 is above 5.0"}}
    assert world.sagemaker.made("CreateModelPackage") == []


def test_job_gets_its_resolved_arguments_and_a_name_of_its_own(world: World) -> None:
    with_metric(world, 4.5)
    execution = world.run(abalone())
    first, second = world.sagemaker.made("CreateProcessingJob")
    assert first["ProcessingJobName"].startswith(f"pipelines-{execution.id}-Prepare-")
    assert second["ProcessingInputs"][0]["S3Input"]["S3Uri"] == "s3://bucket/out"
    assert {"Key": "sagemaker:pipeline-step-name", "Value": "Prepare"} in first["Tags"]
    job = execution.steps["Prepare"].metadata["ProcessingJob"]["Arn"]
    assert job.endswith(first["ProcessingJobName"].lower())


def test_condition_fails_when_the_metric_is_missing(world: World) -> None:
    world.s3.objects["s3://bucket/out/evaluation.json"] = b"{}"
    execution = world.run(abalone())
    assert execution.status == "Failed"
    assert "'metrics.mse.value' of property file 'F' has no value" in str(
        execution.steps["Check"].failure_reason
    )


def test_condition_fails_when_the_property_file_is_missing(world: World) -> None:
    execution = world.run(abalone())
    reason = str(execution.steps["Check"].failure_reason)
    assert "cannot read s3://bucket/out/evaluation.json" in reason


def test_independent_steps_run_at_the_same_time(world: World) -> None:
    world.sagemaker.held = {"A", "B"}
    executor = world.start(checked(step("A"), step("B"), step("C", DependsOn=["A", "B"])))
    world.until(lambda: world.sagemaker.most_at_once == 2)
    assert "C" not in executor.execution.steps
    world.sagemaker.finish("A")
    world.sagemaker.finish("B")
    world.until(lambda: executor.execution.finished)
    assert executor.execution.status == "Succeeded"


def test_steps_run_one_by_one_when_parallelism_is_limited_to_one(world: World) -> None:
    names = [f"S{number}" for number in range(5)]
    world.sagemaker.held = set(names)
    executor = world.start(checked(*map(step, names)), limit=1)
    for name in names:
        world.until(lambda name=name: name in map(step_of, world.sagemaker.jobs))  # type: ignore[misc]
        world.sagemaker.finish(name)
    world.until(lambda: executor.execution.finished)
    assert world.sagemaker.most_at_once == 1
    assert list(executor.execution.steps) == names


@pytest.mark.local_only("AWS does not say what a failure does to the other branches")
def test_running_steps_end_and_no_others_start_when_a_step_fails(world: World) -> None:
    world.sagemaker.held = {"Slow"}
    world.sagemaker.outcomes["Bad"] = {
        "ProcessingJobStatus": "Failed",
        "FailureReason": "AlgorithmError: , exit code: 1",
    }
    definition = checked(step("Slow"), step("Bad"), step("Later", DependsOn=["Slow"]))
    execution = world.start(definition).execution
    world.until(lambda: statuses(execution).get("Bad") == "Failed")
    world.until(lambda: "Slow" in map(step_of, world.sagemaker.jobs))
    assert execution.status == "Executing"
    world.sagemaker.finish("Slow")
    world.until(lambda: execution.finished)
    assert statuses(execution) == {"Slow": "Succeeded", "Bad": "Failed"}
    assert execution.failure_reason == STEP_FAILURE
    assert execution.steps["Bad"].failure_reason == "ClientError: AlgorithmError: , exit code: 1"


@pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopPipelineExecution.html"
)
def test_running_jobs_are_stopped_when_the_execution_is(world: World) -> None:
    world.sagemaker.held = {"Slow"}
    executor = world.start(checked(step("Slow"), step("Later", DependsOn=["Slow"])))
    world.until(lambda: len(world.sagemaker.jobs) == 1)
    executor.request_stop()
    world.until(lambda: executor.execution.finished)
    assert executor.execution.status == "Stopped"
    assert statuses(executor.execution) == {"Slow": "Stopped"}
    assert len(world.sagemaker.made("StopProcessingJob")) == 1


def test_step_fails_when_somebody_else_stops_its_job(world: World) -> None:
    world.sagemaker.outcomes["A"] = {"ProcessingJobStatus": "Stopped"}
    execution = world.run(checked(step("A")))
    assert execution.status == "Failed"
    assert execution.steps["A"].failure_reason == "ClientError: the job has ended as Stopped"


def test_step_fails_in_the_services_words_when_the_call_is_refused(world: World) -> None:
    world.sagemaker.refusals["CreateProcessingJob"] = [
        refusal("CreateProcessingJob", "ValidationException", "no such image")
    ]
    execution = world.run(checked(step("A")))
    assert execution.steps["A"].failure_reason == (
        "ClientError: Failed to invoke sagemaker:CreateProcessingJob. Error Details: no such image"
    )
    assert execution.steps["A"].describe()["Metadata"] == {}


def test_step_fails_clearly_when_an_argument_has_a_wrong_type(world: World) -> None:
    cluster = {"InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}
    cluster["InstanceCount"] = {"Get": "Parameters.Count"}
    arguments = processing(ProcessingResources={"ClusterConfig": cluster})
    count = {"Name": "Count", "Type": "String", "DefaultValue": "three"}
    execution = world.run(checked(step("A", Arguments=arguments), parameters=[count]))
    reason = str(execution.steps["A"].failure_reason)
    assert "Failed to invoke sagemaker:CreateProcessingJob" in reason
    assert "Invalid type for parameter ProcessingResources.ClusterConfig.InstanceCount" in reason


def test_group_is_made_when_the_registered_model_has_none(world: World) -> None:
    world.sagemaker.refusals["CreateModelPackage"] = [
        refusal("CreateModelPackage", "ValidationException", "ModelPackageGroup g does not exist.")
    ]
    arguments = {"ModelPackageGroupName": "Group"}
    execution = world.run(checked(step("R", "RegisterModel", Arguments=arguments)))
    assert execution.status == "Succeeded"
    (group,) = world.sagemaker.made("CreateModelPackageGroup")
    assert group["ModelPackageGroupName"] == "Group"
    assert len(world.sagemaker.made("CreateModelPackage")) == 2


def test_model_is_made_and_can_be_referred_to(world: World) -> None:
    model = step("M", "Model", Arguments={"ExecutionRoleArn": ROLE_ARN})
    arguments = processing(Environment={"MODEL": {"Get": "Steps.M.ModelName"}})
    execution = world.run(checked(model, step("Use", Arguments=arguments)))
    assert execution.status == "Succeeded"
    (made,) = world.sagemaker.made("CreateModel")
    (job,) = world.sagemaker.made("CreateProcessingJob")
    assert job["Environment"] == {"MODEL": made["ModelName"]}


CACHED = {"Enabled": True, "ExpireAfter": "P30D"}


def cached(**arguments: Any) -> Definition:
    return checked(step("A", Arguments=processing(**arguments), CacheConfig=CACHED))


@pytest.mark.documented("https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-caching.html")
def test_step_is_taken_from_the_cache_when_what_counts_is_the_same(world: World) -> None:
    first = world.run(cached())
    second = world.run(cached(RoleArn="arn:aws:iam::123456789012:role/AnotherRole"))
    assert len(world.sagemaker.made("CreateProcessingJob")) == 1
    described = second.steps["A"].describe()
    assert described["CacheHitResult"] == {"SourcePipelineExecutionArn": first.arn}
    assert described["Metadata"] == first.steps["A"].describe()["Metadata"]
    third = world.run(cached())
    assert third.steps["A"].cache_source == first.arn


@pytest.mark.documented("https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-caching.html")
def test_step_runs_again_when_what_counts_has_changed_or_the_first_failed(world: World) -> None:
    world.sagemaker.outcomes["A"] = {"ProcessingJobStatus": "Failed"}
    world.run(cached())
    del world.sagemaker.outcomes["A"]
    world.run(cached())
    world.run(cached(Environment={"NEW": "1"}))
    assert len(world.sagemaker.made("CreateProcessingJob")) == 3


@pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-retry-policy.html"
)
def test_step_is_tried_again_when_a_policy_covers_its_failure(world: World) -> None:
    throttled = refusal("CreateProcessingJob", "ThrottlingException", "Rate exceeded")
    world.sagemaker.refusals["CreateProcessingJob"] = [throttled, throttled]
    policy = {"ExceptionType": ["Step.THROTTLING"], "IntervalSeconds": 0.01, "MaxAttempts": 2}
    execution = world.run(checked(step("A", RetryPolicies=[policy])))
    assert execution.status == "Succeeded"
    assert execution.steps["A"].describe()["AttemptCount"] == 3


def test_step_is_not_tried_again_when_no_policy_covers_its_failure(world: World) -> None:
    limit = refusal("CreateProcessingJob", "ResourceLimitExceeded", "limit")
    world.sagemaker.refusals["CreateProcessingJob"] = [limit]
    policy = {"ExceptionType": ["Step.THROTTLING"], "IntervalSeconds": 0.01}
    execution = world.run(checked(step("A", RetryPolicies=[policy])))
    assert (execution.status, execution.steps["A"].attempts) == ("Failed", 1)


def test_events_tell_the_course_of_the_execution(
    world: World, events: list[dict[str, Any]]
) -> None:
    execution = world.run(checked(step("A")))
    # They are delivered by threads of their own: the last has gone out when all are here.
    world.until(lambda: len(events) == 5)
    assert {tuple(event["resources"]) for event in events} == {(PIPELINE_ARN, execution.arn)}
    assert courses(events, EXECUTION_DETAIL_TYPE, "PipelineExecution") == {
        (None, "Executing"),
        ("Executing", "Succeeded"),
    }
    assert courses(events, STEP_DETAIL_TYPE, "Step") == {
        (None, "Starting"),
        ("Starting", "Executing"),
        ("Executing", "Succeeded"),
    }


def courses(events: list[dict[str, Any]], kind: str, noun: str) -> set[tuple[Any, Any]]:
    return {
        (event["detail"].get(f"previous{noun}Status"), event["detail"][f"current{noun}Status"])
        for event in events
        if event["detail-type"] == kind
    }


def test_job_name_fits_and_has_no_underscore_when_the_step_has_a_long_name() -> None:
    name = job_name("abcdefghijkl", "Evaluate_the_model_of_the_day", None)
    assert name.startswith("pipelines-abcdefghijkl-Evaluate-the-model-o-")
    assert len(job_name("abcdefghijkl", "A", "prefix" * 20)) <= 63
