"""Delivering an event to the targets of every rule that matches it."""

from __future__ import annotations

from typing import Any

from moto.events import events_backends


def deliver(event: dict[str, Any]) -> None:
    """Send `event` to the matching rules' targets on its account's default bus."""
    backend = events_backends[event["account"]][event["region"]]
    bus = backend.describe_event_bus("default")
    for rule in list(bus.rules.values()):
        if rule.state == "ENABLED" and rule.event_pattern.matches_event(event):
            raise NotImplementedError("event targets are being built")
