"""Writing to CloudWatch Logs from inside the cloud, as AWS's services do for their jobs."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from moto.logs import logs_backends

from localcloud.cloud import current

_lock = threading.Lock()


def append(group: str, stream: str, lines: Iterable[str], *, account_id: str, region: str) -> None:
    """Append one event per line, now; makes the group and the stream if they are not there."""
    backend = logs_backends[account_id][region]
    timestamp = int(current().clock.now().timestamp() * 1000)
    events = [{"timestamp": timestamp, "message": line} for line in lines if line]
    if not events:
        return
    with _lock:
        if group not in backend.groups:
            backend.create_log_group(group, {})
        if stream not in backend.groups[group].streams:
            backend.create_log_stream(group, stream)
        backend.put_log_events(group, stream, events)
