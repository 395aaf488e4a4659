"""What an alarm does when its state changes: events, topics, functions, and who may be told."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from tests.local_server import ACCOUNT, REGION, LocalCloud, allow_service, policy, service_principal

from .conftest import Alarms, arn_of

EVENTS = (
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html"
)
FUNCTIONS = (
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html"
)
ACTIONS = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html"
CODE = "import json\ndef handler(event, context): print('GOT ' + json.dumps(event))\n"
Receive = Callable[[str], dict[str, Any]]


@pytest.fixture
def receive(alarms: Alarms) -> Receive:
    """The next message of a queue, by its URL."""

    def next_of(url: str) -> dict[str, Any]:
        found: list[dict[str, Any]] = []

        def arrived() -> bool:
            got = alarms.cloud.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=1)
            found.extend(got.get("Messages", []))
            return bool(found)

        alarms.until(arrived, f"a message in {url}")
        body: dict[str, Any] = json.loads(found[0]["Body"])
        return body

    return next_of


def topic(cloud: LocalCloud, name: str, allowed: str | None = None) -> tuple[str, str]:
    """A topic with a queue behind it: the topic's ARN, the queue's URL."""
    sns = cloud.client("sns")
    arn = str(sns.create_topic(Name=name)["TopicArn"])
    if allowed:
        document = policy(allow_service(allowed, "sns:Publish", arn))
        sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=document)
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
    url = cloud.client("sqs").create_queue(
        QueueName=name,
        Attributes={"Policy": policy(allow_service("sns", "sqs:SendMessage", queue))},
    )["QueueUrl"]
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue)
    return arn, str(url)


@pytest.mark.documented(EVENTS)
def test_a_change_is_an_event(alarms: Alarms, receive: Receive) -> None:
    url, arn = alarms.cloud.make_queue("alarm-events")
    name = "with-an-event"
    pattern = {"source": ["aws.cloudwatch"], "detail": {"alarmName": [name]}}
    events = alarms.cloud.client("events")
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, Targets=[{"Id": "t", "Arn": arn}])
    alarms.put(
        AlarmName=name,
        AlarmDescription="too much",
        DatapointsToAlarm=1,
        Dimensions=[{"Name": "A", "Value": "b"}],
        TreatMissingData="notBreaching",
    )
    first = receive(url)
    assert first["detail-type"] == "CloudWatch Alarm State Change"
    assert first["resources"] == [arn_of(name)]
    assert first["detail"]["previousState"] == {
        "value": "INSUFFICIENT_DATA",
        "reason": "Unchecked: Initial alarm creation",
        "timestamp": first["detail"]["previousState"]["timestamp"],
    }
    alarms.publish(name, 6, Dimensions=[{"Name": "A", "Value": "b"}])
    detail = receive(url)["detail"]
    assert (detail["previousState"]["value"], detail["state"]["value"]) == ("OK", "ALARM")
    assert json.loads(detail["state"]["reasonData"])["threshold"] == 5.0
    (metric,) = detail["configuration"]["metrics"]
    assert detail["configuration"]["description"] == "too much"
    assert metric == {
        "id": metric["id"],
        "metricStat": {
            "metric": {"dimensions": {"A": "b"}, "name": name, "namespace": "Test"},
            "period": 60,
            "stat": "Sum",
        },
        "returnData": True,
    }


@pytest.mark.local_only("observed in published messages; AWS has no page of the message")
def test_a_topic_gets_the_message(alarms: Alarms, receive: Receive) -> None:
    arn, url = topic(alarms.cloud, "told", "cloudwatch")
    name = alarms.put(
        AlarmActions=[arn],
        OKActions=[arn],
        AlarmDescription="words",
        TreatMissingData="ignore",
        ExtendedStatistic="p90",
    )
    alarms.publish(name, 6)
    envelope = receive(url)
    assert envelope["Subject"] == f'ALARM: "{name}" in US East (N. Virginia)'
    message = json.loads(envelope["Message"])
    times = ("AlarmConfigurationUpdatedTimestamp", "StateChangeTime", "NewStateReason")
    assert all(message.pop(each) for each in times)
    assert message == {
        "AlarmName": name,
        "AlarmDescription": "words",
        "AWSAccountId": ACCOUNT,
        "NewStateValue": "ALARM",
        "Region": "US East (N. Virginia)",
        "AlarmArn": arn_of(name),
        "OldStateValue": "INSUFFICIENT_DATA",
        "OKActions": [arn],
        "AlarmActions": [arn],
        "InsufficientDataActions": [],
        "Trigger": {
            "MetricName": name,
            "Namespace": "Test",
            "StatisticType": "ExtendedStatistic",
            "ExtendedStatistic": "p90",
            "Unit": None,
            "Dimensions": [],
            "Period": 60,
            "EvaluationPeriods": 1,
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": 5.0,
            "TreatMissingData": "ignore",
            "EvaluateLowSampleCountPercentile": "",
        },
    }
    alarms.until(
        lambda: (
            [item["HistorySummary"] for item in alarms.history(name, HistoryItemType="Action")]
            == [f"Successfully executed action {arn}"]
        ),
        "the action is in the history",
    )
    alarms.cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="over")
    assert json.loads(receive(url)["Message"])["NewStateReason"] == "over"


@pytest.mark.documented(
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html"
)
def test_a_topic_must_let_cloudwatch_publish(alarms: Alarms) -> None:
    arn, _ = topic(alarms.cloud, "closed", "events")
    name = alarms.put(InsufficientDataActions=[arn], TreatMissingData="notBreaching")
    alarms.reaches(name, "OK")
    alarms.cloudwatch.set_alarm_state(
        AlarmName=name, StateValue="INSUFFICIENT_DATA", StateReason="a test"
    )

    def failed() -> bool:
        found = alarms.history(name, HistoryItemType="Action")
        return (
            bool(found)
            and "is not authorized to perform: sns:Publish" in (found[0]["HistorySummary"])
        )

    alarms.until(failed, "the topic's policy denies it")


@pytest.mark.documented(ACTIONS)
def test_actions_that_are_disabled_are_not_performed(alarms: Alarms, receive: Receive) -> None:
    arn, url = topic(alarms.cloud, "sometimes", "cloudwatch")
    name = alarms.put(AlarmActions=[arn], ActionsEnabled=False, TreatMissingData="ignore")
    alarms.cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="first")
    assert not alarms.describe(name)["ActionsEnabled"]
    alarms.cloudwatch.enable_alarm_actions(AlarmNames=[name])
    for state, reason in (("OK", "second"), ("ALARM", "third")):
        alarms.cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason=reason)
    assert json.loads(receive(url)["Message"])["NewStateReason"] == "third"
    alarms.cloudwatch.disable_alarm_actions(AlarmNames=[name])
    assert not alarms.describe(name)["ActionsEnabled"]


@pytest.mark.documented(FUNCTIONS)
def test_a_function_is_invoked_with_the_payload(alarms: Alarms) -> None:
    cloud = alarms.cloud
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("m.py", CODE)
    function = cloud.client("lambda").create_function(
        FunctionName="told",
        Runtime="python3.11",
        Role=cloud.make_role("told", service_principal("lambda")),
        Handler="m.handler",
        Code={"ZipFile": code.getvalue()},
    )["FunctionArn"]
    name = alarms.put(AlarmActions=[function], TreatMissingData="ignore")

    def set_state(state: str) -> None:
        alarms.cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="a test")

    def summaries() -> list[str]:
        found = alarms.history(name, HistoryItemType="Action")
        return [item["HistorySummary"] for item in found]

    set_state("ALARM")
    alarms.until(lambda: len(summaries()) == 1, "nothing lets the alarm invoke it yet")
    assert "lambda:InvokeFunction" in summaries()[0]
    cloud.client("lambda").add_permission(
        FunctionName="told",
        StatementId="alarm",
        Action="lambda:InvokeFunction",
        Principal="lambda.alarms.cloudwatch.amazonaws.com",
        SourceAccount=ACCOUNT,
        SourceArn=arn_of(name),
    )
    set_state("OK")
    set_state("ALARM")

    def lines() -> list[str]:
        logs = cloud.client("logs")
        try:
            found = logs.filter_log_events(logGroupName="/aws/lambda/told")["events"]
        except logs.exceptions.ResourceNotFoundException:
            return []
        return [each["message"] for each in found if each["message"].startswith("GOT ")]

    alarms.until(lambda: bool(lines()), "the function ran")
    payload = json.loads(lines()[0].removeprefix("GOT "))
    assert set(payload) == {"source", "alarmArn", "accountId", "time", "region", "alarmData"}
    assert (payload["source"], payload["alarmArn"]) == ("aws.cloudwatch", arn_of(name))
    assert set(payload["alarmData"]) == {"alarmName", "state", "previousState", "configuration"}
    assert payload["alarmData"]["state"]["value"] == "ALARM"
