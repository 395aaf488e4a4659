"""Projects from a template: made, changed, refused and deleted."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import current
from tests.unit.localcloud.codebuild.conftest import ROLE, Cloud

# As the CDK writes it, with a number and booleans that a template may have as text.
PROPERTIES: dict[str, Any] = {
    "Artifacts": {"Type": "CODEPIPELINE"},
    "Cache": {"Type": "NO_CACHE"},
    "EncryptionKey": "alias/aws/s3",
    "Environment": {
        "ComputeType": "BUILD_GENERAL1_SMALL",
        "EnvironmentVariables": [{"Name": "A", "Type": "PLAINTEXT", "Value": "a"}],
        "Image": "aws/codebuild/standard:7.0",
        "ImagePullCredentialsType": "CODEBUILD",
        "PrivilegedMode": "false",
        "Type": "LINUX_CONTAINER",
    },
    "LogsConfig": {"CloudWatchLogs": {"GroupName": "group", "Status": "ENABLED"}},
    "ServiceRole": ROLE,
    "Source": {"BuildSpec": "codebuild-buildspec.yml", "Type": "CODEPIPELINE"},
    "Tags": [{"Key": "project", "Value": "x"}],
    "TimeoutInMinutes": "30",
}


def template(**properties: Any) -> str:
    project = {"Type": "AWS::CodeBuild::Project", "Properties": {**PROPERTIES, **properties}}
    outputs = {
        "Name": {"Value": {"Ref": "Project"}},
        "Arn": {"Value": {"Fn::GetAtt": ["Project", "Arn"]}},
    }
    return json.dumps({"Resources": {"Project": project}, "Outputs": outputs})


def wait(cloud: Cloud, stack: str, status: str) -> dict[str, str]:
    cloudformation = cloud.client("cloudformation")

    def found() -> dict[str, Any]:
        described: dict[str, Any] = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
        return described

    met = current().changes.wait_until(lambda: found()["StackStatus"] == status, 20)
    events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    assert met, [event.get("ResourceStatusReason") for event in events]
    return {each["OutputKey"]: each["OutputValue"] for each in found().get("Outputs", ())}


def project(cloud: Cloud, name: str) -> dict[str, Any] | None:
    found = cloud.codebuild.batch_get_projects(names=[name])["projects"]
    return found[0] if found else None


def test_project_is_made_changed_and_deleted(cloud: Cloud) -> None:
    cloudformation, stack = cloud.client("cloudformation"), f"stack-{uuid4().hex[:8]}"
    cloudformation.create_stack(StackName=stack, TemplateBody=template())
    outputs = wait(cloud, stack, "CREATE_COMPLETE")
    made = project(cloud, outputs["Name"])
    assert made is not None
    assert made["arn"] == outputs["Arn"]
    assert made["source"] == {"buildspec": "codebuild-buildspec.yml", "type": "CODEPIPELINE"}
    assert made["timeoutInMinutes"] == 30
    assert made["environment"]["privilegedMode"] is False
    assert made["environment"]["environmentVariables"] == [
        {"name": "A", "type": "PLAINTEXT", "value": "a"}
    ]
    assert made["tags"] == [{"key": "project", "value": "x"}]
    cloudformation.update_stack(
        StackName=stack, TemplateBody=template(TimeoutInMinutes=45, Description="d")
    )
    wait(cloud, stack, "UPDATE_COMPLETE")
    changed = project(cloud, outputs["Name"])
    assert changed is not None
    assert (changed["timeoutInMinutes"], changed["description"]) == (45, "d")
    cloudformation.delete_stack(StackName=stack)
    assert current().changes.wait_until(lambda: project(cloud, outputs["Name"]) is None, 20)


def test_what_is_unsupported_fails_the_stack_by_name(cloud: Cloud) -> None:
    cloudformation = cloud.client("cloudformation")
    with pytest.raises(
        ClientError, match="unsupported property Triggers of AWS::CodeBuild::Project"
    ):
        cloudformation.create_stack(
            StackName="refused", TemplateBody=template(Triggers={"Webhook": True})
        )
    for properties, message in (
        ({"Cache": {"Type": "LOCAL"}}, "cache type 'LOCAL'"),
        (
            {"Source": {"Type": "CODEPIPELINE", "Auth": {"Type": "OAUTH"}}},
            "unsupported property Auth of AWS::CodeBuild::Project Source",
        ),
    ):
        stack = f"stack-{uuid4().hex[:8]}"
        cloudformation.create_stack(StackName=stack, TemplateBody=template(**properties))
        wait(cloud, stack, "ROLLBACK_COMPLETE")
        events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
        assert any(message in event.get("ResourceStatusReason", "") for event in events), events


def report_group(**properties: Any) -> str:
    export = {"ExportConfigType": "NO_EXPORT"}
    wanted = {"Type": "TEST", "ExportConfig": export, "DeleteReports": "true", **properties}
    group = {"Type": "AWS::CodeBuild::ReportGroup", "Properties": wanted}
    outputs = {"Arn": {"Value": {"Fn::GetAtt": ["Group", "Arn"]}}}
    return json.dumps({"Resources": {"Group": group}, "Outputs": outputs})


def test_a_report_group_is_made_changed_and_deleted_with_its_reports(cloud: Cloud) -> None:
    cloudformation, stack = cloud.client("cloudformation"), f"stack-{uuid4().hex[:8]}"
    cloudformation.create_stack(StackName=stack, TemplateBody=report_group())
    arn = wait(cloud, stack, "CREATE_COMPLETE")["Arn"]

    def group() -> dict[str, Any] | None:
        found = cloud.codebuild.batch_get_report_groups(reportGroupArns=[arn])["reportGroups"]
        return found[0] if found else None

    made = group()
    assert made is not None
    assert (made["type"], made["exportConfig"]) == ("TEST", {"exportConfigType": "NO_EXPORT"})
    tags = [{"Key": "project", "Value": "x"}]
    cloudformation.update_stack(StackName=stack, TemplateBody=report_group(Tags=tags))
    wait(cloud, stack, "UPDATE_COMPLETE")
    changed = group()
    assert changed is not None
    assert changed["tags"] == [{"key": "project", "value": "x"}]
    build = cloud.build(
        "version: 0.2\nphases:\n  build:\n    commands:\n"
        "      - echo '<testsuite><testcase name=\"a\"/></testsuite>' > a.xml\n"
        f"reports:\n  {arn}:\n    files: [a.xml]\n"
    )
    assert len(build["reportArns"]) == 1
    cloudformation.delete_stack(StackName=stack)
    assert current().changes.wait_until(lambda: group() is None, 20)


def test_an_export_of_reports_fails_the_stack_by_name(cloud: Cloud) -> None:
    stack = f"stack-{uuid4().hex[:8]}"
    export = {"ExportConfigType": "S3", "S3Destination": {"Bucket": "b"}}
    cloud.client("cloudformation").create_stack(
        StackName=stack, TemplateBody=report_group(ExportConfig=export)
    )
    wait(cloud, stack, "ROLLBACK_COMPLETE")
    events = cloud.client("cloudformation").describe_stack_events(StackName=stack)["StackEvents"]
    reasons = " ".join(event.get("ResourceStatusReason", "") for event in events)
    assert "unsupported by the local cloud: exportConfigType 'S3'; supported: NO_EXPORT" in reasons
