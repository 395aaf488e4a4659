"""What people are told of: alarms, failed pipelines, undelivered events."""

from __future__ import annotations

from typing import Any

import pytest

from .assemblies import Assemblies
from .synthesis import resources, template


def test_the_alarms_of_undelivered_events_tell_the_topic(deploy: dict[str, Any]) -> None:
    (topic,) = resources(deploy, "AWS::SNS::Topic")
    alarms = resources(deploy, "AWS::CloudWatch::Alarm")
    assert len(alarms) == 2
    for alarm in alarms.values():
        assert alarm["Properties"]["AlarmActions"] == [f"${{{topic}}}"]


@pytest.mark.parametrize("configuration", ["default", "serverless", "accounts"])
def test_alarms_of_both_endpoints_are_told_in_whichever_account(
    assembly: Assemblies, configuration: str
) -> None:
    found = template(assembly(configuration), "Abalone-ModelDeploy")
    (topic,) = resources(found, "AWS::SNS::Topic")
    (rule,) = (
        rule["Properties"]
        for name, rule in resources(found, "AWS::Events::Rule").items()
        if name.startswith("NotificationsAlarmRule")
    )
    assert rule["EventPattern"] == {
        "source": ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change"],
        "detail": {
            "alarmName": [
                alarm["Properties"]["AlarmName"]
                for stack in ("Abalone-Staging", "Abalone-Prod")
                for alarm in resources(
                    template(assembly(configuration), stack), "AWS::CloudWatch::Alarm"
                ).values()
            ],
            "state": {"value": ["ALARM"]},
        },
    }
    (target,) = rule["Targets"]
    assert target["Arn"] == f"${{{topic}}}"


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
