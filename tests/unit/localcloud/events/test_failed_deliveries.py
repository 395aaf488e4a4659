"""Events that cannot be delivered: retried, then kept in a dead-letter queue."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localcloud.clock import ManualClock
from localcloud.cloud import current
from localcloud.events.delivery import FAILED_INVOCATIONS
from localcloud.events.targets.target import DeliveryFailed, kind_of
from tests.local_server import ACCOUNT

from .conftest import Client, put, queue, receive, rule

DLQ_PAGE = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html"


@pytest.mark.documented(DLQ_PAGE)
def test_a_target_that_is_gone_goes_straight_to_the_dead_letter_queue(
    client: Client, name: str
) -> None:
    url, dead_letters = queue(client, name)
    gone = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:no-{name}"
    arn = rule(
        client,
        name,
        {"source": [name]},
        Arn=gone,
        Input='{"not": "the body"}',
        DeadLetterConfig={"Arn": dead_letters},
    )
    put(client, name, {"n": 1})
    message = receive(client, url)
    attributes = {key: value["StringValue"] for key, value in message["MessageAttributes"].items()}
    assert attributes.pop("ERROR_MESSAGE")
    assert attributes == {"RULE_ARN": arn, "TARGET_ARN": gone, "ERROR_CODE": "NO_RESOURCE"}
    assert json.loads(message["Body"])["detail"] == {"n": 1}
    logged = client("logs").filter_log_events(
        logGroupName=FAILED_INVOCATIONS, logStreamNames=[name]
    )["events"]
    assert json.loads(logged[0]["message"])["target"] == gone
    metrics = client("cloudwatch").list_metrics(
        Namespace="AWS/Events", Dimensions=[{"Name": "RuleName", "Value": name}]
    )["Metrics"]
    assert "FailedInvocations" in {metric["MetricName"] for metric in metrics}


@pytest.mark.documented(DLQ_PAGE)
def test_a_retriable_error_is_retried_until_the_policy_is_exhausted(
    client: Client, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, dead_letters = queue(client, name)
    target = f"arn:aws:sns:us-east-1:{ACCOUNT}:{name}"
    rule(
        client,
        name,
        {"source": [name]},
        Arn=target,
        RetryPolicy={"MaximumRetryAttempts": 3},
        DeadLetterConfig={"Arn": dead_letters},
    )
    attempts: list[str] = []

    def send(attempt: Any) -> None:
        attempts.append(attempt.payload)
        raise DeliveryFailed("THROTTLING", "too fast", retriable=True)

    monkeypatch.setattr(kind_of(target), "send", send)
    monkeypatch.setattr(current(), "clock", ManualClock())
    put(client, name, {"n": 1})
    attributes = receive(client, url)["MessageAttributes"]
    assert len(attempts) == 4
    assert attributes["EXHAUSTED_RETRY_CONDITION"]["StringValue"] == "MaximumRetryAttempts"
    assert attributes["RETRY_ATTEMPTS"]["StringValue"] == "3"
    assert attributes["ERROR_CODE"]["StringValue"] == "THROTTLING"


@pytest.mark.documented(DLQ_PAGE)
def test_a_role_that_cannot_be_assumed_goes_straight_to_the_dead_letter_queue(
    client: Client, name: str
) -> None:
    url, dead_letters = queue(client, name)
    rule(
        client,
        name,
        {"source": [name]},
        Arn=f"arn:aws:codepipeline:us-east-1:{ACCOUNT}:{name}",
        RoleArn=f"arn:aws:iam::{ACCOUNT}:role/no-{name}",
        DeadLetterConfig={"Arn": dead_letters},
    )
    put(client, name, {})
    attributes = receive(client, url)["MessageAttributes"]
    assert attributes["ERROR_CODE"]["StringValue"] == "FAILED_TO_ASSUME_ROLE"
    assert "RETRY_ATTEMPTS" not in attributes
