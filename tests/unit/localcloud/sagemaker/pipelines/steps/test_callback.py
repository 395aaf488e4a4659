"""Callback steps against a queue in memory."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.errors import AwsError, ValidationException
from localcloud.sagemaker.pipelines.callbacks import Callback
from localcloud.sagemaker.pipelines.executor import Executor

from ..conftest import World
from ..definitions import checked, output, outputs, processing, step
from ..fake_services import QUEUE, refusal

STEPS = "https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html"
STOP = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopPipelineExecution.html"


def ask(**members: Any) -> dict[str, Any]:
    return step("Ask", "Callback", **{"SqsQueueUrl": QUEUE, "OutputParameters": [], **members})


def asked(world: World, *more: dict[str, Any], **members: Any) -> tuple[Executor, Callback]:
    """Start an execution; what waits for an answer."""
    executor = world.start(checked(ask(**members), *more))
    world.until(lambda: bool(world.queue.messages) or executor.execution.finished)
    assert not executor.execution.finished, executor.execution.steps["Ask"].failure_reason
    return executor, executor.execution.callbacks[world.queue.messages[0]["token"]]


def ended(world: World, executor: Executor) -> Any:
    """The execution, once it has ended."""
    world.cloud.changes.announce()
    world.until(lambda: executor.execution.finished)
    return executor.execution


@pytest.mark.documented(STEPS)
def test_queue_gets_the_token_and_the_answer_is_the_output(world: World) -> None:
    declared = outputs(uri="String", rows="Integer")
    use = step("Use", Arguments=processing(Environment={"URI": output("Ask", "uri")}))
    executor, callback = asked(
        world, use, Arguments={"where": "s3://b", "deep": {"a": [1]}}, OutputParameters=declared
    )
    assert world.queue.messages == [
        {
            "token": callback.token,
            "pipelineExecutionArn": executor.execution.arn,
            "arguments": {"where": "s3://b", "deep": {"a": [1]}},
            "status": "Executing",
        }
    ]
    metadata = {"CallbackToken": callback.token, "SqsQueueUrl": QUEUE}
    assert executor.execution.steps["Ask"].describe()["Metadata"] == {"Callback": metadata}
    assert executor.execution.steps["Ask"].status == "Executing"
    given = {"uri": "s3://c", "rows": "3"}
    sent = [{"Name": name, "Value": value} for name, value in given.items()]
    callback.succeed(sent, None, "arn")
    execution = ended(world, executor)
    assert execution.status == "Succeeded"
    metadata["OutputParameters"] = sent  # type: ignore[assignment]
    assert execution.steps["Ask"].describe()["Metadata"] == {"Callback": metadata}
    (job,) = world.sagemaker.made("CreateProcessingJob")
    assert job["Environment"] == {"URI": "s3://c"}


@pytest.mark.parametrize("reason", ["the data set is empty", None])
def test_step_fails_with_the_reason_of_the_answer(world: World, reason: str | None) -> None:
    executor, callback = asked(world, step("Later", DependsOn=["Ask"]))
    callback.fail(reason, None, "arn")
    execution = ended(world, executor)
    assert execution.status == "Failed"
    assert execution.steps["Ask"].describe().get("FailureReason") == reason
    assert list(execution.steps) == ["Ask"]


@pytest.mark.documented(STOP)
@pytest.mark.parametrize("succeeds", [True, False])
def test_execution_stays_stopping_until_the_token_is_answered(world: World, succeeds: bool) -> None:
    executor, callback = asked(world, OutputParameters=outputs(uri="String"))
    executor.request_stop()
    world.until(lambda: len(world.queue.messages) == 2)
    first, second = world.queue.messages
    assert second == {**first, "status": "Stopping"}
    assert executor.execution.status == "Stopping"
    assert executor.execution.steps["Ask"].status == "Stopping"
    if succeeds:
        callback.succeed([], None, "arn")
    else:
        callback.fail("cleaned up", None, "arn")
    execution = ended(world, executor)
    assert (execution.status, execution.steps["Ask"].status) == ("Stopped", "Stopped")


def test_step_fails_when_the_queue_does_not_exist(world: World) -> None:
    world.queue.refusal = refusal(
        "SendMessage", "AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not …"
    )
    execution = world.run(checked(ask()))
    assert execution.status == "Failed"
    assert execution.steps["Ask"].failure_reason == (
        f"ClientError: Failed to invoke sqs:SendMessage on {QUEUE}. Error Details: "
        "AWS.SimpleQueueService.NonExistentQueue: The specified queue does not …"
    )
    (callback,) = execution.callbacks.values()
    with pytest.raises(ValidationException):
        callback.succeed([], None, execution.arn)


def test_queue_can_be_a_parameter(world: World) -> None:
    url = {"Name": "Url", "Type": "String", "DefaultValue": QUEUE}
    definition = checked(ask(SqsQueueUrl={"Get": "Parameters.Url"}), parameters=[url])
    executor = world.start(definition)
    world.until(lambda: len(world.queue.messages) == 1)
    (callback,) = executor.execution.callbacks.values()
    callback.succeed([], None, "arn")
    assert ended(world, executor).status == "Succeeded"


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"SqsQueueUrl": None}, "Missing required member 'SqsQueueUrl' of step 'Ask'."),
        ({"SqsQueueUrl": 5}, "SqsQueueUrl of step 'Ask' must be the URL of a queue."),
        ({"RetryPolicies": []}, "member of Callback step 'Ask': 'RetryPolicies'; supported"),
        (
            {"CacheConfig": {"Enabled": True, "ExpireAfter": "P1D"}},
            "caching of Callback step 'Ask': CacheConfig.Enabled 'true'; supported: false",
        ),
    ],
)
def test_step_is_refused(members: dict[str, Any], reason: str) -> None:
    with pytest.raises(AwsError) as caught:
        checked(ask(**members))
    assert reason in str(caught.value)
