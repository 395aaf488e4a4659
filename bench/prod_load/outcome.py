"""One scenario's outcome, and in what it falls short. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bench.prod_load.figures import Figures

# What may not lose a single request; what may lose the canary's share until its alarm; what may lose
# those that a process had when it was killed.
NONE, CANARY, UNDER_WAY = "none", "canary", "under-way"
# An endpoint's alarms: two breaching minutes of three, and the minute in which it began.
ALARM_SECONDS = 3 * 60
# Of the machine's: an alarm is evaluated, seen, and traffic moved back, beside everything else that
# two cores do.
SLACK_SECONDS = 1.5
# From the signal until the process's connections are closed.
DYING_SECONDS = 0.25


@dataclass(frozen=True)
class Circumstances:
    """How prod was set up. `pace` is how many of AWS's seconds pass in one."""

    rate: float
    pace: float
    instances: int
    canary_instances: int

    @property
    def share(self) -> float:
        """Of the traffic, the canary's."""
        return self.canary_instances / self.instances

    @property
    def alarm_seconds(self) -> float:
        """The longest that a bad canary may go unnoticed."""
        return ALARM_SECONDS / self.pace + SLACK_SECONDS


@dataclass(frozen=True)
class Outcome:
    """What one scenario came to. Durations are in seconds of the machine's."""

    name: str
    what: str
    """In words, for the tables."""
    circumstances: Circumstances
    figures: Figures
    may_lose: str
    detected_seconds: float | None
    """From the first request that could notice to the alarm, or what else tells."""
    back_seconds: float | None
    """From there until prod was as it should be: with the old version alone, or with the wanted one."""
    answer_seconds: float = 0.0
    """How late the answers of a slow version are: its alarm is later by that."""
    disturbed_at: float | None = None
    """When a process was killed."""
    said: str = ""
    """What the deploy action, or SageMaker, said."""

    @property
    def is_bad_canary(self) -> bool:
        """Whether an alarm has to bring it back."""
        return self.may_lose == CANARY or self.answer_seconds > 0

    @property
    def allowed_failures(self) -> int | None:
        """As many requests as may fail; None where each must be told by its time."""
        if self.may_lose == NONE:
            return 0
        return None if self.may_lose == UNDER_WAY else self.canarys_share

    @property
    def canarys_share(self) -> int:
        """As many requests as a bad canary may have had until it was gone: what may take how long is
        bounded by the configuration, and checked beside this."""
        at = self.circumstances
        until = (self.detected_seconds or 0.0) + (self.back_seconds or 0.0)
        expected = at.rate * at.share * min(until, at.alarm_seconds + self.answer_seconds)
        # Requests are sent to the canary by chance: three standard deviations, and one for rounding.
        return math.ceil(expected + 3 * math.sqrt(expected * (1 - at.share)) + 1)


def shortcomings(outcome: Outcome) -> list[str]:
    """In what an outcome is not what was promised, a sentence each; none if it is."""
    figures, found = outcome.figures, []
    if figures.missing:
        found.append(f"{figures.missing} requests are not accounted for")
    if figures.wrong:
        found.append(f"{figures.wrong} answers are of neither version")
    allowed = outcome.allowed_failures
    if allowed is not None and figures.failed > allowed:
        found.append(f"{figures.failed} requests failed ({said(figures)}), allowed: {allowed}")
    if outcome.may_lose == UNDER_WAY:
        found += _not_under_way(outcome)
    if outcome.is_bad_canary:
        found += _late(outcome)
        if figures.by_new > outcome.canarys_share:
            found.append(
                f"{figures.by_new} requests went to the canary, allowed: {outcome.canarys_share}"
            )
    return found


def said(figures: Figures) -> str:
    """The errors and how often each came."""
    return ", ".join(f"{count} times {error}" for error, count in sorted(figures.errors.items()))


def _late(outcome: Outcome) -> list[str]:
    allowed = outcome.circumstances.alarm_seconds + outcome.answer_seconds
    if outcome.detected_seconds is None:
        return ["no alarm went off"]
    if outcome.detected_seconds > allowed:
        return [f"the alarm came after {outcome.detected_seconds:.1f} s, allowed: {allowed:.1f} s"]
    if outcome.back_seconds is None or outcome.back_seconds > SLACK_SECONDS:
        return [f"back {outcome.back_seconds} s after the alarm, allowed: {SLACK_SECONDS} s"]
    return []


def _not_under_way(outcome: Outcome) -> list[str]:
    killed = outcome.disturbed_at or 0.0
    return [
        f"a request that was sent {sent - killed:.2f} s after the kill failed"
        for sent, ended in outcome.figures.failed_at
        if sent > killed + DYING_SECONDS or ended < killed
    ]
