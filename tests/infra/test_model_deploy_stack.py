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
    (permission,) = resources(deploy, "AWS::Lambda::Permission").values()
    assert permission["Properties"]["Principal"] == "events.amazonaws.com"
    assert permission["Properties"]["SourceArn"].startswith("${ModelPackageStateChangedRule")


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
        ("SmokeTest", "Lambda"),
        ("Approval", "Manual"),
        ("Prod", "Lambda"),
    ]


def test_each_action_has_a_role_of_its_own(build: dict[str, Any], deploy: dict[str, Any]) -> None:
    for template, count in ((build, 3), (deploy, 5)):
        (pipeline,) = resources(template, "AWS::CodePipeline::Pipeline").values()
        stages = pipeline["Properties"]["Stages"]
        roles = {action["RoleArn"] for stage in stages for action in stage["Actions"]}
        assert len(roles) == count
        assert pipeline["Properties"]["RoleArn"] not in roles


@pytest.mark.parametrize("stage", ["staging", "prod"])
@pytest.mark.parametrize(
    ("metric", "threshold"),
    # Errors are a share of requests, latency is in microseconds.
    [("Invocation5XXErrors", 0.01), ("Invocation4XXErrors", 0.1), ("ModelLatency", 500_000)],
)
def test_each_endpoint_has_its_alarms(
    stack: Template, stage: str, metric: str, threshold: float
) -> None:
    stack.has_resource_properties(
        "AWS::CloudWatch::Alarm",
        {
            "AlarmName": f"abalone-{stage}-AllTraffic-{metric}",
            "Namespace": "AWS/SageMaker",
            "MetricName": metric,
            "Dimensions": [
                {"Name": "EndpointName", "Value": f"abalone-{stage}"},
                {"Name": "VariantName", "Value": "AllTraffic"},
            ],
            "Threshold": threshold,
            "ComparisonOperator": "GreaterThanThreshold",
            "DatapointsToAlarm": 3,
            "EvaluationPeriods": 5,
            "Period": 60,
            "TreatMissingData": "notBreaching",
        },
    )


def test_every_alarm_tells_the_topic(deploy: dict[str, Any]) -> None:
    (topic,) = resources(deploy, "AWS::SNS::Topic")
    alarms = resources(deploy, "AWS::CloudWatch::Alarm")
    assert len(alarms) == 8
    for alarm in alarms.values():
        assert alarm["Properties"]["AlarmActions"] == [f"${{{topic}}}"]


def test_undelivered_events_of_both_stacks_raise_an_alarm(deploy: dict[str, Any]) -> None:
    watched = [
        alarm["Properties"]["Dimensions"][0]["Value"]
        for alarm in resources(deploy, "AWS::CloudWatch::Alarm").values()
        if alarm["Properties"]["Namespace"] == "AWS/SQS"
    ]
    own = "${UndeliveredEvents0A4241A7.QueueName}"
    assert watched == ["${Abalone-ModelBuild:UndeliveredEventsQueueName}", own]


def test_failures_of_both_pipelines_are_told(deploy: dict[str, Any]) -> None:
    told = {
        rule["Properties"]["EventPattern"]["resources"][0].rsplit(":", 1)[1]
        for rule in resources(deploy, "AWS::Events::Rule").values()
        if rule["Properties"]["EventPattern"]["source"] == ["aws.codepipeline"]
        and rule["Properties"]["EventPattern"]["detail"] == {"state": ["FAILED"]}
    }
    assert told == {"abalone-model-build", "${PipelineModelDeploy0E4CE769}"}


def test_only_alarms_and_rules_may_publish_and_over_tls(deploy: dict[str, Any]) -> None:
    (policy,) = resources(deploy, "AWS::SNS::TopicPolicy").values()
    statements = policy["Properties"]["PolicyDocument"]["Statement"]
    denied = [each for each in statements if each["Effect"] == "Deny"]
    assert [each["Condition"] for each in denied] == [{"Bool": {"aws:SecureTransport": "false"}}]
    allowed = {each["Principal"]["Service"] for each in statements if each["Effect"] == "Allow"}
    assert allowed == {"cloudwatch.amazonaws.com", "events.amazonaws.com"}


def test_the_address_is_subscribed_if_there_is_one(
    deploy: dict[str, Any], full_deploy: dict[str, Any]
) -> None:
    assert resources(deploy, "AWS::SNS::Subscription") == {}
    (subscription,) = resources(full_deploy, "AWS::SNS::Subscription").values()
    assert subscription["Properties"]["Endpoint"] == "on-call@example.com"
    assert subscription["Properties"]["Protocol"] == "email"
