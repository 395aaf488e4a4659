"""A template of a platform engineer's: everything in a VPC, and encrypted with a customer's key."""

from __future__ import annotations

from typing import Any

from tests.local_server import EVERYTHING, service_principal

KEY = {"Fn::GetAtt": ["Key", "Arn"]}
SUBNETS = [{"Ref": "First"}, {"Ref": "Second"}]
GROUPS = [{"Fn::GetAtt": ["Group", "GroupId"]}]


def resource(kind: str, depends: str = "", **properties: Any) -> dict[str, Any]:
    """A resource of a template."""
    made = {"Type": f"AWS::{kind}", "Properties": properties}
    return made | ({"DependsOn": depends} if depends else {})


def role(name: str) -> dict[str, Any]:
    """A role for a service, which may do everything."""
    statement = {
        "Effect": "Allow",
        "Principal": service_principal(name),
        "Action": "sts:AssumeRole",
    }
    allowed = {"Version": "2012-10-17", "Statement": [EVERYTHING]}
    return resource(
        "IAM::Role",
        AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": [statement]},
        Policies=[{"PolicyName": "p", "PolicyDocument": allowed}],
    )


def network() -> dict[str, Any]:
    """A VPC with two subnets and a security group."""
    vpc = {"Ref": "Vpc"}
    return {
        "Vpc": resource("EC2::VPC", CidrBlock="10.0.0.0/16"),
        "First": resource("EC2::Subnet", VpcId=vpc, CidrBlock="10.0.1.0/24"),
        "Second": resource("EC2::Subnet", VpcId=vpc, CidrBlock="10.0.2.0/24"),
        "Group": resource("EC2::SecurityGroup", VpcId=vpc, GroupDescription="of jobs"),
    }


def function(**properties: Any) -> dict[str, Any]:
    """A function in the VPC."""
    return resource(
        "Lambda::Function",
        **{
            "Code": {"ZipFile": "def handler(event, context): return 'in a VPC'"},
            "Handler": "index.handler",
            "Runtime": "python3.11",
            "Role": {"Fn::GetAtt": ["FunctionRole", "Arn"]},
            "VpcConfig": {"SubnetIds": SUBNETS, "SecurityGroupIds": GROUPS},
            **properties,
        },
    )


def project(**vpc: Any) -> dict[str, Any]:
    """A build project in the VPC."""
    buildspec = "version: 0.2\nphases: {build: {commands: ['true']}}\n"
    config = {"VpcId": {"Ref": "Vpc"}, "Subnets": SUBNETS, "SecurityGroupIds": GROUPS, **vpc}
    return resource(
        "CodeBuild::Project",
        Artifacts={"Type": "NO_ARTIFACTS"},
        EncryptionKey=KEY,
        Environment={
            "ComputeType": "BUILD_GENERAL1_SMALL",
            "Image": "aws/codebuild/standard:7.0",
            "Type": "LINUX_CONTAINER",
        },
        ServiceRole={"Fn::GetAtt": ["BuildRole", "Arn"]},
        Source={"Type": "NO_SOURCE", "BuildSpec": buildspec},
        VpcConfig=config,
    )


def pipeline() -> dict[str, Any]:
    """A pipeline with encrypted artifacts."""

    def action(category: str, provider: str, **members: Any) -> dict[str, Any]:
        kind = {"Category": category, "Owner": "AWS", "Provider": provider, "Version": "1"}
        return {"Name": provider, "ActionTypeId": kind, **members}

    source = action(
        "Source",
        "S3",
        Configuration={
            "S3Bucket": {"Ref": "Bucket"},
            "S3ObjectKey": "none",
            "PollForSourceChanges": "false",
        },
        OutputArtifacts=[{"Name": "Source"}],
    )
    return resource(
        "CodePipeline::Pipeline",
        RoleArn={"Fn::GetAtt": ["PipelineRole", "Arn"]},
        PipelineType="V2",
        ArtifactStore={
            "Type": "S3",
            "Location": {"Ref": "Bucket"},
            "EncryptionKey": {"Id": KEY, "Type": "KMS"},
        },
        Stages=[
            {"Name": "Source", "Actions": [source]},
            {"Name": "Wait", "Actions": [action("Approval", "Manual")]},
        ],
    )


def template() -> dict[str, Any]:
    """All of it."""
    root = {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}
    statement = {"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}
    encryption = {
        "BucketKeyEnabled": True,
        "ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY},
    }
    return {
        **network(),
        "Key": resource("KMS::Key", KeyPolicy={"Version": "2012-10-17", "Statement": [statement]}),
        "FunctionRole": role("lambda"),
        "BuildRole": role("codebuild"),
        "PipelineRole": role("codepipeline"),
        "Function": function(KmsKeyArn=KEY, Environment={"Variables": {"NAME": "b"}}),
        "Project": project(),
        "Pipeline": pipeline(),
        "Bucket": resource(
            "S3::Bucket",
            BucketEncryption={"ServerSideEncryptionConfiguration": [encryption]},
            VersioningConfiguration={"Status": "Enabled"},
        ),
        "Queue": resource("SQS::Queue", KmsMasterKeyId=KEY, KmsDataKeyReusePeriodSeconds=600),
        "Topic": resource("SNS::Topic", KmsMasterKeyId={"Ref": "Key"}),
        "Logs": resource("Logs::LogGroup", KmsKeyId=KEY, RetentionInDays=7),
    }
