"""The functions get from the templates what their code asks for: variables, permissions, time."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from infra.assets import asset_files

from .calls import calls_of
from .synthesis import ROOT, resources

LAMBDAS = ROOT / "lambdas"
# The beginning of their resources' logical ids, up to `Function` and `Role`.
FUNCTIONS = {
    "StartPipelineFunction": "start_pipeline",
    "RelaxBaselineFunction": "relax_baseline",
    "BatchScoringFindLiveVersionFunction": "find_live_version",
    "BatchScoringJudgeScoresFunction": "judge_scores",
    "BatchScoringAnswerCallbackFunction": "answer_callback",
    "RequestDeploymentFunction": "request_deployment",
    "FunctionsDeployEndpoint": "deploy_endpoint",
    "FunctionsSmokeTest": "smoke_test",
    "FunctionsPrepareApproval": "prepare_approval",
}
# What the template allows beyond the calls in the code, and why.
BEYOND_THE_CODE = {
    "logs:CreateLogStream": "the runtime writes the log",
    "logs:PutLogEvents": "the runtime writes the log",
    "sqs:SendMessage": "Lambda sends what failed to the dead-letter queue as the function's role",
    "sqs:ReceiveMessage": "Lambda reads the queue as the function's role",
    "sqs:DeleteMessage": "Lambda deletes what was worked on as the function's role",
    "sqs:GetQueueAttributes": "Lambda looks at the queue as the function's role",
    "s3:ListBucket": "S3 then tells a missing object from a denied one",
}
# The same of the deployment roles.
BEYOND_THE_DEPLOYMENT = {
    "iam:PassRole": "CreateModel hands the endpoint's role to SageMaker",
    "sagemaker:AddTags": "the requests that create something have tags",
    "cloudwatch:TagResource": "so has the alarm",
    "iam:CreateServiceLinkedRole": "RegisterScalableTarget makes the role of scaling, the first time",
    "sagemaker:UpdateEndpointWeightsAndCapacities": "RegisterScalableTarget asks whether it is allowed",
}
IN_THE_BUILD_STACK = (
    "StartPipelineFunction",
    "RelaxBaselineFunction",
    "BatchScoringFindLiveVersionFunction",
    "BatchScoringJudgeScoresFunction",
    "BatchScoringAnswerCallbackFunction",
)


def allowed(template: dict[str, Any], role: str) -> set[str]:
    """The actions of a role's policy, which is the only one that its name begins."""
    policies = resources(template, "AWS::IAM::Policy")
    (policy,) = (
        policy["Properties"]["PolicyDocument"]
        for name, policy in policies.items()
        if name.startswith(role)
    )
    actions: set[str] = set()
    for statement in policy["Statement"]:
        given = statement["Action"]
        actions.update([given] if isinstance(given, str) else given)
    return actions


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_do_what_its_code_calls_and_little_else(
    function: str, build: dict[str, Any], deploy: dict[str, Any]
) -> None:
    template = build if function in IN_THE_BUILD_STACK else deploy
    calls, may = calls_of(FUNCTIONS[function]).own, allowed(template, f"{function}Role")
    assert calls, "no AWS call was recognised in the code"
    assert calls - may == set()
    assert may - calls - BEYOND_THE_CODE.keys() == set()


def test_a_deployment_role_may_do_what_is_called_with_it_and_little_else(
    staging: dict[str, Any], prod: dict[str, Any]
) -> None:
    deployed, tested = calls_of("deploy_endpoint").stage, calls_of("smoke_test").stage
    assert deployed
    assert tested
    for template, calls in ((staging, deployed | tested), (prod, deployed)):
        may = allowed(template, "DeploymentRole")
        assert calls - may == set()
        assert may - calls - BEYOND_THE_DEPLOYMENT.keys() == set()


def test_nobody_else_takes_a_deployment_role_on() -> None:
    with_stages = {name for name in FUNCTIONS.values() if calls_of(name).stage}
    assert with_stages == {"deploy_endpoint", "smoke_test"}
    assert with_stages == {
        name for name in FUNCTIONS.values() if "sts:AssumeRole" in calls_of(name).own
    }


def test_an_unpermitted_call_would_be_seen(prod: dict[str, Any], deploy: dict[str, Any]) -> None:
    assert "sagemaker:UpdateEndpoint" in calls_of("deploy_endpoint").stage
    assert "sagemaker:UpdateEndpoint" not in allowed(deploy, "FunctionsDeployEndpointRole")
    assert "sagemaker:InvokeEndpoint" in calls_of("smoke_test").stage
    assert "sagemaker:InvokeEndpoint" not in allowed(prod, "DeploymentRole")


def test_calls_are_told_from_what_is_called_alike() -> None:
    # `re.search` is none of SageMaker's Search.
    assert "search(" in "".join(p.read_text() for p in (LAMBDAS / "start_pipeline").glob("*.py"))
    assert "sagemaker:Search" not in calls_of("start_pipeline").own
    # A paginator's operation is a text; an operation may be handed over.
    assert {"sagemaker:ListModels", "sagemaker:DeleteModel"} <= calls_of("deploy_endpoint").stage
    # The input artifact is read with the action's credentials, an own file with the function's.
    assert "s3:GetObject" not in calls_of("find_live_version").own
    # Of a shared module only what is used: records are listed here, and written elsewhere.
    assert "s3:PutObject" not in calls_of("prepare_approval").own


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_gets_the_variables_that_its_code_reads(
    function: str, build: dict[str, Any], deploy: dict[str, Any]
) -> None:
    both = resources(build, "AWS::Lambda::Function") | resources(deploy, "AWS::Lambda::Function")
    (properties,) = (each["Properties"] for name, each in both.items() if name.startswith(function))
    given = set(properties.get("Environment", {}).get("Variables", {}))
    code = "".join(path.read_text() for path in asset_files(FUNCTIONS[function]).values())
    assert given == set(re.findall(r'os\.environ\["(\w+)"\]', code))
    assert properties["Handler"] == "lambda_function.lambda_handler"


def test_time_limits_leave_room_for_the_clients_own(
    build: dict[str, Any], deploy: dict[str, Any]
) -> None:
    """lambdas/shared/slipway_shared/clients.py counts on a minute, and on two where it invokes; a load
    (lambdas/smoke_test/smoke_parameters.py) needs some more."""
    both = resources(build, "AWS::Lambda::Function") | resources(deploy, "AWS::Lambda::Function")
    limits = {
        directory: each["Properties"]["Timeout"]
        for function, directory in FUNCTIONS.items()
        for name, each in both.items()
        if name.startswith(function)
    }
    assert limits.pop("smoke_test") == 360
    assert len(limits) == len(FUNCTIONS) - 1
    assert set(limits.values()) == {60}


def test_every_folder_of_lambdas_is_a_function() -> None:
    folders = {
        path.name for path in Path(LAMBDAS).iterdir() if (path / "lambda_function.py").exists()
    }
    assert folders == set(FUNCTIONS.values())
