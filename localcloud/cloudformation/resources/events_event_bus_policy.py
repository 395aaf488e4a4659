"""AWS::Events::EventBusPolicy: one statement of an event bus's policy.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-eventbuspolicy.html
A `Statement` has its own effect, principal and resource; without one, `Action`, `Principal` and
`Condition` are PutPermission's. Assumed: `Ref` answers the bus and the statement's id.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from typing import Any

from localcloud.cloudformation.resource import Context, Created, Resource

_DEFAULT = "default"


class EventBusPolicy(Resource):
    """A statement, by its id."""

    type_name = "AWS::Events::EventBusPolicy"
    properties = frozenset(
        {"Action", "Condition", "EventBusName", "Principal", "Statement", "StatementId"}
    )
    required = frozenset({"StatementId"})
    create_only = frozenset({"EventBusName", "StatementId"})

    def create(self, properties: dict[str, Any], context: Context) -> Created:
        self._put(properties, context)
        return Created(f"{_bus(properties)}|{properties['StatementId']}")

    def update(
        self, physical_id: str, old: dict[str, Any], new: dict[str, Any], context: Context
    ) -> None:
        self._put(new, context)

    def delete(self, physical_id: str, properties: dict[str, Any], context: Context) -> None:
        events = context.client("events")
        with contextlib.suppress(events.exceptions.ResourceNotFoundException):
            events.remove_permission(
                EventBusName=_bus(properties), StatementId=properties["StatementId"]
            )

    def _put(self, properties: Mapping[str, Any], context: Context) -> None:
        events, bus, sid = context.client("events"), _bus(properties), properties["StatementId"]
        if "Statement" not in properties:
            given = {
                member: properties[member]
                for member in ("Action", "Principal", "Condition")
                if member in properties
            }
            events.put_permission(EventBusName=bus, StatementId=sid, **given)
            return
        statement = properties["Statement"]
        given = json.loads(statement) if isinstance(statement, str) else dict(statement)
        known = json.loads(events.describe_event_bus(Name=bus).get("Policy") or "{}")
        others = [each for each in known.get("Statement", []) if each.get("Sid") != sid]
        whole = {"Version": "2012-10-17", "Statement": [*others, {**given, "Sid": sid}]}
        events.put_permission(EventBusName=bus, Policy=json.dumps(whole))


def _bus(properties: Mapping[str, Any]) -> str:
    return str(properties.get("EventBusName") or _DEFAULT)
