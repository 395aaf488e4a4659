"""Delivering an event to the targets of every rule that matches it, until it is there or given up.

Each target is served by itself, in the background: https://docs.aws.amazon.com/eventbridge/latest/
userguide/eb-rule-event-delivery.html. An event that was not delivered goes to the target's
dead-letter queue; without one it is dropped, as on AWS, but here it is also written to the log group
`FAILED_INVOCATIONS`, which AWS does not have. Metrics are AWS/Events, by RuleName:
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
"""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.cloudwatch import cloudwatch_backends
from moto.events import events_backends

from localcloud import clients, log_groups
from localcloud.cloud import current
from localcloud.events import event_pattern, input_transformer, targets  # noqa: F401 (registers)
from localcloud.events.retry_policy import RetryPolicy, wait_seconds
from localcloud.events.sessions import SERVICE
from localcloud.events.targets.target import Delivery, DeliveryFailed, failure_of, kind_of
from localcloud.queue_url import queue_url

logger = logging.getLogger(__name__)

FAILED_INVOCATIONS = "/localcloud/events/failed-invocations"
_INTERNAL = ("localcloud-hopped", "ingestion-time")


def deliver(
    event: Mapping[str, Any],
    bus_name: str = "default",
    account_id: str | None = None,
    region: str | None = None,
) -> None:
    """Send `event` to the matching rules' targets on a bus, of the event's own account and region unless
    told."""
    backend = events_backends[account_id or event["account"]][region or event["region"]]
    seen = {name: value for name, value in event.items() if name not in _INTERNAL}
    for rule in list(backend.describe_event_bus(bus_name).rules.values()):
        text = rule.event_pattern.dump()
        if rule.state == "DISABLED" or not text:
            continue
        if event_pattern.matches(json.loads(text), seen):
            for target in list(rule.targets):
                current().background(f"target {target['Id']}", _deliver, rule, target, event)


def known_bus(account_id: str, region: str, name: str) -> bool:
    """Whether an account has an event bus."""
    return name in events_backends[account_id][region].event_buses


def _deliver(rule: Any, target: Mapping[str, Any], event: Mapping[str, Any]) -> None:
    cloud = current()
    policy = RetryPolicy.read(target)
    started = cloud.clock.monotonic()
    retries = 0
    while True:
        _count(rule, "Invocations")
        try:
            text = input_transformer.payload(target, _public(event), rule.arn)
            kind_of(target["Arn"]).send(Delivery(rule.arn, target, event, text))
            cloud.changes.announce()
            return
        # Whatever goes wrong on the way to a target becomes a failed delivery of AWS's kind.
        except Exception as error:  # noqa: BLE001
            failure = failure_of(error)
        exhausted = policy.exhausted_by(retries, cloud.clock.monotonic() - started)
        if not failure.retriable or exhausted:
            _give_up(rule, target, event, failure, retries, exhausted)
            return
        if cloud.clock.wait(cloud.stopping, wait_seconds(retries, random.random())):
            return
        retries += 1


def _public(event: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in event.items() if name != "localcloud-hopped"}


def _give_up(
    rule: Any,
    target: Mapping[str, Any],
    event: Mapping[str, Any],
    failure: DeliveryFailed,
    retries: int,
    exhausted: str | None,
) -> None:
    _count(rule, "FailedInvocations")
    seen = {name: value for name, value in event.items() if name not in _INTERNAL}
    line = {
        "rule": rule.arn,
        "target": target["Arn"],
        "errorCode": failure.code,
        "errorMessage": str(failure),
        "retryAttempts": retries,
        "event": seen,
    }
    logger.warning("event not delivered: %s", json.dumps(line, default=str))
    log_groups.append(
        FAILED_INVOCATIONS,
        rule.name,
        [json.dumps(line, default=str)],
        account_id=rule.account_id,
        region=rule.region_name,
    )
    queue = (target.get("DeadLetterConfig") or {}).get("Arn")
    if queue:
        attributes = {
            "RULE_ARN": rule.arn,
            "TARGET_ARN": target["Arn"],
            "ERROR_CODE": failure.code,
            "ERROR_MESSAGE": str(failure),
        }
        if failure.retriable and exhausted:
            attributes["EXHAUSTED_RETRY_CONDITION"] = exhausted
            attributes["RETRY_ATTEMPTS"] = str(retries)
        _send_dead_letter(rule, queue, seen, attributes)
    current().changes.announce()


def _send_dead_letter(
    rule: Any, queue: str, event: Mapping[str, Any], attributes: Mapping[str, str]
) -> None:
    # The body is the event itself, not the target's input (inferred from its purpose: sending again).
    client = clients.service_client("sqs", queue.split(":")[3], SERVICE, rule.arn)
    try:
        client.send_message(
            QueueUrl=queue_url(queue),
            MessageBody=json.dumps(event, separators=(",", ":")),
            MessageAttributes={
                key: {"DataType": "String", "StringValue": value}
                for key, value in attributes.items()
            },
        )
    except (ClientError, BotoCoreError) as error:
        _count(rule, "InvocationsFailedToBeSentToDlq")
        logger.warning("dead letter of rule %s not sent to %s: %s", rule.name, queue, error)
    else:
        _count(rule, "InvocationsSentToDlq")


def _count(rule: Any, metric: str) -> None:
    data = {
        "MetricName": metric,
        "Dimensions": [{"Name": "RuleName", "Value": rule.name}],
        "Timestamp": current().clock.now(),
        "Value": 1.0,
        "Unit": "Count",
    }
    cloudwatch_backends[rule.account_id][rule.region_name].put_metric_data("AWS/Events", [data])
