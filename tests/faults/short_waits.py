"""A clock of which long waits are short: Lambda tries again after a second instead of a minute.

Only waits are shortened. What the cloud waits for in small pieces (jobs, answers, time-outs) takes as
long as it takes, and the time of day is the machine's.
"""

from __future__ import annotations

import threading

from localcloud.clock import SystemClock

DIVISOR = 60.0
LONG_SECONDS = 5.0


class ShortWaits(SystemClock):
    """A minute of waiting is a second."""

    def wait(self, event: threading.Event, seconds: float) -> bool:
        return super().wait(event, seconds if seconds < LONG_SECONDS else seconds / DIVISOR)
