"""The EventBridge backend: moto's, with what moto lacks."""

from __future__ import annotations

from moto.events.models import EventsBackend as MotoBackend


class EventsBackend(MotoBackend):
    """State of EventBridge in one account and region."""
