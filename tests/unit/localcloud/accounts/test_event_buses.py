"""Events that go from a rule in one account or region to a bus, or a queue, in another."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import current
from tests.local_server import LocalCloud, allow_service, policy

from .conftest import ACCOUNT, OTHER_REGION, REGION, Session, allow, grant

PERMISSIONS = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-perms.html"
CROSS_ACCOUNT = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html"
SERVICES = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-cross-account.html"
FAILED = "/localcloud/events/failed-invocations"
_numbers = itertools.count()
EVENTS = {"Service": "events.amazonaws.com"}


def put(cloud: LocalCloud, source: str, **more: str) -> str:
    """Put an event; its id."""
    entry = {"Source": source, "DetailType": "t", "Detail": '{"n": 1}', **more}
    (answer,) = cloud.client("events").put_events(Entries=[entry])["Entries"]
    return str(answer["EventId"])


def listen(cloud: LocalCloud, account: str, region: str, source: str, bus: str = "default") -> str:
    """A queue that gets what comes to a bus from a source; its URL."""
    name = f"heard-{next(_numbers)}"
    arn = f"arn:aws:sqs:{region}:{account}:{name}"
    allowed = policy(allow_service("events", "sqs:SendMessage", arn))
    made = cloud.client("sqs").create_queue(QueueName=name, Attributes={"Policy": allowed})
    events = cloud.client("events")
    pattern = json.dumps({"source": [source]})
    events.put_rule(Name=name, EventBusName=bus, EventPattern=pattern)
    target = {"Id": "queue", "Arn": arn}
    events.put_targets(Rule=name, EventBusName=bus, Targets=[target])
    return str(made["QueueUrl"])


def heard(cloud: LocalCloud, url: str) -> dict[str, Any]:
    """The one event that comes to a queue."""
    found: list[dict[str, Any]] = []

    def arrived() -> bool:
        found.extend(cloud.client("sqs").receive_message(QueueUrl=url).get("Messages", []))
        return bool(found)

    assert current().changes.wait_until(arrived, 20, recheck_seconds=0.05)
    event: dict[str, Any] = json.loads(found[0]["Body"])
    return event


def send_on(cloud: LocalCloud, source: str, bus: str, role: str | None) -> dict[str, Any]:
    """A rule whose target is a bus; the answer of PutTargets."""
    name = f"sent-{next(_numbers)}"
    events = cloud.client("events")
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [source]}))
    target = {"Id": "bus", "Arn": bus, **({"RoleArn": role} if role else {})}
    answer: dict[str, Any] = events.put_targets(Rule=name, Targets=[target])
    return answer


def failure(cloud: LocalCloud, source: str) -> dict[str, Any]:
    """Why an event from a source was not delivered."""
    found: list[dict[str, Any]] = []

    def failed() -> bool:
        try:
            told = cloud.client("logs").filter_log_events(logGroupName=FAILED)["events"]
        except ClientError:
            return False
        lines = [json.loads(each["message"]) for each in told]
        found.extend(each for each in lines if each["event"]["source"] == source)
        return bool(found)

    assert current().changes.wait_until(failed, 20, recheck_seconds=0.05)
    return found[0]


@pytest.mark.documented(PERMISSIONS, CROSS_ACCOUNT)
def test_an_event_goes_to_another_accounts_bus(person: LocalCloud, staging: Session) -> None:
    theirs, bus = staging.cloud(), f"arn:aws:events:{REGION}:{staging.account}:event-bus/default"
    url = listen(theirs, staging.account, REGION, "crossing")
    role = person.make_role("send-on", EVENTS, allow("events:PutEvents", bus))
    assert send_on(person, "crossing", bus, role)["FailedEntryCount"] == 0
    put(person, "crossing")
    denied = failure(person, "crossing")
    assert denied["errorCode"] == "NO_PERMISSIONS"
    assert "because no resource-based policy allows the events:PutEvents" in denied["errorMessage"]
    theirs.client("events").put_permission(
        Action="events:PutEvents", Principal=ACCOUNT, StatementId="tooling"
    )
    sent = put(person, "crossing")
    event = heard(theirs, url)
    assert (event["id"], event["account"], event["region"]) == (sent, ACCOUNT, REGION)


@pytest.mark.documented(PERMISSIONS)
def test_the_role_must_be_allowed_too(person: LocalCloud, prod: Session) -> None:
    bus = f"arn:aws:events:{REGION}:{prod.account}:event-bus/default"
    prod.client("events").put_permission(
        Action="events:PutEvents", Principal=ACCOUNT, StatementId="tooling"
    )
    role = person.make_role("lacking", EVENTS, allow("events:PutEvents", f"{bus}2"))
    send_on(person, "lacking", bus, role)
    put(person, "lacking")
    # The account is granted, not the role: AWS names the resource's policy then (observed).
    assert "events:PutEvents on resource" in failure(person, "lacking")["errorMessage"]


@pytest.mark.documented(CROSS_ACCOUNT)
def test_an_event_goes_to_another_region(person: LocalCloud, staging: Session) -> None:
    there = staging.cloud(OTHER_REGION)
    url = listen(there, staging.account, OTHER_REGION, "far")
    bus = f"arn:aws:events:{OTHER_REGION}:{staging.account}:event-bus/default"
    role = staging.cloud().make_role("far", EVENTS, allow("events:PutEvents", bus))
    answer = send_on(staging.cloud(), "far", bus, None)
    assert f"RoleArn is required for target {bus}." in answer["FailedEntries"][0]["ErrorMessage"]
    send_on(staging.cloud(), "far", bus, role)
    put(staging.cloud(), "far")
    event = heard(there, url)
    assert (event["account"], event["region"]) == (staging.account, REGION)


@pytest.mark.documented(PERMISSIONS)
def test_events_are_put_on_another_accounts_bus(
    person: LocalCloud, staging: Session, worker: Callable[..., Session]
) -> None:
    events = person.client("events")
    bus = events.create_event_bus(Name="shared")["EventBusArn"]
    url = listen(person, ACCOUNT, REGION, "put", "shared")
    sender = worker(allow("events:PutEvents"))
    denied = "because no resource-based policy allows the events:PutEvents action"
    with pytest.raises(ClientError, match=denied):
        put(sender.cloud(), "put", EventBusName=bus)
    only = {"StringEquals": {"events:source": "put"}}
    statement = grant(staging.account, "events:PutEvents", bus, Sid="them", Condition=only)
    events.put_permission(EventBusName="shared", Policy=policy(statement))
    put(sender.cloud(), "put", EventBusName=bus)
    assert heard(person, url)["account"] == staging.account
    with pytest.raises(ClientError, match=denied):
        put(sender.cloud(), "other", EventBusName=bus)
    events.remove_permission(EventBusName="shared", StatementId="them")
    assert "Policy" not in events.describe_event_bus(Name="shared")
    with pytest.raises(ClientError, match=denied):
        put(sender.cloud(), "put", EventBusName=bus)


@pytest.mark.documented(PERMISSIONS)
def test_a_rule_is_put_on_another_accounts_bus(
    person: LocalCloud, staging: Session, worker: Callable[..., Session]
) -> None:
    events = person.client("events")
    bus = events.create_event_bus(Name="open")["EventBusArn"]
    theirs = worker(allow("events:*")).client("events")
    request = {"Name": "theirs", "EventBusName": bus, "EventPattern": '{"source": ["x"]}'}
    with pytest.raises(ClientError, match="because no resource-based policy allows the events:Put"):
        theirs.put_rule(**request)
    rules = bus.replace("event-bus/", "rule/") + "/*"
    statement = grant(staging.account, "events:PutRule", rules, Sid="rules")
    events.put_permission(EventBusName="open", Policy=policy(statement))
    theirs.put_rule(**request)
    (rule,) = events.list_rules(EventBusName="open")["Rules"]
    assert rule["Arn"] == f"arn:aws:events:{REGION}:{ACCOUNT}:rule/open/theirs"


@pytest.mark.documented(SERVICES)
def test_a_queue_of_another_account_needs_a_role_and_its_own_policy(
    person: LocalCloud, staging: Session
) -> None:
    arn = f"arn:aws:sqs:{REGION}:{staging.account}:far-queue"
    allowed = policy(grant(ACCOUNT, "sqs:SendMessage", arn))
    url = staging.client("sqs").create_queue(QueueName="far-queue", Attributes={"Policy": allowed})[
        "QueueUrl"
    ]
    (failed,) = send_on(person, "queued", arn, None)["FailedEntries"]
    assert failed["ErrorMessage"] == f"RoleArn is required for target {arn}."
    role = person.make_role("queued", EVENTS, allow("sqs:SendMessage", arn))
    send_on(person, "queued", arn, role)
    put(person, "queued")
    assert heard(staging.cloud(), url)["source"] == "queued"


@pytest.mark.documented(SERVICES)
@pytest.mark.parametrize(
    ("arn", "what"),
    [
        ("arn:aws:codepipeline:us-east-1:{other}:p", "account"),
        ("arn:aws:logs:us-east-1:{other}:log-group:g", "account"),
        (f"arn:aws:sqs:{OTHER_REGION}:{ACCOUNT}:q", "region"),
    ],
)
def test_other_targets_stay_in_their_rules_account_and_region(
    person: LocalCloud, staging: Session, arn: str, what: str
) -> None:
    role = "arn:aws:iam::123456789012:role/r" if "logs" not in arn else None
    (failed,) = send_on(person, "here", arn.format(other=staging.account), role)["FailedEntries"]
    assert f"is in another {what} than its rule" in failed["ErrorMessage"]


@pytest.mark.documented(
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
    "aws-resource-events-eventbuspolicy.html"
)
def test_a_template_makes_a_bus_and_its_policy(prod: Session) -> None:
    cloudformation, events = prod.client("cloudformation"), prod.client("events")
    bus = {"Type": "AWS::Events::EventBus", "Properties": {"Name": "made", "Description": "one"}}
    simple = {"EventBusName": {"Ref": "Bus"}, "StatementId": "simple"}
    simple |= {"Action": "events:PutEvents", "Principal": ACCOUNT}
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": ACCOUNT},
        "Action": ["events:PutEvents", "events:PutRule"],
        "Resource": {"Fn::GetAtt": ["Bus", "Arn"]},
    }
    whole = {"EventBusName": {"Ref": "Bus"}, "StatementId": "whole", "Statement": statement}
    kind = "AWS::Events::EventBusPolicy"
    resources: dict[str, Any] = {
        "Bus": bus,
        "Simple": {"Type": kind, "Properties": simple},
        "Whole": {"Type": kind, "Properties": whole},
    }

    def policy_of_bus() -> dict[str, Any]:
        told = events.describe_event_bus(Name="made").get("Policy")
        listed = json.loads(told)["Statement"] if told else []
        return {each["Sid"]: each for each in listed}

    def update() -> None:
        cloudformation.update_stack(
            StackName="buses", TemplateBody=json.dumps({"Resources": resources})
        )
        (stack,) = cloudformation.describe_stacks(StackName="buses")["Stacks"]
        assert stack["StackStatus"] == "UPDATE_COMPLETE"

    cloudformation.create_stack(
        StackName="buses", TemplateBody=json.dumps({"Resources": resources})
    )
    found = policy_of_bus()
    assert set(found) == {"simple", "whole"}
    assert found["whole"]["Action"] == ["events:PutEvents", "events:PutRule"]
    assert found["simple"]["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    del resources["Simple"]
    statement["Action"] = "events:PutEvents"
    bus["Properties"] = {"Name": "made", "Description": "two"}
    update()
    found = policy_of_bus()
    assert set(found) == {"whole"}
    assert found["whole"]["Action"] == "events:PutEvents"
    assert events.describe_event_bus(Name="made")["Description"] == "two"
    cloudformation.delete_stack(StackName="buses")
    with pytest.raises(ClientError, match="does not exist"):
        events.describe_event_bus(Name="made")


@pytest.mark.documented("https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html")
def test_an_objects_event_is_in_its_buckets_account(
    person: LocalCloud, staging: Session, worker: Callable[..., Session]
) -> None:
    s3 = person.client("s3")
    s3.create_bucket(Bucket="watched")
    s3.put_bucket_notification_configuration(
        Bucket="watched", NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    s3.put_bucket_policy(
        Bucket="watched",
        Policy=policy(grant(staging.account, "s3:PutObject", "arn:aws:s3:::watched/*")),
    )
    url = listen(person, ACCOUNT, REGION, "aws.s3")
    worker(allow("s3:*")).client("s3").put_object(Bucket="watched", Key="k", Body=b"x")
    event = heard(person, url)
    assert (event["account"], event["detail"]["requester"]) == (ACCOUNT, staging.account)
