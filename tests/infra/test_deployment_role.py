"""The role with which deployments and tests touch a stage: who takes it on, and what it may do."""

from __future__ import annotations

from typing import Any

import pytest

from .assemblies import Assemblies, Template
from .configurations import STACKS
from .policies import allowed, statements
from .synthesis import resources, template

STAGES = ("staging", "prod")


@pytest.fixture(params=STAGES)
def stage(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def stack(stage: str, request: pytest.FixtureRequest) -> Template:
    """The stage's template, with the least configuration."""
    found: Template = request.getfixturevalue(stage)
    return found


def role(found: Template, name: str) -> dict[str, Any]:
    (properties,) = (
        each["Properties"]
        for key, each in resources(found, "AWS::IAM::Role").items()
        if key.startswith(name)
    )
    assert isinstance(properties, dict)
    return properties


def test_the_deployment_role_is_taken_on_by_the_two_functions_and_by_nobody_else(
    assembly: Assemblies,
) -> None:
    functions = resources(template(assembly("default"), "Abalone-ModelDeploy"), "AWS::IAM::Role")
    named = {
        each["Properties"]["RoleName"]
        for each in functions.values()
        if "RoleName" in each["Properties"]
    }
    assert named == {"abalone-deployer-${AWS::Region}", "abalone-smoke-test-${AWS::Region}"}
    for stage, stack in zip(STAGES, STACKS[1:3], strict=True):
        trusted = sorted(named) if stage == "staging" else [min(named)]
        given = role(template(assembly("default"), stack), "DeploymentRole")
        account = "arn:${AWS::Partition}:iam::${AWS::AccountId}"
        assert given["AssumeRolePolicyDocument"]["Statement"] == [
            {
                "Action": "sts:AssumeRole",
                "Effect": "Allow",
                "Principal": {"AWS": f"{account}:root"},
                "Condition": {
                    "ArnEquals": {
                        "aws:PrincipalArn": [f"{account}:role/{name}" for name in trusted]
                    },
                    "StringEquals": {"sts:ExternalId": "slipway-abalone"},
                },
            }
        ]


def test_each_function_may_take_on_the_roles_that_trust_it(deploy: Template) -> None:
    takes_on = {
        name.removeprefix("Functions").split("Role")[0]: {
            arn.rpartition("/")[2]
            for statement in statements(deploy, name)
            if "sts:AssumeRole" in statement["Action"]
            for arn in statement["Resource"]
        }
        for name in resources(deploy, "AWS::IAM::Policy")
        if name.startswith("Functions")
    }
    staging, prod = (f"abalone-{stage}-deploy-${{AWS::Region}}" for stage in STAGES)
    assert takes_on == {
        "DeployEndpoint": {staging, prod},
        "SmokeTest": {staging},
        "PrepareApproval": set(),
    }


def test_deployments_touch_their_own_stage_only(stage: str, stack: Template) -> None:
    other = next(each for each in STAGES if each != stage)
    may = allowed(stack, "DeploymentRole")
    model, config = f"model/abalone-{stage}-v*", f"endpoint-config/abalone-{stage}-v*"
    endpoint = f"endpoint/abalone-{stage}"
    assert may["sagemaker:UpdateEndpoint"] == {endpoint, config}
    assert may["sagemaker:DescribeEndpoint"] == {endpoint}
    assert may["sagemaker:CreateModel"] == {
        model,
        "model-package/AbalonePackageGroup/*",
        "model-package/abalonepackagegroup/*",
    }
    assert may["iam:PassRole"] == {"${EndpointExecutionRole1819D26F.Arn}"}
    assert f"alarm:abalone-{stage}-v*" in may["cloudwatch:PutMetricAlarm"]
    assert [arn for arns in may.values() for arn in arns if f"abalone-{other}" in arn] == []


def test_only_staging_is_invoked(staging: Template, prod: Template) -> None:
    invoke = "sagemaker:InvokeEndpoint"
    assert allowed(staging, "DeploymentRole")[invoke] == {"endpoint/abalone-staging"}
    assert invoke not in allowed(prod, "DeploymentRole")
