"""Pipelines and stages in accounts of their own: who lets whom in, and nothing of it in one account."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .assemblies import Assemblies, Template
from .configurations import KEY_ARN, PROD_ACCOUNT, REGION, STACKS, STAGING_ACCOUNT, TOOLING_ACCOUNT
from .synthesis import resources, template

ACCOUNTS = {"staging": STAGING_ACCOUNT, "prod": PROD_ACCOUNT}


@pytest.fixture(scope="module")
def tooling(assembly: Assemblies) -> Template:
    """The model build stack's template."""
    return template(assembly("accounts"), "Abalone-ModelBuild")


@pytest.fixture(scope="module")
def deploying(assembly: Assemblies) -> Template:
    """The model deploy stack's template."""
    return template(assembly("accounts"), "Abalone-ModelDeploy")


@pytest.fixture(params=ACCOUNTS)
def stage(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def stack(stage: str, assembly: Assemblies) -> Template:
    """The stage's template."""
    return template(assembly("accounts"), f"Abalone-{stage.capitalize()}")


def role_arn(account: str, name: str) -> str:
    return f"arn:aws:iam::{account}:role/{name}"


def of_stage(statements: list[dict[str, Any]], account: str) -> list[dict[str, Any]]:
    """The statements that let an account in."""
    return [
        each for each in statements if f"::{account}:root" in json.dumps(each.get("Principal", {}))
    ]


def test_each_stack_is_made_in_its_account(assembly: Assemblies) -> None:
    manifest = json.loads((assembly("accounts") / "manifest.json").read_text())
    environments = {name: manifest["artifacts"][name]["environment"] for name in STACKS}
    accounts = [TOOLING_ACCOUNT, STAGING_ACCOUNT, PROD_ACCOUNT, TOOLING_ACCOUNT]
    assert environments == {
        name: f"aws://{account}/{REGION}" for name, account in zip(STACKS, accounts, strict=True)
    }


def test_the_deployment_role_trusts_the_pipelines_account_and_its_functions(
    stage: str, stack: Template
) -> None:
    (role,) = (
        each["Properties"]
        for name, each in resources(stack, "AWS::IAM::Role").items()
        if name.startswith("DeploymentRole")
    )
    names = ["deployer", *(["smoke-test"] if stage == "staging" else [])]
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"AWS": f"arn:aws:iam::{TOOLING_ACCOUNT}:root"}
    assert statement["Condition"] == {
        "ArnEquals": {
            "aws:PrincipalArn": [
                role_arn(TOOLING_ACCOUNT, f"abalone-{name}-{REGION}") for name in names
            ]
        },
        "StringEquals": {"sts:ExternalId": "slipway-abalone"},
    }


def test_the_functions_have_the_names_that_are_trusted_and_take_on_those_roles(
    deploying: Template,
) -> None:
    named = {
        each["Properties"]["RoleName"]
        for each in resources(deploying, "AWS::IAM::Role").values()
        if "RoleName" in each["Properties"]
    }
    assert named == {f"abalone-deployer-{REGION}", f"abalone-smoke-test-{REGION}"}
    taken_on = {
        arn
        for name, policy in resources(deploying, "AWS::IAM::Policy").items()
        if name.startswith("FunctionsDeployEndpoint")
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Action"] == "sts:AssumeRole"
        for arn in statement["Resource"]
    }
    assert taken_on == {
        role_arn(account, f"abalone-{stage}-deploy-{REGION}") for stage, account in ACCOUNTS.items()
    }


def test_the_artifact_bucket_lets_the_role_of_the_stages_models_read(
    tooling: Template, stage: str
) -> None:
    (policy,) = resources(tooling, "AWS::S3::BucketPolicy").values()
    statements = of_stage(policy["Properties"]["PolicyDocument"]["Statement"], ACCOUNTS[stage])
    reader = role_arn(ACCOUNTS[stage], f"abalone-{stage}-model-{REGION}")
    bucket = "${ArtifactBucket7410C9EF.Arn}"
    assert [(each["Action"], each["Resource"]) for each in statements] == [
        ("s3:GetObject", f"{bucket}/*"),
        (["s3:GetBucketLocation", "s3:ListBucket"], bucket),
    ]
    for each in statements:
        assert each["Condition"] == {"ArnEquals": {"aws:PrincipalArn": reader}}


