"""Pipelines and rules from a template: made, changed, refused and deleted."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import current
from localcloud.cloudformation.resources.codepipeline_pipeline import declaration
from tests.local_server import ACCOUNT, REGION
from tests.unit.localcloud.codepipeline.declarations import ROLE

Cloud = Any


def template(cloud: Cloud, name: str, *, comment: str = "one", target: str = "") -> dict[str, Any]:
    source = {
        "Name": "Source",
        "ActionTypeId": {"Category": "Source", "Owner": "AWS", "Provider": "S3", "Version": "1"},
        "Configuration": {
            "S3Bucket": cloud.sources,
            "S3ObjectKey": "manifest.zip",
            "PollForSourceChanges": False,
        },
        "OutputArtifacts": [{"Name": "Manifest"}],
        "RunOrder": 1,
    }
    approval = {
        "Name": "Approve",
        "ActionTypeId": {
            "Category": "Approval",
            "Owner": "AWS",
            "Provider": "Manual",
            "Version": "1",
        },
        "Configuration": {"CustomData": comment},
        "RunOrder": "1",
    }
    pipeline = {
        "Type": "AWS::CodePipeline::Pipeline",
        "Properties": {
            "Name": name,
            "RoleArn": ROLE,
            "PipelineType": "V2",
            "ArtifactStore": {"Type": "S3", "Location": cloud.store},
            "Stages": [
                {"Name": "Source", "Actions": [source]},
                {"Name": "Approval", "Actions": [approval]},
            ],
            "Tags": [{"Key": "project", "Value": "x"}],
        },
    }
    arn = {"Fn::Sub": "arn:aws:codepipeline:${AWS::Region}:${AWS::AccountId}:${Pipeline}"}
    rule = {
        "Type": "AWS::Events::Rule",
        "Properties": {
            "EventPattern": {"source": ["a.test"], "detail-type": [name]},
            "Targets": [
                {
                    "Id": "t",
                    "Arn": target or arn,
                    "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/starter",
                    "RetryPolicy": {"MaximumRetryAttempts": "2"},
                }
            ],
        },
    }
    return {
        "Resources": {"Pipeline": pipeline, "Rule": rule},
        "Outputs": {
            "Version": {"Value": {"Fn::GetAtt": ["Pipeline", "Version"]}},
            "Rule": {"Value": {"Ref": "Rule"}},
        },
    }


def wait(cloud: Cloud, name: str, status: str) -> dict[str, Any]:
    cloudformation = cloud.client("cloudformation")

    def stack() -> dict[str, Any]:
        found: dict[str, Any] = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        return found

    met = current().changes.wait_until(lambda: stack()["StackStatus"] == status, 20)
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    assert met, [event.get("ResourceStatusReason") for event in events]
    return stack()


def test_a_pipeline_and_its_rule_are_made_changed_and_deleted(cloud: Cloud, name: str) -> None:
    cloudformation = cloud.client("cloudformation")
    cloud.put("manifest.zip", b"x")
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template(cloud, name)))
    stack = wait(cloud, name, "CREATE_COMPLETE")
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    assert outputs["Version"] == "1"
    token = cloud.token(name, cloud.first_execution(name))
    cloud.answer(name, token, "Approved")
    cloud.wait(name, cloud.first_execution(name), "Succeeded")
    cloud.client("events").put_events(
        Entries=[{"Source": "a.test", "DetailType": name, "Detail": "{}"}]
    )

    def started() -> bool:
        found = cloud.codepipeline.list_pipeline_executions(pipelineName=name)
        newest = found["pipelineExecutionSummaries"][0]["trigger"]
        return bool(newest["triggerType"] == "CloudWatchEvent")

    assert current().changes.wait_until(started, 20)
    cloudformation.update_stack(
        StackName=name, TemplateBody=json.dumps(template(cloud, name, comment="two"))
    )
    wait(cloud, name, "UPDATE_COMPLETE")
    made = cloud.codepipeline.get_pipeline(name=name)["pipeline"]
    assert made["version"] == 2
    assert made["stages"][1]["actions"][0]["configuration"] == {"CustomData": "two"}
    assert made["stages"][0]["actions"][0]["configuration"]["PollForSourceChanges"] == "false"
    arn = f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:{name}"
    assert cloud.codepipeline.list_tags_for_resource(resourceArn=arn)["tags"] == [
        {"key": "project", "value": "x"}
    ]
    cloudformation.delete_stack(StackName=name)

    def gone() -> bool:
        try:
            cloud.codepipeline.get_pipeline(name=name)
        except cloud.codepipeline.exceptions.PipelineNotFoundException:
            return outputs["Rule"] not in [
                each["Name"] for each in cloud.client("events").list_rules()["Rules"]
            ]
        return False

    assert current().changes.wait_until(gone, 20)


@pytest.mark.documented(
    "https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-conditions.html"
)
def test_conditions_and_a_mode_of_a_template_are_the_pipeline_s(cloud: Cloud, name: str) -> None:
    cloud.put("manifest.zip", b"x")
    body = template(cloud, name)
    properties = body["Resources"]["Pipeline"]["Properties"]
    properties["ExecutionMode"] = "QUEUED"
    properties["Variables"] = [{"Name": "deploy", "DefaultValue": "no"}]
    conditions = [{"Result": "SKIP", "Rules": [rule_of_template()]}]
    properties["Stages"][1]["BeforeEntry"] = {"Conditions": conditions}
    properties["Stages"][1]["OnFailure"] = {
        "Result": "RETRY",
        "RetryConfiguration": {"RetryMode": "ALL_ACTIONS"},
    }
    cloud.client("cloudformation").create_stack(StackName=name, TemplateBody=json.dumps(body))
    wait(cloud, name, "CREATE_COMPLETE")
    cloud.wait(name, cloud.first_execution(name), "Succeeded")
    made = cloud.codepipeline.get_pipeline(name=name)["pipeline"]
    assert made["executionMode"] == "QUEUED"
    assert made["stages"][1]["onFailure"] == {
        "result": "RETRY",
        "retryConfiguration": {"retryMode": "ALL_ACTIONS"},
    }
    details = cloud.codepipeline.list_rule_executions(pipelineName=name)["ruleExecutionDetails"]
    assert details[0]["input"]["configuration"]["Variable"] == "#{variables.deploy}"


def rule_of_template() -> dict[str, Any]:
    """A rule as a template has it."""
    return {
        "Name": "Check",
        "RuleTypeId": {
            "Category": "Rule",
            "Owner": "AWS",
            "Provider": "VariableCheck",
            "Version": "1",
        },
        "Configuration": {"Variable": "#{variables.deploy}", "Value": "yes", "Operator": "EQ"},
    }


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        ("target", "event target 'arn:aws:states:us-east-1:123456789012:stateMachine:x'"),
        ("property", "unsupported property Colour of AWS::CodePipeline::Pipeline"),
        ("provider", "unsupported: codepipeline action provider 'Jenkins' in stage 'Approval'"),
        ("rule", "unsupported: codepipeline rule provider 'DeploymentWindow' of rule 'Check'"),
        ("member", "Colour of AWS::CodePipeline::Pipeline Stages.OnSuccess.Conditions.Rules"),
    ],
)
def test_what_is_unsupported_fails_the_stack_by_name(
    cloud: Cloud, name: str, spoil: str, message: str
) -> None:
    target = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:x" if spoil == "target" else ""
    body = template(cloud, name, target=target)
    properties = body["Resources"]["Pipeline"]["Properties"]
    if spoil == "property":
        properties["Colour"] = "red"
    if spoil == "provider":
        properties["Stages"][1]["Actions"][0]["ActionTypeId"]["Provider"] = "Jenkins"
    if spoil in ("rule", "member"):
        rule = rule_of_template()
        if spoil == "rule":
            rule["RuleTypeId"]["Provider"] = "DeploymentWindow"
        else:
            rule["Colour"] = "red"
        conditions = [{"Result": "FAIL", "Rules": [rule]}]
        properties["Stages"][1]["OnSuccess"] = {"Conditions": conditions}
    cloudformation = cloud.client("cloudformation")
    try:
        cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(body))
    except ClientError as refused:
        assert message in str(refused)
        return
    wait(cloud, name, "ROLLBACK_COMPLETE")
    reasons = [
        event.get("ResourceStatusReason", "")
        for event in cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    ]
    assert any(message in reason for reason in reasons), reasons


def test_a_template_becomes_a_declaration() -> None:
    made = declaration(
        "p",
        {
            "RoleArn": "r",
            "ArtifactStore": {
                "Type": "S3",
                "Location": "b",
                "EncryptionKey": {"Id": "k", "Type": "KMS"},
            },
            "Stages": [{"Name": "S", "Actions": [{"Name": "A", "RunOrder": "2"}]}],
            "Variables": [{"Name": "V", "DefaultValue": "d"}],
        },
    )
    assert made == {
        "name": "p",
        "pipelineType": "V1",
        "roleArn": "r",
        "artifactStore": {
            "type": "S3",
            "location": "b",
            "encryptionKey": {"id": "k", "type": "KMS"},
        },
        "stages": [{"name": "S", "actions": [{"name": "A", "runOrder": 2}]}],
        "variables": [{"name": "V", "defaultValue": "d"}],
    }
