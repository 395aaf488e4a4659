"""AWS::Events::Rule: a rule and its targets.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html
A target that the local cloud cannot deliver to fails the resource, by name. `ScheduleExpression` is
refused by the service itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from localcloud.cloudformation.resource import Context, Created, Resource
from localcloud.errors import ValidationException

_NUMBERS = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds")


class Rule(Resource):
    """A rule; `Ref` answers its name, or `bus|name` on a bus that is not the default one."""

    type_name = "AWS::Events::Rule"
    name_property = "Name"
    properties = frozenset(
        {
            "Description",
            "EventBusName",
            "EventPattern",
            "Name",
            "RoleArn",
            "ScheduleExpression",
            "State",
            "Tags",
            "Targets",
        }
    )
    create_only = frozenset({"Name"})
    attributes = frozenset({"Arn"})

    def requires_replacement(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
        # The page says replacement for EventBusName; the published schema forgets it.
        moved = old.get("EventBusName") != new.get("EventBusName")
        return moved or super().requires_replacement(old, new)

    def create(self, properties: dict[str, Any], context: Context) -> Created:
        name = properties.get("Name") or context.generate_name(64)
        bus = properties.get("EventBusName")
        arn = self._put_rule(name, properties, context)
        physical_id = name if _is_default(bus) else f"{str(bus).rsplit('/', 1)[-1]}|{name}"
        context.made(physical_id)
        self._put_targets(name, properties, context)
        return Created(physical_id, {"Arn": arn})

    def update(
        self, physical_id: str, old: dict[str, Any], new: dict[str, Any], context: Context
    ) -> Mapping[str, Any]:
        name = physical_id.rsplit("|", 1)[-1]
        arn = self._put_rule(name, new, context)
        kept = {target["Id"] for target in new.get("Targets", ())}
        gone = [target["Id"] for target in old.get("Targets", ()) if target["Id"] not in kept]
        if gone:
            context.client("events").remove_targets(Rule=name, Ids=gone, **_bus(new))
        self._put_targets(name, new, context)
        return {"Arn": arn}

    def delete(self, physical_id: str, properties: dict[str, Any], context: Context) -> None:
        events = context.client("events")
        name, bus = physical_id.rsplit("|", 1)[-1], _bus(properties)
        try:
            targets = events.list_targets_by_rule(Rule=name, **bus)["Targets"]
        except events.exceptions.ResourceNotFoundException:
            return
        if targets:
            events.remove_targets(Rule=name, Ids=[target["Id"] for target in targets], **bus)
        events.delete_rule(Name=name, **bus)

    def _put_rule(self, name: str, properties: Mapping[str, Any], context: Context) -> str:
        given = {
            member: properties[member]
            for member in ("Description", "RoleArn", "ScheduleExpression", "State")
            if member in properties
        }
        if "EventPattern" in properties:
            pattern = properties["EventPattern"]
            given["EventPattern"] = pattern if isinstance(pattern, str) else json.dumps(pattern)
        tags = context.tags(properties.get("Tags"))
        if tags:
            given["Tags"] = tags
        answer = context.client("events").put_rule(Name=name, **given, **_bus(properties))
        return str(answer["RuleArn"])

    def _put_targets(self, name: str, properties: Mapping[str, Any], context: Context) -> None:
        targets = [_target(target) for target in properties.get("Targets", ())]
        if not targets:
            return
        answer = context.client("events").put_targets(
            Rule=name, Targets=targets, **_bus(properties)
        )
        if answer["FailedEntryCount"]:
            raise ValidationException(answer["FailedEntries"][0]["ErrorMessage"])


def _is_default(bus: Any) -> bool:
    return not bus or str(bus).rsplit("/", 1)[-1] == "default"


def _bus(properties: Mapping[str, Any]) -> dict[str, str]:
    bus = properties.get("EventBusName")
    return {"EventBusName": bus} if bus else {}


def _target(target: Mapping[str, Any]) -> dict[str, Any]:
    sent = dict(target)
    policy = sent.get("RetryPolicy")
    if policy:
        # A template may write a number as a string.
        sent["RetryPolicy"] = {
            name: int(value) if name in _NUMBERS else value for name, value in policy.items()
        }
    return sent
