"""The EventBridge backend: moto's rules and buses, our patterns, targets and delivery.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/. Not there, and refused: schedules
and every kind of target that `targets/` has no module for.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

from moto.events.models import EventsBackend as MotoBackend

from localcloud.cloud import current
from localcloud.errors import AwsError, ValidationException, unsupported
from localcloud.events import bus_policy, event_pattern, input_transformer
from localcloud.events.delivery import deliver, known_bus
from localcloud.events.retry_policy import RetryPolicy
from localcloud.events.targets.target import kind_of
from localcloud.iam.authorization.owners import account_in

MAXIMUM_TARGETS = 5
MAXIMUM_ENTRIES = 10
STATES = ("ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")


class EventsBackend(MotoBackend):
    """State of EventBridge in one account and region."""

    def put_rule(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """PutRule: refuses a pattern that could never match as it is meant, and schedules."""
        if kwargs.get("scheduled_expression"):
            raise unsupported(
                "PutRule member",
                f"ScheduleExpression {kwargs['scheduled_expression']}",
                ["EventPattern"],
            )
        if kwargs.get("state") and kwargs["state"] not in STATES:
            raise ValidationException(
                f"1 validation error detected: Value '{kwargs['state']}' at 'state' failed to "
                f"satisfy constraint: Member must satisfy enum value set: [{', '.join(STATES)}]"
            )
        if kwargs.get("event_pattern"):
            event_pattern.parse(kwargs["event_pattern"])
        return super().put_rule(name, *args, **kwargs)

    def put_bus_permission(self, request: dict[str, Any]) -> None:
        """PutPermission."""
        bus = self._known_bus(request)
        if request.get("Policy"):
            bus_policy.put_policy(bus, request["Policy"])
        else:
            bus_policy.put_statement(bus, request, self.partition)

    def remove_bus_permission(self, request: dict[str, Any]) -> None:
        """RemovePermission."""
        bus = self._known_bus(request)
        if request.get("RemoveAllPermissions"):
            bus._statements = {}
        elif not bus._statements:
            raise AwsError("ResourceNotFoundException", "EventBus does not have a policy.")
        elif bus._statements.pop(str(request.get("StatementId")), None) is None:
            raise AwsError(
                "ResourceNotFoundException",
                "Statement with the provided id does not exist.",
            )

    def _known_bus(self, request: dict[str, Any]) -> Any:
        name = self._normalize_event_bus_arn(request.get("EventBusName"))
        bus_policy.require_name(name, self.event_buses)
        return self.event_buses[name]

    def check_target(self, target: dict[str, Any]) -> None:
        """Refuse a target that could not be delivered to; raises ValidationException."""
        kind = kind_of(target["Arn"])
        kind.check(target)
        kind.check_place(target, self.account_id, self.region_name)
        input_transformer.check(target)
        RetryPolicy.read(target)
        queue = (target.get("DeadLetterConfig") or {}).get("Arn")
        if queue and (queue.split(":")[2:3] != ["sqs"] or queue.endswith(".fifo")):
            raise ValidationException(
                f"DeadLetterConfig of target {target['Id']} must be a standard SQS queue: {queue}"
            )

    def put_targets_checked(
        self, rule_name: str, bus: str | None, targets: list[dict[str, Any]]
    ) -> list[dict[str, str]]:
        """PutTargets: takes the good ones, answers the others as `FailedEntries`."""
        rule = self.describe_rule(rule_name, bus)
        failed: list[dict[str, str]] = []
        accepted: list[dict[str, Any]] = []
        for target in targets:
            try:
                self.check_target(target)
            except AwsError as error:
                failed.append(
                    {
                        "TargetId": target["Id"],
                        "ErrorCode": error.aws_code,
                        "ErrorMessage": str(error),
                    }
                )
            else:
                accepted.append(target)
        if len({target["Id"] for target in [*rule.targets, *accepted]}) > MAXIMUM_TARGETS:
            # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
            raise AwsError(
                "LimitExceededException",
                "The requested resource exceeds the maximum number allowed.",
            )
        rule.put_targets(accepted)
        return failed

    def put_targets(self, name: str, event_bus_arn: str | None, targets: Any) -> None:
        """PutTargets for callers in this process (moto's CloudFormation): all or an error."""
        failed = self.put_targets_checked(name, event_bus_arn, targets)
        if failed:
            raise ValidationException(failed[0]["ErrorMessage"])

    def put_events(self, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """PutEvents: answers at once, delivers in the background."""
        if not 1 <= len(events) <= MAXIMUM_ENTRIES:
            raise ValidationException(
                "1 validation error detected: Value '[PutEventsRequestEntry]' at 'entries' failed "
                "to satisfy constraint: Member must have length less than or equal to "
                f"{MAXIMUM_ENTRIES}, greater than or equal to 1"
            )
        return [self._put_event(event) for event in events]

    def _put_event(self, entry: dict[str, Any]) -> dict[str, str]:
        for member in ("Source", "DetailType", "Detail"):
            if not entry.get(member):
                return _refused(
                    "InvalidArgument",
                    f"Parameter {member} is not valid. Reason: {member} is a required argument.",
                )
        if str(entry["Source"]).startswith("aws."):
            # https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html
            return _refused("NotAuthorizedForSourceException", "Not authorized for the source.")
        try:
            detail = json.loads(entry["Detail"])
        except ValueError:
            return _refused("MalformedDetail", "Detail is malformed.")
        if not isinstance(detail, dict):
            return _refused("MalformedDetail", "Detail is malformed.")
        bus = str(entry.get("EventBusName") or "default")
        bus_name = self._normalize_event_bus_arn(bus)
        # A bus by its ARN may be another account's, whose policy has been asked; not another region's.
        account = account_in(bus) or self.account_id
        here = not bus.startswith("arn:") or bus.split(":")[3:4] == [self.region_name]
        if not here or not known_bus(account, self.region_name, bus_name):
            # AWS drops it (PutEvents page); a silent loss helps nobody here.
            return _refused("ResourceNotFoundException", f"Event bus {bus} does not exist.")
        now = current().clock.now()
        time = entry.get("Time", now.timestamp())
        event = {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": entry["DetailType"],
            "source": entry["Source"],
            "account": self.account_id,
            "time": _iso(time),
            "region": self.region_name,
            "resources": entry.get("Resources", []),
            "detail": detail,
            "ingestion-time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        current().background(f"event {entry['DetailType']}", deliver, event, bus_name, account)
        return {"EventId": str(event["id"])}


def _refused(code: str, message: str) -> dict[str, str]:
    return {"ErrorCode": code, "ErrorMessage": message}


def _iso(time: Any) -> str:
    from datetime import UTC, datetime

    if isinstance(time, int | float):
        return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(time)
