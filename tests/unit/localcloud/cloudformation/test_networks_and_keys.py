"""Resources in a VPC and with a customer's key deploy, and tell both; what is not there is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localcloud.cloud import current
from tests.local_server import EVERYTHING, REGION, service_principal

from .conftest import Cloud
from .platform_template import (
    GROUPS,
    SUBNETS,
    function,
    network,
    project,
    resource,
    role,
    template,
)

VPC_PAGE = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html"


def settled(cloud: Cloud, name: str, status: str) -> None:
    """Wait for a stack to be done."""
    current().changes.wait_until(
        lambda: not cloud.stack(name)["StackStatus"].endswith("IN_PROGRESS"), 30
    )
    reasons = [event for event in cloud.events(name) if event[2]]
    assert cloud.stack(name)["StackStatus"] == status, "\n".join(map(str, reasons))


@pytest.fixture(scope="module")
def stack(cloud: Cloud) -> str:
    """The stack of the whole template; its name."""
    cloud.create("platform", template())
    settled(cloud, "platform", "CREATE_COMPLETE")
    return "platform"


@pytest.mark.documented(VPC_PAGE)
def test_a_function_is_in_its_vpc_and_runs(cloud: Cloud, stack: str) -> None:
    client, name = cloud.client("lambda"), cloud.physical_id(stack, "Function")
    configuration = client.get_function_configuration(FunctionName=name)
    assert configuration["VpcConfig"] == {
        "SubnetIds": [cloud.physical_id(stack, each) for each in ("First", "Second")],
        "SecurityGroupIds": [cloud.physical_id(stack, "Group")],
        "VpcId": cloud.physical_id(stack, "Vpc"),
    }
    assert configuration["KMSKeyArn"].endswith(f":key/{cloud.physical_id(stack, 'Key')}")
    answer = client.invoke(FunctionName=name)["Payload"].read()
    assert json.loads(answer) == "in a VPC"


def test_a_project_builds_in_its_vpc(cloud: Cloud, stack: str) -> None:
    client, name = cloud.client("codebuild"), cloud.physical_id(stack, "Project")
    (found,) = client.batch_get_projects(names=[name])["projects"]
    assert found["vpcConfig"]["vpcId"] == cloud.physical_id(stack, "Vpc")
    assert found["encryptionKey"].endswith(f":key/{cloud.physical_id(stack, 'Key')}")
    build = client.start_build(projectName=name)["build"]["id"]

    def ended() -> dict[str, Any]:
        told: dict[str, Any] = client.batch_get_builds(ids=[build])["builds"][0]
        return told

    assert current().changes.wait_until(lambda: ended()["buildComplete"], 60)
    assert ended()["buildStatus"] == "SUCCEEDED", ended()["phases"]
    assert ended()["vpcConfig"] == found["vpcConfig"]


def test_what_is_encrypted_says_so(cloud: Cloud, stack: str) -> None:
    key = cloud.physical_id(stack, "Key")
    arn = cloud.client("kms").describe_key(KeyId=key)["KeyMetadata"]["Arn"]
    encryption = cloud.client("s3").get_bucket_encryption(Bucket=cloud.physical_id(stack, "Bucket"))
    (rule,) = encryption["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["BucketKeyEnabled"] is True
    assert rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] == arn
    attributes = cloud.client("sqs").get_queue_attributes(
        QueueUrl=cloud.physical_id(stack, "Queue"), AttributeNames=["All"]
    )["Attributes"]
    assert attributes["KmsMasterKeyId"] == arn
    assert attributes["KmsDataKeyReusePeriodSeconds"] == "600"
    topic = cloud.client("sns").get_topic_attributes(TopicArn=cloud.physical_id(stack, "Topic"))
    assert topic["Attributes"]["KmsMasterKeyId"] == key
    (group,) = cloud.client("logs").describe_log_groups(
        logGroupNamePrefix=cloud.physical_id(stack, "Logs")
    )["logGroups"]
    assert group["kmsKeyId"] == arn
    made = cloud.client("codepipeline").get_pipeline(name=cloud.physical_id(stack, "Pipeline"))
    assert made["pipeline"]["artifactStore"]["encryptionKey"] == {"id": arn, "type": "KMS"}


def test_a_function_and_a_project_leave_their_vpc(cloud: Cloud) -> None:
    resources = {
        **network(),
        "FunctionRole": role("lambda"),
        "BuildRole": role("codebuild"),
        "Key": resource("KMS::Key"),
        "Function": function(),
        "Project": project(),
    }
    cloud.create("leaving", resources)
    settled(cloud, "leaving", "CREATE_COMPLETE")
    for name in ("Function", "Project"):
        del resources[name]["Properties"]["VpcConfig"]
    cloud.update("leaving", resources)
    settled(cloud, "leaving", "UPDATE_COMPLETE")
    name = cloud.physical_id("leaving", "Function")
    assert "VpcConfig" not in cloud.client("lambda").get_function_configuration(FunctionName=name)
    projects = cloud.client("codebuild").batch_get_projects(
        names=[cloud.physical_id("leaving", "Project")]
    )["projects"]
    assert "vpcConfig" not in projects[0]


def without(resources: dict[str, Any], name: str, *actions: str) -> dict[str, Any]:
    """The template, in which a role is denied these."""
    policies = resources[name]["Properties"]["Policies"]
    denied = {"Effect": "Deny", "Action": list(actions), "Resource": "*"}
    policies[0]["PolicyDocument"]["Statement"] = [EVERYTHING, denied]
    return resources


def subnet(*ids: Any) -> dict[str, Any]:
    return {"SubnetIds": list(ids), "SecurityGroupIds": GROUPS}


GONE = "subnet-0123456789abcdef0"
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    (
        "no-subnet",
        {"Function": function(VpcConfig=subnet(GONE))},
        f"Error occurred while DescribeSubnets. EC2 Error Code: InvalidSubnetID.NotFound. EC2 Error "
        f"Message: The subnet ID '{GONE}' does not exist",
    ),
    (
        "no-group",
        {"Function": function(VpcConfig={"SubnetIds": SUBNETS, "SecurityGroupIds": ["sg-1"]})},
        "Error occurred while DescribeSecurityGroups. EC2 Error Code: InvalidGroup.NotFound.",
    ),
    (
        "one-only",
        {"Function": function(VpcConfig={"SubnetIds": SUBNETS, "SecurityGroupIds": []})},
        "SubnetIds and SecurityIds must coexist or be both empty list.",
    ),
    (
        "function-role",
        without(
            {"Function": function(), "FunctionRole": role("lambda")},
            "FunctionRole",
            "ec2:CreateNetworkInterface",
        ),
        "The provided execution role does not have permissions to call CreateNetworkInterface on EC2",
    ),
    (
        "function-key",
        {"Function": function(KmsKeyArn=f"arn:aws:kms:{REGION}:123456789012:key/none")},
        "key arn:aws:kms:us-east-1:123456789012:key/none does not exist",
    ),
    (
        "project-role",
        without(
            {"Project": project(), "BuildRole": role("codebuild")},
            "BuildRole",
            "ec2:DescribeSecurityGroups",
        ),
        "Not authorized to perform DescribeSecurityGroups",
    ),
    ("project-subnet", {"Project": project(Subnets=[GONE])}, f"The subnet ID '{GONE}' does not"),
    ("project-vpc", {"Project": project(VpcId="vpc-1")}, "not in vpc-1"),
    (
        "logs-key",
        {"Logs": resource("Logs::LogGroup", KmsKeyId="arn:aws:kms:us-east-1:123456789012:key/no")},
        "The specified KMS Key Id could not be found.",
    ),
]


@pytest.mark.parametrize(("name", "wrong", "message"), REFUSED, ids=[each[0] for each in REFUSED])
def test_what_is_not_there_or_not_allowed_fails_the_stack(
    cloud: Cloud, name: str, wrong: dict[str, Any], message: str
) -> None:
    roles = {"FunctionRole": role("lambda"), "BuildRole": role("codebuild")}
    cloud.create(name, {**network(), **roles, "Key": resource("KMS::Key"), **wrong})
    settled(cloud, name, "ROLLBACK_COMPLETE")
    reasons = [reason for _, _, reason in cloud.events(name)]
    assert any(message in reason for reason in reasons), reasons


@pytest.mark.recorded("https://github.com/aws/aws-cdk/issues/12705")
def test_a_build_whose_role_may_make_no_interface_fails(cloud: Cloud) -> None:
    denied = without(
        {"BuildRole": role("codebuild")}, "BuildRole", "ec2:CreateNetworkInterfacePermission"
    )
    cloud.create("attach", {**network(), **denied, "Key": resource("KMS::Key"), "P": project()})
    settled(cloud, "attach", "CREATE_COMPLETE")
    client = cloud.client("codebuild")
    build = client.start_build(projectName=cloud.physical_id("attach", "P"))["build"]["id"]
    assert current().changes.wait_until(
        lambda: client.batch_get_builds(ids=[build])["builds"][0]["buildComplete"], 60
    )
    phases = client.batch_get_builds(ids=[build])["builds"][0]["phases"]
    (failed,) = [each for each in phases if each.get("phaseStatus") == "FAILED"]
    assert failed["phaseType"] == "PROVISIONING"
    assert failed["contexts"] == [
        {
            "statusCode": "VPC_CLIENT_ERROR",
            "message": "Unexpected EC2 error: UnauthorizedOperation",
        }
    ]


def test_who_makes_a_function_must_be_allowed_to_look_at_its_network(
    cloud: Cloud, stack: str
) -> None:
    deployer = cloud.make_role(
        "looks-not",
        service_principal("cloudformation"),
        EVERYTHING,
        {"Effect": "Deny", "Action": "ec2:DescribeSubnets", "Resource": "*"},
    )
    ids = [cloud.physical_id(stack, each) for each in ("First", "Group")]
    config = {"SubnetIds": ids[:1], "SecurityGroupIds": ids[1:]}
    resources = {"FunctionRole": role("lambda"), "Function": function(VpcConfig=config)}
    cloud.create("looks-not", resources, RoleARN=deployer)
    settled(cloud, "looks-not", "ROLLBACK_COMPLETE")
    reasons = " ".join(reason for _, _, reason in cloud.events("looks-not"))
    assert "please make sure your request credentials have permission to DescribeSubnets" in reasons
    assert "EC2 Error Code: UnauthorizedOperation" in reasons