def test_the_group_lets_deployments_make_models_of_its_versions(
    tooling: Template, stage: str
) -> None:
    (group,) = resources(tooling, "AWS::SageMaker::ModelPackageGroup").values()
    (statement,) = of_stage(
        group["Properties"]["ModelPackageGroupPolicy"]["Statement"], ACCOUNTS[stage]
    )
    assert statement["Action"] == ["sagemaker:DescribeModelPackage", "sagemaker:CreateModel"]
    versions = f"arn:aws:sagemaker:{REGION}:{TOOLING_ACCOUNT}:model-package"
    assert statement["Resource"] == [
        f"{versions}/AbalonePackageGroup/*",
        f"{versions}/abalonepackagegroup/*",
    ]
    deployer = role_arn(ACCOUNTS[stage], f"abalone-{stage}-deploy-{REGION}")
    assert statement["Condition"] == {"ArnEquals": {"aws:PrincipalArn": deployer}}


def test_a_stages_alarms_come_over_the_bus(
    stage: str, stack: Template, deploying: Template
) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html"""
    bus = f"arn:aws:events:{REGION}:{TOOLING_ACCOUNT}:event-bus/default"
    (rule,) = resources(stack, "AWS::Events::Rule").values()
    alarms = [
        alarm["Properties"]["AlarmName"]
        for alarm in resources(stack, "AWS::CloudWatch::Alarm").values()
    ]
    assert rule["Properties"]["EventPattern"] == {
        "source": ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change"],
        "detail": {"alarmName": alarms},
    }
    (target,) = rule["Properties"]["Targets"]
    assert target["Arn"] == bus
    assert target["RoleArn"].startswith("${AlarmForwardingEventsRole")
    (policy,) = (
        each["Properties"]
        for name, each in resources(deploying, "AWS::Events::EventBusPolicy").items()
        if name.lower().startswith(stage)
    )
    assert policy["Statement"] == {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNTS[stage]}:root"},
        "Action": "events:PutEvents",
        "Resource": bus,
        "Condition": {
            "StringEquals": {
                "events:source": "aws.cloudwatch",
                "events:detail-type": "CloudWatch Alarm State Change",
            }
        },
    }


def test_the_models_role_may_decrypt_with_the_pipelines_key(stack: Template) -> None:
    """Through S3, and nothing else; docs/configuration.md has what the key's policy must say."""
    (policy,) = (
        each["Properties"]["PolicyDocument"]
        for name, each in resources(stack, "AWS::IAM::Policy").items()
        if name.startswith("EndpointExecutionRole")
    )
    (statement,) = (each for each in policy["Statement"] if each["Resource"] == KEY_ARN)
    assert statement["Action"] == "kms:Decrypt"
    assert statement["Condition"] == {
        "StringEquals": {"kms:ViaService": f"s3.{REGION}.${{AWS::URLSuffix}}"}
    }


@pytest.mark.parametrize("configuration", ["default", "network_and_key", "full"])
def test_one_account_needs_none_of_it(assembly: Assemblies, configuration: str) -> None:
    """`full` names the pipelines' own account as the stages'."""
    for stack in STACKS:
        found = template(assembly(configuration), stack)
        assert resources(found, "AWS::Events::EventBusPolicy") == {}
        assert [name for name in found["Resources"] if "AlarmForwarding" in name] == []
        for group in resources(found, "AWS::SageMaker::ModelPackageGroup").values():
            assert "ModelPackageGroupPolicy" not in group["Properties"]
        for policy in resources(found, "AWS::S3::BucketPolicy").values():
            statements = policy["Properties"]["PolicyDocument"]["Statement"]
            assert {each["Effect"] for each in statements} == {"Deny"}
