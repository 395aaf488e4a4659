"""When each request of an open load is due. Pure.

A load is open when its requests come at their times, whether those before were answered or not, as they
do from people who know nothing of each other. A load generator's users each wait for their answer, so
that only many of them are open together, and only while no answer takes longer than a user's turn lasts:
with `users` at `rate` a second that is `users / rate` seconds. A request that has no answer by then has
failed here, and its user is free again: the timetable holds whatever the endpoint does. Latency counts
from the time when a request was due, so that nothing that delays the sending is left out of it.
"""

from __future__ import annotations

from dataclasses import dataclass

# A request without an answer after as long has failed; the smoke test's load says the same.
TURN_SECONDS = 10.0


@dataclass(frozen=True)
class Timetable:
    """Requests at even distances, the users taking turns."""

    rate: float
    """Requests a second, of all users together."""
    users: int

    @classmethod
    def of(cls, rate: float, turn_seconds: float = TURN_SECONDS) -> Timetable:
        """With as many users as are needed for each to have that long for an answer."""
        return cls(rate, max(1, round(rate * turn_seconds)))

    @property
    def turn_seconds(self) -> float:
        """From one request of a user to its next."""
        return self.users / self.rate

    def due(self, user: int, turn: int) -> float:
        """Seconds from the beginning to the request of a user (from 0) in a turn (from 0)."""
        return user / self.rate + turn * self.turn_seconds

    def number(self, user: int, turn: int) -> int:
        """Which of all requests that is, from 0."""
        return user + turn * self.users
