"""Lambda steps against a function in memory."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from localcloud.errors import AwsError, ValidationException
from localcloud.sagemaker.pipelines.steps import lambda_function

from ..conftest import World
from ..definitions import checked, output, outputs, processing, step
from ..fake_services import FUNCTION, refusal

STEPS = "https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html"
STOP = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopPipelineExecution.html"


def find(**members: Any) -> dict[str, Any]:
    members = {"FunctionArn": FUNCTION, "OutputParameters": [], **members}
    return step("Find", "Lambda", **members)


def failure(world: World, **members: Any) -> str:
    """The reason for which the step fails."""
    execution = world.run(checked(find(**members)))
    assert (execution.status, execution.steps["Find"].status) == ("Failed", "Failed")
    return str(execution.steps["Find"].failure_reason)


@pytest.mark.documented(STEPS)
def test_function_gets_the_arguments_and_its_result_is_the_output(world: World) -> None:
    world.function.result = {"arn": "a:b", "rows": 12, "share": 0.5, "fresh": True, "other": []}
    declared = outputs(arn="String", rows="Integer", share="Float", fresh="Boolean")
    limit = {"Name": "Limit", "Type": "Float", "DefaultValue": 6.0}
    arguments = {"limit": {"Get": "Parameters.Limit"}, "stage": "prod", "FunctionArn": "free"}
    arn = {"Name": "Function", "Type": "String", "DefaultValue": FUNCTION}
    use = processing(Environment={"ARN": output("Find", "arn")})
    execution = world.run(
        checked(
            find(
                Arguments=arguments,
                FunctionArn={"Get": "Parameters.Function"},
                OutputParameters=declared,
            ),
            step("Use", Arguments=use),
            parameters=[limit, arn],
        )
    )
    assert execution.status == "Succeeded"
    assert world.function.events == [{"limit": 6.0, "stage": "prod", "FunctionArn": "free"}]
    assert execution.steps["Find"].describe()["Metadata"] == {
        "Lambda": {
            "Arn": FUNCTION,
            "OutputParameters": [
                {"Name": "arn", "Value": "a:b"},
                {"Name": "rows", "Value": "12"},
                {"Name": "share", "Value": "0.5"},
                {"Name": "fresh", "Value": "true"},
            ],
        }
    }
    (job,) = world.sagemaker.made("CreateProcessingJob")
    assert job["Environment"] == {"ARN": "a:b"}


def test_output_can_be_compared_as_what_it_was_declared(world: World) -> None:
    world.function.result = {"rows": "12"}
    condition = {"Type": "GreaterThan", "LeftValue": output("Find", "rows"), "RightValue": 5}
    arguments = {"Conditions": [condition], "IfSteps": [], "ElseSteps": []}
    execution = world.run(
        checked(
            find(OutputParameters=outputs(rows="Integer")),
            step("Check", "Condition", Arguments=arguments),
        )
    )
    assert execution.outcomes() == {"Check": True}


def test_step_fails_and_names_function_and_error(world: World) -> None:
    world.function.error = {"errorType": "KeyError", "errorMessage": "'stage'"}
    assert failure(world) == f"ClientError: Lambda function {FUNCTION} failed: KeyError: 'stage'"


@pytest.mark.parametrize(
    ("code", "message", "status"),
    [
        ("ResourceNotFoundException", f"Function not found: {FUNCTION}", 404),
        ("TooManyRequestsException", "Rate Exceeded.", 429),
        ("AccessDeniedException", "User: … is not authorized to perform …", 403),
    ],
)
def test_step_fails_when_the_invocation_is_refused(
    world: World, code: str, message: str, status: int
) -> None:
    world.function.refusal = refusal("Invoke", code, message, status)
    assert failure(world) == (
        f"ClientError: Failed to invoke lambda:InvokeFunction on {FUNCTION}. Error Details: "
        f"{code}: {message}"
    )


def test_step_fails_when_the_client_gives_up(world: World) -> None:
    world.function.refusal = ReadTimeoutError(endpoint_url="http://x")
    assert "Read timeout on endpoint URL" in failure(world)


def test_step_fails_when_the_client_has_a_defect(world: World) -> None:
    world.function.result = object()
    assert "the local cloud failed in step Find" in failure(world)


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        ({"rows": {"a": 1}}, "output parameter 'rows' must be a String, Integer, Float or Boolean"),
        ({"row": 1}, "output parameter 'rows' is missing; there are: row"),
        (None, "output parameter 'rows' is missing; there are: none"),
        ([1], f"Lambda function {FUNCTION} must return a dictionary, not [1]"),
    ],
)
def test_step_fails_when_the_result_is_not_as_declared(
    world: World, result: Any, reason: str
) -> None:
    world.function.result = result
    found = failure(world, OutputParameters=outputs(rows="Integer"))
    assert reason in found
    assert FUNCTION in found


def test_step_fails_when_an_argument_turns_out_to_be_nested(world: World) -> None:
    arguments = {"inputs": {"Get": "Steps.A.ProcessingOutputConfig.Outputs"}}
    execution = world.run(checked(step("A"), find(Arguments=arguments)))
    assert "argument 'inputs' of step Find must be a String" in str(
        execution.steps["Find"].failure_reason
    )
    assert world.function.events == []


def test_step_fails_when_a_parameter_is_no_function(world: World) -> None:
    arn = {"Name": "Function", "Type": "String", "DefaultValue": "find"}
    execution = world.run(
        checked(find(FunctionArn={"Get": "Parameters.Function"}), parameters=[arn])
    )
    assert "must be the ARN of a Lambda function, not 'find'" in str(
        execution.steps["Find"].failure_reason
    )


@pytest.mark.documented(STOP)
def test_execution_is_stopped_when_the_function_has_ended(world: World) -> None:
    world.function.held = True
    executor = world.start(checked(find(), step("Later", DependsOn=["Find"])))
    world.until(lambda: len(world.function.events) == 1)
    executor.request_stop()
    assert executor.execution.status == "Stopping"
    world.function.release.set()
    world.until(lambda: executor.execution.finished)
    assert executor.execution.status == "Stopped"
    assert {run.name: run.status for run in executor.execution.steps.values()} == {
        "Find": "Succeeded"
    }


@pytest.mark.documented(STOP)
def test_execution_has_failed_when_the_time_is_up_while_it_stops(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lambda_function, "_SECONDS", 0.05)
    world.function.held = True
    executor = world.start(checked(find()))
    world.until(lambda: len(world.function.events) == 1)
    executor.request_stop()
    world.until(lambda: executor.execution.finished)
    world.function.release.set()
    assert executor.execution.status == "Failed"
    reason = str(executor.execution.steps["Find"].failure_reason)
    assert f"Lambda function {FUNCTION} has not ended within the " in reason


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"FunctionArn": None}, "Missing required member 'FunctionArn' of step 'Find'."),
        ({"FunctionArn": "find"}, "must be the ARN of a Lambda function, not 'find'"),
        ({"Arguments": {"a": {"b": 1}}}, "Argument 'a' of step 'Find' must be a String"),
        ({"Arguments": {"a": [1]}}, "a Lambda step takes no nested values"),
        ({"RetryPolicies": []}, "member of Lambda step 'Find': 'RetryPolicies'; supported"),
        (
            {"CacheConfig": {"Enabled": True, "ExpireAfter": "P1D"}},
            "caching of Lambda step 'Find': CacheConfig.Enabled 'true'; supported: false",
        ),
        ({"OutputParameters": outputs(x="Json")}, "Value 'Json' for 'OutputType'"),
    ],
)
def test_step_is_refused(members: dict[str, Any], reason: str) -> None:
    with pytest.raises(AwsError) as caught:
        checked(find(**members))
    assert reason in str(caught.value)


def test_reference_to_an_undeclared_output_is_refused() -> None:
    use = processing(Environment={"A": output("Find", "other")})
    with pytest.raises(ValidationException) as caught:
        checked(find(OutputParameters=outputs(x="String")), step("Use", Arguments=use))
    assert "'Steps.Find.OutputParameters.other' in step 'Use' is no property" in str(caught.value)


def test_caching_that_is_off_is_accepted() -> None:
    checked(find(CacheConfig={"Enabled": False, "ExpireAfter": "P1D"}))
