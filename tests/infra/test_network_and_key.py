"""A customer's VPC and key: everything that can have them has them, and may use them."""

from __future__ import annotations

from typing import Any

import pytest

from .assemblies import Assemblies, Template
from .configurations import KEY_ARN, PLACED, REGION, STACKS, VPC_ID
from .synthesis import resources, template


@pytest.fixture(scope="module")
def stacks(assembly: Assemblies) -> list[Template]:
    """All templates with a VPC and a key."""
    return [template(assembly("network_and_key"), stack) for stack in STACKS]


def of_kind(templates: list[Template], kind: str) -> list[dict[str, Any]]:
    found = [each["Properties"] for one in templates for each in resources(one, kind).values()]
    assert found
    return found


def many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def policies(templates: list[Template]) -> dict[str, list[dict[str, Any]]]:
    """The statements of each role, by the policy's name."""
    return {
        name: policy["Properties"]["PolicyDocument"]["Statement"]
        for each in templates
        for name, policy in resources(each, "AWS::IAM::Policy").items()
    }


def test_buckets_queues_topic_logs_and_artifacts_have_the_key(stacks: list[Template]) -> None:
    for bucket in of_kind(stacks, "AWS::S3::Bucket"):
        (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["BucketKeyEnabled"] is True
        assert rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"] == KEY_ARN
    assert {each["KmsMasterKeyId"] for each in of_kind(stacks, "AWS::SQS::Queue")} == {KEY_ARN}
    assert {each["KmsMasterKeyId"] for each in of_kind(stacks, "AWS::SNS::Topic")} == {KEY_ARN}
    assert {each["KmsKeyId"] for each in of_kind(stacks, "AWS::Logs::LogGroup")} == {KEY_ARN}
    assert {each["KmsKeyArn"] for each in of_kind(stacks, "AWS::Lambda::Function")} == {KEY_ARN}
    assert [each["EncryptionKey"] for each in of_kind(stacks, "AWS::CodeBuild::Project")] == [
        KEY_ARN
    ]
    for pipeline in of_kind(stacks, "AWS::CodePipeline::Pipeline"):
        assert pipeline["ArtifactStore"]["EncryptionKey"] == {"Id": KEY_ARN, "Type": "KMS"}


@pytest.mark.parametrize(
    ("service", "action", "rights"),
    [
        ("s3", "s3:GetObject", {"kms:Decrypt"}),
        ("s3", "s3:PutObject", {"kms:Decrypt", "kms:GenerateDataKey"}),
        ("sqs", "sqs:SendMessage", {"kms:Decrypt", "kms:GenerateDataKey"}),
        ("sqs", "sqs:ReceiveMessage", {"kms:Decrypt"}),
        ("sns", "sns:Publish", {"kms:Decrypt", "kms:GenerateDataKey"}),
    ],
)
def test_who_may_read_or_write_may_use_the_key_through_that_service(
    stacks: list[Template], service: str, action: str, rights: set[str]
) -> None:
    via = f"{service}.{REGION}.${{AWS::URLSuffix}}"
    concerned = 0
    for name, statements in policies(stacks).items():
        may = {each for statement in statements for each in many(statement["Action"])}
        # What an endpoint writes is its captures, which have the stage's key.
        if action not in may or (action == "s3:PutObject" and name.startswith("Endpoint")):
            continue
        concerned += 1
        given = {
            right
            for statement in statements
            if many(statement["Resource"]) == [KEY_ARN]
            and statement.get("Condition") == {"StringEquals": {"kms:ViaService": via}}
            for right in many(statement["Action"])
        }
        assert rights <= given, name
    assert concerned


def test_a_function_may_decrypt_its_variables(stacks: list[Template]) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html"""
    functions = {
        n: s for n, s in policies(stacks).items() if "FunctionRole" in n or "Functions" in n
    }
    assert len(functions) == 9
    for name, statements in functions.items():
        assert [
            statement
            for statement in statements
            if "kms:Decrypt" in many(statement["Action"]) and "Condition" not in statement
        ], name


def test_nobody_has_rights_on_the_key_that_are_not_listed(stacks: list[Template]) -> None:
    given = {
        right
        for statements in policies(stacks).values()
        for statement in statements
        for right in many(statement["Action"])
        if right.startswith("kms:")
    }
    assert given == {"kms:Decrypt", "kms:GenerateDataKey", "kms:CreateGrant", "kms:DescribeKey"}


def test_functions_run_in_the_vpc(stacks: list[Template]) -> None:
    placed = {
        "SubnetIds": PLACED["subnet_ids"],
        "SecurityGroupIds": PLACED["security_group_ids"],
    }
    for function in of_kind(stacks, "AWS::Lambda::Function"):
        assert function["VpcConfig"] == placed
    for name, statements in policies(stacks).items():
        if "FunctionRole" in name or "Functions" in name:
            may = {each for statement in statements for each in many(statement["Action"])}
            assert {"ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"} <= may


def test_builds_run_in_the_vpc(stacks: list[Template]) -> None:
    (project,) = of_kind(stacks, "AWS::CodeBuild::Project")
    assert project["VpcConfig"] == {
        "VpcId": VPC_ID,
        "Subnets": PLACED["subnet_ids"],
        "SecurityGroupIds": PLACED["security_group_ids"],
    }


def test_a_build_may_join_its_subnets_only(stacks: list[Template]) -> None:
    """https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-iam-identity-based-access-control.html#customer-managed-policies-example-create-vpc-network-interface"""
    (statements,) = (s for n, s in policies(stacks).items() if n.startswith("BuildCodeBuild"))
    (permission,) = (
        each for each in statements if each["Action"] == "ec2:CreateNetworkInterfacePermission"
    )
    account = "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}"
    assert permission["Resource"] == f"{account}:network-interface/*"
    assert permission["Condition"] == {
        "StringEquals": {
            "ec2:AuthorizedService": "codebuild.amazonaws.com",
            "ec2:Subnet": [f"{account}:subnet/{subnet}" for subnet in PLACED["subnet_ids"]],
        }
    }
    (interfaces,) = (
        each for each in statements if "ec2:CreateNetworkInterface" in many(each["Action"])
    )
    assert set(interfaces["Action"]) == {
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeDhcpOptions",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
    }


def test_a_build_waits_for_its_rights(stacks: list[Template]) -> None:
    """CodeBuild tries them when the project is made."""
    (project,) = (
        each for one in stacks for each in resources(one, "AWS::CodeBuild::Project").values()
    )
    assert any("CodeBuildServiceRoleDefaultPolicy" in name for name in project["DependsOn"])


def test_the_endpoints_role_may_join_the_vpc(assembly: Assemblies) -> None:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html (CreateModel)"""
    for stack in ("Abalone-Staging", "Abalone-Prod"):
        placed = template(assembly("network_and_key"), stack)
        (statements,) = (
            s for n, s in policies([placed]).items() if n.startswith("EndpointExecutionRole")
        )
        may = {each for statement in statements for each in many(statement["Action"])}
        assert {"ec2:CreateNetworkInterface", "ec2:CreateNetworkInterfacePermission"} <= may


def test_without_them_nothing_has_them(all_stacks: list[Template]) -> None:
    for name, statements in policies(all_stacks).items():
        may = {each for statement in statements for each in many(statement["Action"])}
        assert not [action for action in may if action.startswith("kms:")], name
        # The SDK refuses a role for jobs without these: infra/constructs/sagemaker_roles.py.
        if not name.startswith("SageMakerExecutionRole"):
            assert not [action for action in may if action.startswith("ec2:")], name
    assert "VpcConfig" not in of_kind(all_stacks, "AWS::CodeBuild::Project")[0]
    for function in of_kind(all_stacks, "AWS::Lambda::Function"):
        assert not {"VpcConfig", "KmsKeyArn"} & set(function)
