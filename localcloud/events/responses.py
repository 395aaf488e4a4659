"""The EventBridge API: moto's operations, with targets checked and patterns tested."""

from __future__ import annotations

import json
from typing import Any

from moto.events.responses import EventsHandler as MotoResponse

from localcloud.errors import ValidationException, unsupported
from localcloud.events import event_pattern
from localcloud.events.models import EventsBackend

BUS_MEMBERS = ("Description", "Name", "Tags")
REQUIRED_FIELDS = ("id", "account", "source", "time", "region", "resources", "detail-type")


class EventsResponse(MotoResponse):
    """Parses a request, calls the backend, answers."""

    # Not here, because nothing would act on them: archives and replays, connections and API
    # destinations, and partners' event sources.
    MOTO_OPERATIONS = {
        "the backend's own": ("PutEvents", "PutRule"),
        "rules and targets are what delivery goes by": (
            "DeleteRule",
            "DescribeRule",
            "DisableRule",
            "EnableRule",
            "ListRuleNamesByTarget",
            "ListRules",
            "ListTargetsByRule",
            "RemoveTargets",
        ),
        "events are put on buses, and a bus is a target": (
            "DeleteEventBus",
            "DescribeEventBus",
            "ListEventBuses",
        ),
        "tags of rules and buses": ("ListTagsForResource", "TagResource", "UntagResource"),
    }

    def create_event_bus(self) -> Any:
        """CreateEventBus."""
        for member in json.loads(self.body or "{}"):
            if member not in BUS_MEMBERS:
                raise unsupported("CreateEventBus member", member, BUS_MEMBERS)
        return super().create_event_bus()

    def update_event_bus(self) -> str:
        """UpdateEventBus."""
        request = json.loads(self.body)
        for member in request:
            if member not in ("Description", "Name"):
                raise unsupported("UpdateEventBus member", member, ("Description", "Name"))
        bus = self.events_backend.describe_event_bus(request.get("Name"))
        bus.description = request.get("Description")
        return json.dumps({"Arn": bus.arn, "Name": bus.name, "Description": bus.description})

    def put_permission(self) -> str:
        """PutPermission."""
        self.events_backend.put_bus_permission(json.loads(self.body))
        return ""

    def remove_permission(self) -> str:
        """RemovePermission."""
        self.events_backend.remove_bus_permission(json.loads(self.body))
        return ""

    def put_targets(self) -> str:
        """PutTargets."""
        backend: EventsBackend = self.events_backend
        failed = backend.put_targets_checked(
            self._get_param("Rule"), self._get_param("EventBusName"), self._get_param("Targets")
        )
        return json.dumps({"FailedEntryCount": len(failed), "FailedEntries": failed})

    def test_event_pattern(self) -> str:
        """TestEventPattern."""
        pattern = event_pattern.parse(self._get_param("EventPattern"))
        try:
            event = json.loads(self._get_param("Event"))
        except ValueError:
            raise ValidationException(
                "Parameter Event is not valid. Reason: Invalid JSON"
            ) from None
        missing = [name for name in REQUIRED_FIELDS if name not in event]
        if missing:
            raise ValidationException(
                f"Parameter Event is not valid. Reason: required: {', '.join(missing)}"
            )
        return json.dumps({"Result": event_pattern.matches(pattern, event)})
