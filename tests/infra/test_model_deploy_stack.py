"""What the model deploy stack is for, resource by resource."""

from __future__ import annotations

from typing import Any

import pytest
from aws_cdk.assertions import Match, Template

from .synthesis import resources


@pytest.fixture(scope="module")
def stack(deploy: dict[str, Any]) -> Template:
    return Template.from_json(deploy)


def test_approvals_and_rejections_of_this_group_wake_request_deployment(
    stack: Template, deploy: dict[str, Any]
) -> None:
    stack.has_resource_properties(
        "AWS::Events::Rule",
        {
            "EventPattern": {
                "source": ["aws.sagemaker"],
                "detail-type": ["SageMaker Model Package State Change"],
                "detail": {
                    "ModelPackageGroupName": ["AbalonePackageGroup"],
                    "ModelApprovalStatus": ["Approved", "Rejected"],
                },
            },
            "Targets": [
                Match.object_like(
                    {
                        "Arn": {"Fn::GetAtt": [Match.string_like_regexp("^RequestDep"), "Arn"]},
                        "DeadLetterConfig": Match.any_value(),
                    }
                )
            ],
        },
    )
    permissions = resources(deploy, "AWS::Lambda::Permission").values()
    assert {each["Properties"]["Principal"] for each in permissions} == {"events.amazonaws.com"}
    sources = sorted(each["Properties"]["SourceArn"] for each in permissions)
    assert len(sources) == 2
    assert sources[0].startswith("${RequestDeploymentModelPackageStateChangedRule")
    assert sources[1].startswith("${RequestDeploymentParameterChangedRule")


def test_the_pin_and_the_stages_settings_wake_it_too(stack: Template) -> None:
    """https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-systems-manager-event-examples.html"""
    stack.has_resource_properties(
        "AWS::Events::Rule",
        {
            "EventPattern": {
                "source": ["aws.ssm"],
                "detail-type": ["Parameter Store Change"],
                "detail": {
                    "name": [
                        "/slipway/abalone/stages/staging",
                        "/slipway/abalone/stages/prod",
                        "/slipway/abalone/pin",
                    ],
                    "operation": ["Create", "Update", "Delete"],
                },
            },
            "Targets": [
                Match.object_like(
                    {"Arn": {"Fn::GetAtt": [Match.string_like_regexp("^RequestDep"), "Arn"]}}
                )
            ],
        },
    )


def test_the_settings_are_written_when_all_that_they_start_is_there(deploy: dict[str, Any]) -> None:
    """A changed parameter is an event: the rule, the function, its rights and the pipeline come first."""
    parameters = deploy["Resources"]
    settings = {
        name: each for name, each in parameters.items() if each["Type"] == "AWS::SSM::Parameter"
    }
    assert len(settings) == 2
    for parameter in settings.values():
        first = parameter["DependsOn"]
        for prefix in (
            "RequestDeploymentFunctionRoleDefaultPolicy",
            "RequestDeploymentParameterChangedRule",
            "RequestDeploymentParameterChangedRuleAllowEventRule",
            "PipelineModelDeploy",
            "PipelineManifestWrittenRule",
        ):
            assert any(name.startswith(prefix) for name in first), prefix


def test_request_deployment_has_a_failure_destination(deploy: dict[str, Any]) -> None:
    functions = resources(deploy, "AWS::Lambda::Function")
    with_queue = {
        name for name, each in functions.items() if "DeadLetterConfig" in each["Properties"]
    }
    assert [name for name in functions if name.startswith("RequestDeployment")] == [*with_queue]


def test_a_manifest_starts_the_pipeline_with_the_newest_one(deploy: dict[str, Any]) -> None:
    rules = resources(deploy, "AWS::Events::Rule")
    rule = rules["PipelineManifestWrittenRule7B5B08DC"]["Properties"]
    assert rule["EventPattern"] == {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {
            "bucket": {"name": ["${ManifestBucket46C412A5}"]},
            "object": {"key": ["manifest.zip"]},
        },
    }
    (target,) = rule["Targets"]
    # An event that comes late must not bring its own manifest back.
    assert not {"Input", "InputPath", "InputTransformer"} & set(target)


def test_manifest_bucket_is_versioned_and_sends_events(stack: Template) -> None:
    stack.has_resource_properties(
        "AWS::S3::Bucket",
        {
            "VersioningConfiguration": {"Status": "Enabled"},
            "NotificationConfiguration": {
                "EventBridgeConfiguration": {"EventBridgeEnabled": True},
            },
        },
    )


def test_pipeline_goes_from_staging_by_test_and_approval_to_prod(deploy: dict[str, Any]) -> None:
    (pipeline,) = resources(deploy, "AWS::CodePipeline::Pipeline").values()
    properties = pipeline["Properties"]
    assert (properties["PipelineType"], properties["ExecutionMode"]) == ("V2", "SUPERSEDED")
    actions = [
        (stage["Name"], *(action["ActionTypeId"]["Provider"] for action in stage["Actions"]))
        for stage in properties["Stages"]
    ]
    assert actions == [
        ("Source", "S3"),
        ("Staging", "Lambda"),
        ("SmokeTest", "Lambda", "Lambda"),
        ("Approval", "Manual"),
        ("Prod", "Lambda"),
    ]


def test_each_action_has_a_role_of_its_own(build: dict[str, Any], deploy: dict[str, Any]) -> None:
    for found, count in ((build, 3), (deploy, 6)):
        (pipeline,) = resources(found, "AWS::CodePipeline::Pipeline").values()
        stages = pipeline["Properties"]["Stages"]
        roles = {action["RoleArn"] for stage in stages for action in stage["Actions"]}
        assert len(roles) == count
        assert pipeline["Properties"]["RoleArn"] not in roles


def test_the_test_comes_before_what_an_approver_reads(deploy: dict[str, Any]) -> None:
    (pipeline,) = resources(deploy, "AWS::CodePipeline::Pipeline").values()
    stages = {stage["Name"]: stage for stage in pipeline["Properties"]["Stages"]}
    orders = {each["Name"]: each["RunOrder"] for each in stages["SmokeTest"]["Actions"]}
    assert orders == {"Invoke": 1, "PrepareApproval": 2}
    (approval,) = stages["Approval"]["Actions"]
    assert approval["Configuration"]["CustomData"] == "#{ApprovalVariables.Message}"
    # Of the action that comes last before it.
    assert stages["SmokeTest"]["Actions"][1]["Namespace"] == "ApprovalVariables"


def test_the_approval_is_skipped_where_nobody_need_be_asked(deploy: dict[str, Any]) -> None:
    """An entry condition whose rule fails has its result
    (https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-conditions.html); the rule:
    https://docs.aws.amazon.com/codepipeline/latest/userguide/rule-reference-VariableCheck.html."""
    (pipeline,) = resources(deploy, "AWS::CodePipeline::Pipeline").values()
    conditions = {
        stage["Name"]: stage["BeforeEntry"]["Conditions"]
        for stage in pipeline["Properties"]["Stages"]
        if "BeforeEntry" in stage
    }
    assert set(conditions) == {"Approval"}
    (condition,) = conditions["Approval"]
    assert condition["Result"] == "SKIP"
    (rule,) = condition["Rules"]
    assert rule["RuleTypeId"]["Provider"] == "VariableCheck"
    assert rule["Configuration"] == {
        "Variable": "#{ApprovalVariables.ApprovalRequired}",
        "Value": "yes",
        "Operator": "EQ",
    }
