"""Emitting AWS's own events: the envelope, and the hand-over to the rules of the default bus.

Envelope: https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from localcloud.cloud import current


def envelope(
    source: str,
    detail_type: str,
    detail: Mapping[str, Any],
    *,
    resources: Sequence[str],
    account_id: str,
    region: str,
) -> dict[str, Any]:
    """The event as a rule's pattern and target see it; `time` is ISO 8601 to the second."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": detail_type,
        "source": source,
        "account": account_id,
        "time": current().clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": region,
        "resources": list(resources),
        "detail": dict(detail),
    }


def emit(
    source: str,
    detail_type: str,
    detail: Mapping[str, Any],
    *,
    resources: Sequence[str],
    account_id: str,
    region: str,
) -> None:
    """Put a service's event on the default bus; returns at once, delivery is in the background."""
    event = envelope(
        source, detail_type, detail, resources=resources, account_id=account_id, region=region
    )
    from localcloud.events.delivery import deliver

    current().background(f"event {detail_type}", deliver, event)
    current().changes.announce()
