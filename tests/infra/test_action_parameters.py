"""Actions of the pipelines give their functions the parameters that these read, and refer to variables
that are there."""

from __future__ import annotations

import ast
import importlib
import json
import re
from typing import Any

import pytest

from infra import config
from infra.constructs.model_deploy_pipeline import load_parameters

from .synthesis import ROOT, resources

LAMBDAS = ROOT / "lambdas"
# CodePipeline: https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-Lambda.html
MAX_USER_PARAMETERS = 1000


def user_parameters(template: dict[str, Any], stage: str, action: str = "") -> str:
    """An action's UserParameters as the pipeline has them."""
    (pipeline,) = resources(template, "AWS::CodePipeline::Pipeline").values()
    (found,) = (
        each
        for part in pipeline["Properties"]["Stages"]
        if part["Name"] == stage
        for each in part["Actions"]
        if action in each["Name"]
    )
    text: str = found["Configuration"]["UserParameters"]
    assert "${" not in text
    return text


@pytest.fixture
def lambda_module(monkeypatch: pytest.MonkeyPatch) -> Any:
    def load(directory: str, name: str) -> Any:
        for path in (LAMBDAS / "shared", LAMBDAS / directory):
            monkeypatch.syspath_prepend(str(path))
        return importlib.import_module(name)

    return load


def read_parameters(directory: str) -> tuple[set[str], set[str]]:
    """The parameters that a handler requires, and those that it takes: the keys in its code."""
    (call,) = (
        node
        for path in sorted((LAMBDAS / directory).glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "parse_user_parameters"
    )
    given = {keyword.arg: keyword.value for keyword in call.keywords}

    def keys(name: str) -> set[str]:
        value = given.get(name)
        if value is None:
            return set()
        assert isinstance(value, ast.Dict)
        return {str(key.value) for key in value.keys if isinstance(key, ast.Constant)}

    return keys("required"), keys("required") | keys("optional")


@pytest.mark.parametrize(
    ("stage", "action", "directory"),
    [
        ("Staging", "Deploy", "deploy_endpoint"),
        ("SmokeTest", "Invoke", "smoke_test"),
        ("SmokeTest", "PrepareApproval", "prepare_approval"),
        ("Prod", "Deploy", "deploy_endpoint"),
    ],
)
def test_an_action_gives_the_parameters_that_its_function_reads(
    deploy: dict[str, Any], full_deploy: dict[str, Any], stage: str, action: str, directory: str
) -> None:
    required, known = read_parameters(directory)
    assert required
    for template in (deploy, full_deploy):
        text = user_parameters(template, stage, action)
        given = json.loads(text)
        assert required <= set(given) <= known
        # Room for the longest project's name, in an endpoint's or the pipeline's.
        assert len(text) + 32 <= MAX_USER_PARAMETERS


@pytest.mark.parametrize("stage", ["Staging", "Prod"])
def test_deploy_endpoint_is_told_its_stage_and_which_execution_it_is(
    deploy: dict[str, Any], stage: str
) -> None:
    assert json.loads(user_parameters(deploy, stage)) == {
        "stage": stage.lower(),
        "endpointName": f"abalone-{stage.lower()}",
        "executionId": "#{codepipeline.PipelineExecutionId}",
        "manifestVersionId": "#{SourceVariables.VersionId}",
    }


def test_smoke_test_is_told_the_staging_endpoint_and_its_bounds(
    lambda_module: Any, deploy: dict[str, Any], full_deploy: dict[str, Any]
) -> None:
    module = lambda_module("smoke_test", "smoke_parameters")
    least = module.parse_smoke_parameters(user_parameters(deploy, "SmokeTest", "Invoke"))
    assert (least.stage, least.endpoint_name) == ("staging", "abalone-staging")
    assert (least.max_latency_milliseconds, least.load) == (5000, None)
    full = module.parse_smoke_parameters(user_parameters(full_deploy, "SmokeTest", "Invoke"))
    assert full.max_latency_milliseconds == 250
    assert full.load == module.Load(
        requests_per_second=49.5, seconds=59, max_errors=3, max_p99_milliseconds=750
    )


def test_the_largest_load_of_the_configuration_is_one_that_the_function_takes(
    lambda_module: Any,
) -> None:
    """Else it would be refused only when something is deployed."""
    given = {"requests_per_second": 50, "seconds": 60, "max_errors": 3000, "max_p99_ms": 10_000}
    loaded = config.load({"project": "abalone", "deployment": {"load": given}}).deployment.load
    module = lambda_module("smoke_test", "smoke_parameters")
    parameters = {
        "stage": "staging",
        "endpointName": "abalone-staging",
        "maxLatencyMilliseconds": 60_000,
        "load": load_parameters(loaded),
    }
    assert module.parse_smoke_parameters(json.dumps(parameters)).load.count == 3000


def variables(directory: str) -> set[str]:
    """The output variables that a handler sets: the keys of texts in its code."""
    code = "".join(path.read_text() for path in sorted((LAMBDAS / directory).glob("*.py")))
    return set(re.findall(r'"([A-Z][A-Za-z]+)": ', code))


def test_what_actions_refer_to_is_set_by_those_before(deploy: dict[str, Any]) -> None:
    """CodePipeline fails an action that refers to a variable that is not there
    (https://docs.aws.amazon.com/codepipeline/latest/userguide/actions-variables.html)."""
    (pipeline,) = resources(deploy, "AWS::CodePipeline::Pipeline").values()
    text = json.dumps(pipeline["Properties"]["Stages"])
    used = set(re.findall(r"#\{(\w+)\.(\w+)\}", text))
    directories = {
        "StagingVariables": "deploy_endpoint",
        "SmokeTestVariables": "smoke_test",
        "ApprovalVariables": "prepare_approval",
    }
    # https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html
    aws = {"codepipeline": {"PipelineExecutionId"}, "SourceVariables": {"VersionId", "ETag"}}
    assert {namespace for namespace, _ in used} == {*directories, *aws}
    for namespace, variable in used:
        known = aws.get(namespace) or variables(directories[namespace])
        assert variable in known, f"{namespace}.{variable}"


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
