"""Events on their way to real targets of a running local cloud."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import current
from localcloud.events import delivery
from tests.local_server import ACCOUNT, allow_service, policy

from .conftest import Client, put, queue, receive, rule


@pytest.mark.documented(
    "https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html"
)
def test_a_matching_event_reaches_a_queue_in_aws_shape(client: Client, name: str) -> None:
    url, arn = queue(client, name)
    rule(client, name, {"source": [name]}, Arn=arn)
    put(client, "somebody.else", {"n": 0})
    event_id = put(client, name, {"n": 1})
    event = json.loads(receive(client, url)["Body"])
    time = event.pop("time")
    assert len(time) == len("2026-01-01T00:00:00Z")
    assert event == {
        "version": "0",
        "id": event_id,
        "detail-type": "Something",
        "source": name,
        "account": ACCOUNT,
        "region": "us-east-1",
        "resources": [],
        "detail": {"n": 1},
    }


def test_a_topic_gets_the_transformed_input(client: Client, name: str) -> None:
    url, arn = queue(client, name)
    topic = client("sns").create_topic(Name=name)["TopicArn"]
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    transformer = {"InputPathsMap": {"n": "$.detail.n"}, "InputTemplate": '"n is <n>"'}
    rule(client, name, {"source": [name]}, Arn=topic, InputTransformer=transformer)
    put(client, name, {"n": 7})
    assert json.loads(receive(client, url)["Body"])["Message"] == '"n is 7"'


def test_a_log_group_gets_a_log_event(client: Client, name: str) -> None:
    logs = client("logs")
    logs.create_log_group(logGroupName=name)
    arn = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{name}"
    writing = allow_service("events", ["logs:CreateLogStream", "logs:PutLogEvents"], f"{arn}:*")
    logs.put_resource_policy(policyName=name, policyDocument=policy(writing))
    rule(client, name, {"source": [name]}, Arn=arn)
    put(client, name, {"n": 7})

    def logged() -> bool:
        return bool(logs.filter_log_events(logGroupName=name)["events"])

    assert current().changes.wait_until(logged, 10)
    (event,) = logs.filter_log_events(logGroupName=name)["events"]
    assert json.loads(event["message"])["detail"] == {"n": 7}


def test_another_bus_gets_the_same_event(client: Client, name: str) -> None:
    url, queue_arn = queue(client, name)
    events = client("events")
    bus = events.create_event_bus(Name=name)["EventBusArn"]
    events.put_rule(Name=name, EventBusName=name, EventPattern=json.dumps({"source": [name]}))
    events.put_targets(Rule=name, EventBusName=name, Targets=[{"Id": "q", "Arn": queue_arn}])
    rule(client, name, {"source": [name]}, Arn=bus)
    event_id = put(client, name, {"n": 1})
    assert json.loads(receive(client, url)["Body"])["id"] == event_id


@pytest.mark.parametrize(
    ("arn", "message"),
    [
        ("arn:aws:states:us-east-1:123456789012:stateMachine:x", "event target"),
        ("arn:aws:codepipeline:us-east-1:123456789012:p", "RoleArn is required"),
    ],
)
def test_a_target_that_cannot_be_delivered_to_is_refused(
    client: Client, name: str, arn: str, message: str
) -> None:
    client("events").put_rule(Name=name, EventPattern='{"source": ["x"]}')
    answer = client("events").put_targets(Rule=name, Targets=[{"Id": "t", "Arn": arn}])
    (failed,) = answer["FailedEntries"]
    assert answer["FailedEntryCount"] == 1
    assert failed["TargetId"] == "t"
    assert message in failed["ErrorMessage"]
    assert arn in failed["ErrorMessage"]
    assert client("events").list_targets_by_rule(Rule=name)["Targets"] == []


def test_a_schedule_and_an_unknown_operator_are_refused(client: Client, name: str) -> None:
    with pytest.raises(ClientError, match="ScheduleExpression rate"):
        client("events").put_rule(Name=name, ScheduleExpression="rate(1 day)")
    with pytest.raises(ClientError, match="Unrecognized match type regex"):
        client("events").put_rule(Name=name, EventPattern='{"source": [{"regex": "x"}]}')


def test_a_disabled_rule_delivers_nothing(client: Client, name: str) -> None:
    url, arn = queue(client, name)
    rule(client, name, {"source": [name]}, Arn=arn)
    client("events").disable_rule(Name=name)
    # Rules are looked at in order: once the second has delivered, the first was passed over.
    other_url, other_arn = queue(client, f"{name}-other")
    rule(client, f"{name}-other", {"source": [name]}, Arn=other_arn)
    put(client, name, {"n": 1})
    receive(client, other_url)
    client("events").enable_rule(Name=name)
    put(client, name, {"n": 2})
    assert json.loads(receive(client, url)["Body"])["detail"] == {"n": 2}


@pytest.mark.documented("https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html")
def test_an_object_put_into_a_versioned_bucket_is_an_event_in_aws_shape(
    client: Client, name: str
) -> None:
    url, arn = queue(client, name)
    s3 = client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_notification_configuration(
        Bucket=name, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    pattern = {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": [name]}, "object": {"key": ["manifest.zip"]}},
    }
    rule(client, name, pattern, Arn=arn)
    put_object = s3.put_object(Bucket=name, Key="manifest.zip", Body=b"hello")
    event = json.loads(receive(client, url)["Body"])
    detail = event["detail"]
    assert set(event) == {
        *("version", "id", "detail-type", "source", "account"),
        *("time", "region", "resources", "detail"),
    }
    assert event["resources"] == [f"arn:aws:s3:::{name}"]
    assert detail.pop("request-id")
    assert detail["object"].pop("sequencer")
    assert detail == {
        "version": "0",
        "bucket": {"name": name},
        "object": {
            "key": "manifest.zip",
            "size": 5,
            "etag": "5d41402abc4b2a76b9719d911017c592",
            "version-id": put_object["VersionId"],
        },
        "requester": ACCOUNT,
        "source-ip-address": "127.0.0.1",
        "reason": "PutObject",
    }


def test_the_metrics_of_a_delivery_are_counted(client: Client, name: str) -> None:
    url, arn = queue(client, name)
    rule(client, name, {"source": [name]}, Arn=arn)
    put(client, name, {})
    receive(client, url)
    metrics = client("cloudwatch").list_metrics(
        Namespace="AWS/Events", Dimensions=[{"Name": "RuleName", "Value": name}]
    )["Metrics"]
    assert {metric["MetricName"] for metric in metrics} == {"Invocations"}
    assert delivery.known_bus(ACCOUNT, "us-east-1", "default")


def test_a_function_is_called_with_the_event(client: Client, name: str) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}
    client("iam").create_role(
        RoleName=name,
        AssumeRolePolicyDocument=json.dumps({"Statement": [{**trust, "Action": "sts:AssumeRole"}]}),
    )
    client("iam").put_role_policy(
        RoleName=name,
        PolicyName="log",
        PolicyDocument=policy({"Effect": "Allow", "Action": "logs:*", "Resource": "*"}),
    )
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("m.py", "import json\ndef f(event, context): print(json.dumps(event))\n")
    function = client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.11",
        Role=f"arn:aws:iam::{ACCOUNT}:role/{name}",
        Handler="m.f",
        Code={"ZipFile": code.getvalue()},
    )
    source = rule(client, name, {"source": [name]}, Arn=function["FunctionArn"])
    client("lambda").add_permission(
        FunctionName=name,
        StatementId="rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=source,
    )
    event_id = put(client, name, {"n": 1})

    def logged() -> bool:
        try:
            events = client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
        except client("logs").exceptions.ResourceNotFoundException:
            return False
        return any(event_id in each["message"] for each in events)

    assert current().changes.wait_until(logged, 20)
