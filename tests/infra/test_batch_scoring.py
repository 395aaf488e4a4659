"""What the batch-scoring pipeline gets from the template: a queue with its reader, rights, a schedule."""

from __future__ import annotations

from typing import Any

import pytest

from .assemblies import Assemblies
from .synthesis import resources, template

QUEUE, UNDELIVERED = "BatchScoringHandOverQueue", "UndeliveredEvents"


@pytest.fixture(scope="module")
def disabled(assembly: Assemblies) -> dict[str, Any]:
    """The model build template without batch scoring."""
    return template(assembly("without_batch_scoring"), "Abalone-ModelBuild")


def only(template: dict[str, Any], kind: str, name: str = "") -> dict[str, Any]:
    (found,) = (
        each["Properties"] for key, each in resources(template, kind).items() if name in key
    )
    properties: dict[str, Any] = found
    return properties


def allowed(template: dict[str, Any], role: str) -> dict[str, list[str]]:
    """The resources of each action that a role may do, by where it is allowed first."""
    found: dict[str, list[str]] = {}
    policies = resources(template, "AWS::IAM::Policy")
    for statement in (
        statement
        for key, policy in policies.items()
        if key.startswith(role)
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ):
        actions, arns = statement["Action"], statement["Resource"]
        for action in [actions] if isinstance(actions, str) else actions:
            found.setdefault(action, []).extend([arns] if isinstance(arns, str) else arns)
    return found


def test_the_queue_keeps_messages_as_long_as_can_be_and_loses_none(build: dict[str, Any]) -> None:
    queue = only(build, "AWS::SQS::Queue", QUEUE)
    assert queue["SqsManagedSseEnabled"] is True
    assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600
    redrive = queue["RedrivePolicy"]
    assert redrive["maxReceiveCount"] == 5
    assert redrive["deadLetterTargetArn"].startswith(f"${{{UNDELIVERED}")


def test_a_message_is_hidden_for_six_times_as_long_as_its_reader_may_take(
    build: dict[str, Any],
) -> None:
    reader = only(build, "AWS::Lambda::Function", "AnswerCallback")
    assert only(build, "AWS::SQS::Queue", QUEUE)["VisibilityTimeout"] == 6 * reader["Timeout"]


def test_the_reader_answers_message_by_message(build: dict[str, Any]) -> None:
    mapping = only(build, "AWS::Lambda::EventSourceMapping")
    assert mapping["EventSourceArn"].startswith(f"${{{QUEUE}")
    assert mapping["FunctionName"].startswith("${BatchScoringAnswerCallbackFunction")
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 2}
    (resource,) = resources(build, "AWS::Lambda::EventSourceMapping").values()
    assert any("AnswerCallbackFunctionRoleDefaultPolicy" in each for each in resource["DependsOn"])


def test_the_pipeline_may_ask_its_functions_and_tell_its_queue(build: dict[str, Any]) -> None:
    may = allowed(build, "SageMakerExecutionRole")
    assert sum("FindLiveVersion" in arn for arn in may["lambda:InvokeFunction"]) == 1
    assert sum("JudgeScores" in arn for arn in may["lambda:InvokeFunction"]) == 1
    assert not any("AnswerCallback" in arn for arn in may["lambda:InvokeFunction"])
    (told,) = may["sqs:SendMessage"]
    assert told.startswith(f"${{{QUEUE}")
    # A model that is made of a version is authorised on the version too.
    assert any("model-package/AbalonePackageGroup/*" in arn for arn in may["sagemaker:CreateModel"])


def test_only_the_batch_scoring_executions_can_be_answered(build: dict[str, Any]) -> None:
    may = allowed(build, "BatchScoringAnswerCallbackFunctionRole")
    for verb in ("Success", "Failure"):
        arns = may[f"sagemaker:SendPipelineExecutionStep{verb}"]
        assert [arn.rpartition(":")[2] for arn in arns] == [
            "pipeline/AbaloneBatchScoringPipeline/execution/*",
            "pipeline/abalonebatchscoringpipeline/execution/*",
        ]


def test_the_build_makes_this_pipeline_too(build: dict[str, Any]) -> None:
    arns = allowed(build, "BuildCodeBuildServiceRole")["sagemaker:CreatePipeline"]
    assert sum("AbaloneBatchScoringPipeline" in arn for arn in arns) == 1
    variables = only(build, "AWS::CodeBuild::Project")["Environment"]["EnvironmentVariables"]
    given = {each["Name"]: each["Value"] for each in variables}
    assert given["BATCH_SCORING_PIPELINE_NAME"] == "AbaloneBatchScoringPipeline"
    assert given["BATCH_SCORING_INPUT_URL"].endswith("/data/abalone-to-score.csv")


def test_nothing_starts_it_unless_a_schedule_is_configured(
    build: dict[str, Any], full_build: dict[str, Any]
) -> None:
    assert resources(build, "AWS::Scheduler::Schedule") == {}
    schedule = only(full_build, "AWS::Scheduler::Schedule")
    assert schedule["ScheduleExpression"] == "cron(0 6 ? * MON-FRI *)"
    assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
    target = schedule["Target"]
    assert target["Arn"].endswith(":pipeline/abalonebatchscoringpipeline")
    assert target["DeadLetterConfig"]["Arn"].startswith(f"${{{UNDELIVERED}")
    may = allowed(full_build, "BatchScoringSchedulerRole")
    assert set(may) == {
        "sagemaker:StartPipelineExecution",
        "sqs:SendMessage",
        # The queue is encrypted with the project's key there.
        "kms:Decrypt",
        "kms:GenerateDataKey",
    }


def test_without_it_there_is_nothing_of_it(disabled: dict[str, Any]) -> None:
    names = [*disabled["Resources"], *disabled["Outputs"]]
    assert [name for name in names if "BatchScoring" in name or "HandOver" in name] == []
    assert resources(disabled, "AWS::Lambda::EventSourceMapping") == {}
    variables = only(disabled, "AWS::CodeBuild::Project")["Environment"]["EnvironmentVariables"]
    assert not any(each["Name"].startswith(("BATCH", "HAND_OVER")) for each in variables)
    assert "sqs:SendMessage" not in allowed(disabled, "SageMakerExecutionRole")
