"""The functions get from the templates what their code asks for: parameters, variables, permissions."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from .synthesis import ROOT, resources

LAMBDAS = ROOT / "lambdas"
# CodePipeline: https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-Lambda.html
MAX_USER_PARAMETERS = 1000
FUNCTIONS = {
    "StartPipeline": "start_pipeline",
    "RelaxBaseline": "relax_baseline",
    "BatchScoringFindLiveVersion": "find_live_version",
    "BatchScoringJudgeScores": "judge_scores",
    "BatchScoringAnswerCallback": "answer_callback",
    "RequestDeployment": "request_deployment",
    "DeployEndpoint": "deploy_endpoint",
    "SmokeTest": "smoke_test",
}
# boto3's methods that are not authorised under their own name.
ACTIONS = {"s3:HeadObject": "s3:GetObject", "s3:ListObjectsV2": "s3:ListBucket"}
# What the template allows beyond the calls in the code, and why.
BEYOND_THE_CODE = {
    "logs:CreateLogStream": "the runtime writes the log",
    "logs:PutLogEvents": "the runtime writes the log",
    "sqs:SendMessage": "Lambda sends what failed to the dead-letter queue as the function's role",
    "sqs:ReceiveMessage": "Lambda reads the queue as the function's role",
    "sqs:DeleteMessage": "Lambda deletes what was worked on as the function's role",
    "sqs:GetQueueAttributes": "Lambda looks at the queue as the function's role",
    "iam:PassRole": "CreateModel hands the endpoint's role to SageMaker",
    "sagemaker:AddTags": "the requests that create something have tags",
    "s3:ListBucket": "S3 then tells a missing object from a denied one",
}
IN_THE_BUILD_STACK = (
    "StartPipeline",
    "RelaxBaseline",
    "BatchScoringFindLiveVersion",
    "BatchScoringJudgeScores",
    "BatchScoringAnswerCallback",
)
SERVICES = r"(s3|sagemaker|codepipeline|runtime)"
NOT_CALLS = {"get_paginator", "exceptions"}


def sources(directory: str) -> str:
    """The code of a function and what it imports of the shared package, as one text."""
    own = "\n".join(path.read_text() for path in sorted((LAMBDAS / directory).glob("*.py")))
    shared = LAMBDAS / "shared/slipway_shared"
    text, pending = own, set(re.findall(r"from slipway_shared\.(\w+) import", own))
    seen: set[str] = set()
    while pending - seen:
        name = (pending - seen).pop()
        seen.add(name)
        code = (shared / f"{name}.py").read_text()
        pending |= set(re.findall(r"from slipway_shared\.(\w+) import", code))
        # The input artifact is read with the action's credentials, not as the function.
        text += code.replace("s3.get_object(Bucket=artifact.bucket", "")
    return text


def called(directory: str) -> set[str]:
    """The IAM actions of the AWS calls in a function's code."""
    code = sources(directory)
    methods = re.findall(rf"\b_?{SERVICES}\.(\w+)\(", code)
    methods += re.findall(rf'\b{SERVICES}\.get_paginator\(\s*"(\w+)"', code)
    actions = {
        f"{'sagemaker' if service == 'runtime' else service}:"
        + "".join(part.capitalize() for part in method.replace("v2", "V2").split("_"))
        for service, method in methods
        if method not in NOT_CALLS
    }
    return {ACTIONS.get(action, action) for action in actions}


