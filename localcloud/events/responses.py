"""The EventBridge API: moto's operations, with what moto lacks."""

from __future__ import annotations

from moto.events.responses import EventsHandler as MotoResponse


class EventsResponse(MotoResponse):
    """Parses a request, calls the backend, answers."""