def allowed(template: dict[str, Any], function: str) -> set[str]:
    """The actions of the function's role."""
    policies = resources(template, "AWS::IAM::Policy")
    (policy,) = (
        policy["Properties"]["PolicyDocument"]
        for name, policy in policies.items()
        if name.startswith(f"{function}FunctionRole")
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
    calls, may = called(FUNCTIONS[function]), allowed(template, function)
    assert calls, "no AWS call was recognised in the code"
    assert calls - may == set()
    assert may - calls - BEYOND_THE_CODE.keys() == set()


def test_an_unpermitted_call_would_be_seen(deploy: dict[str, Any]) -> None:
    assert "sagemaker:UpdateEndpoint" in called("deploy_endpoint")
    assert "sagemaker:UpdateEndpoint" not in allowed(deploy, "SmokeTest")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_gets_the_variables_that_its_code_reads(
    function: str, build: dict[str, Any], deploy: dict[str, Any]
) -> None:
    both = resources(build, "AWS::Lambda::Function") | resources(deploy, "AWS::Lambda::Function")
    (properties,) = (
        each["Properties"] for name, each in both.items() if name.startswith(f"{function}Function")
    )
    given = set(properties.get("Environment", {}).get("Variables", {}))
    assert given == set(re.findall(r'os\.environ\["(\w+)"\]', sources(FUNCTIONS[function])))
    assert properties["Handler"] == "lambda_function.lambda_handler"


def user_parameters(template: dict[str, Any], stage: str) -> str:
    """An action's UserParameters as CodePipeline gets them, its references as long as can be."""
    (pipeline,) = resources(template, "AWS::CodePipeline::Pipeline").values()
    (action,) = (
        action
        for each in pipeline["Properties"]["Stages"]
        if each["Name"] == stage
        for action in each["Actions"]
    )
    text: str = action["Configuration"]["UserParameters"]
    text = text.replace(
        "${EndpointExecutionRole1819D26F.Arn}", f"arn:aws-us-gov:iam::{'1' * 12}:role/{'r' * 64}"
    )
    text = text.replace("${Abalone-ModelBuild:ArtifactBucketName}", "b" * 63)
    assert "${" not in text
    return text


@pytest.fixture
def lambda_module(monkeypatch: pytest.MonkeyPatch) -> Any:
    def load(directory: str, name: str) -> Any:
        for path in (LAMBDAS / "shared", LAMBDAS / directory):
            monkeypatch.syspath_prepend(str(path))
        return importlib.import_module(name)

    return load


@pytest.mark.parametrize("stage", ["Staging", "Prod"])
def test_deploy_endpoint_reads_its_parameters(
    lambda_module: Any, deploy: dict[str, Any], full_deploy: dict[str, Any], stage: str
) -> None:
    parse = lambda_module("deploy_endpoint", "stage_settings").parse_stage_settings
    for template in (deploy, full_deploy):
        text = user_parameters(template, stage)
        settings = parse(text)
        assert settings.stage == stage.lower()
        assert settings.endpoint_name == f"abalone-{stage.lower()}"
        assert len(text) <= MAX_USER_PARAMETERS
    assert settings.tags == {"project": "abalone", "cost-center": "42"}
    if stage == "Staging":
        assert settings.data_capture is None
    else:
        assert settings.data_capture.percentage == 20
        assert settings.initial_instance_count == 100


def test_the_longest_configuration_leaves_room_in_user_parameters(
    full_deploy: dict[str, Any],
) -> None:
    from infra.reading import MAX_TAGS

    text = user_parameters(full_deploy, "Prod")
    tags = json.loads(text)["tags"]
    longest_project = 32 - len("abalone")
    # The name is in the endpoint's name and in the tag.
    worst = len(text) - len(json.dumps(tags, separators=(",", ":"))) + 2 * longest_project
    own_tag = len('{"project":"abalone",')
    longest_instance_type = len("ml..") + 32 - len("ml.m6i.32xlarge") + 1
    assert worst + own_tag + longest_instance_type + MAX_TAGS <= MAX_USER_PARAMETERS


def test_start_pipeline_reads_its_parameters(
    lambda_module: Any, build: dict[str, Any], full_build: dict[str, Any]
) -> None:
    module = lambda_module("start_pipeline", "execution_request")
    for template, policy in ((build, ("carry", "refresh")), (full_build, ("refresh", "carry"))):
        text = user_parameters(template, "Train").replace("#{SourceVariables.CommitId}", "0" * 40)
        asked = module.parse_asked(text)
        assert asked.pipeline_name == "AbalonePipeline"
        assert asked.display_name == f"commit-{'0' * 40}"
        assert asked.model_package_group_name == "AbalonePackageGroup"
        assert (asked.policy.retrain_baselines, asked.policy.drift_response) == policy
        assert asked.parameters == {}
        # Room for the longest project's name, twice.
        assert len(text) + 2 * 32 <= MAX_USER_PARAMETERS


def test_smoke_test_is_told_the_staging_endpoint(deploy: dict[str, Any]) -> None:
    assert json.loads(user_parameters(deploy, "SmokeTest")) == {"endpointName": "abalone-staging"}


def test_time_limits_leave_room_for_the_clients_own(
    build: dict[str, Any], deploy: dict[str, Any]
) -> None:
    """lambdas/shared/slipway_shared/clients.py counts on a minute, and on two where it invokes."""
    both = resources(build, "AWS::Lambda::Function") | resources(deploy, "AWS::Lambda::Function")
    limits = {
        name.split("Function")[0]: each["Properties"]["Timeout"] for name, each in both.items()
    }
    assert limits == {
        "StartPipeline": 60,
        "RelaxBaseline": 60,
        "BatchScoringFindLiveVersion": 60,
        "BatchScoringJudgeScores": 60,
        "BatchScoringAnswerCallback": 60,
        "RequestDeployment": 60,
        "DeployEndpoint": 60,
        "SmokeTest": 120,
    }


def test_every_folder_of_lambdas_is_a_function() -> None:
    folders = {
        path.name for path in Path(LAMBDAS).iterdir() if (path / "lambda_function.py").exists()
    }
    assert folders == set(FUNCTIONS.values())
