"""What a load was like, and whether that is within its bounds. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from smoke_parameters import Load

# The share of the stated rate that must have been sent: below it, the load was another one. But half a
# second is forgiven, so that a load of a few seconds is not judged by the start of a thread.
REACHED = 0.95
FORGIVEN_SECONDS = 0.5


class Failure(NamedTuple):
    """Why a request counts as an error."""

    kind: str
    text: str


class Sample(NamedTuple):
    """One request of a load. Times are in seconds from its start."""

    intended: float
    """When it was to be sent."""
    sent: float | None
    """When it was; None if it never was."""
    ended: float
    """When it was answered, or given up."""
    failure: Failure | None = None

    @property
    def milliseconds(self) -> float:
        """From the moment when it was to be sent: a request that had to wait for its turn was slow for
        whoever wanted to send it."""
        return (self.ended - self.intended) * 1000


@dataclass(frozen=True)
class LoadReport:
    """A load's figures; latencies are in milliseconds and of all requests, failed ones too."""

    load: Load
    count: int
    p50: float
    p90: float
    p99: float
    errors: Counter[str]
    first_error: str | None
    rate: float
    """Requests a second, as sent."""
    latest: float
    """Seconds by which a request was sent, or given up, after its time, at most."""

    @property
    def summary(self) -> str:
        """The figures, in one line."""
        kinds = ", ".join(f"{kind} {count}" for kind, count in self.errors.most_common())
        return (
            f"p50 {self.p50:.0f} ms, p90 {self.p90:.0f} ms, p99 {self.p99:.0f} ms,"
            f" errors {self.errors.total()} of {self.count}{f' ({kinds})' if kinds else ''},"
            f" {self.rate:.3g} of {self.load.requests_per_second:g} requests a second"
        )

    @property
    def obstacles(self) -> tuple[str, ...]:
        """Each bound that it is beyond, in words."""
        load, errors = self.load, self.errors.total()
        found = []
        if errors > load.max_errors:
            found.append(f"{errors} errors, allowed: {load.max_errors}; first: {self.first_error}")
        if self.p99 > load.max_p99_milliseconds:
            found.append(f"p99 {self.p99:.0f} ms, allowed: {load.max_p99_milliseconds:g} ms")
        late = self.latest > FORGIVEN_SECONDS
        if late and self.rate < REACHED * load.requests_per_second:
            found.append(
                f"{self.rate:.3g} requests a second were sent (up to {self.latest:.1f} s late), wanted:"
                f" {load.requests_per_second:g}"
            )
        return tuple(found)


def report(load: Load, samples: Sequence[Sample]) -> LoadReport:
    """The figures of a load's requests, of which there is at least one."""
    latencies = sorted(sample.milliseconds for sample in samples)
    failures = [sample.failure for sample in samples if sample.failure is not None]
    sent = [sample.sent for sample in samples if sample.sent is not None]
    return LoadReport(
        load=load,
        count=len(samples),
        p50=percentile(latencies, 50),
        p90=percentile(latencies, 90),
        p99=percentile(latencies, 99),
        errors=Counter(failure.kind for failure in failures),
        first_error=failures[0].text if failures else None,
        # n requests at a rate take n / rate: the time after the last one counts.
        rate=len(sent) / (max(sent, default=0.0) + 1 / load.requests_per_second),
        latest=max(
            (sample.ended if sample.sent is None else sample.sent) - sample.intended
            for sample in samples
        ),
    )


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The smallest value that so many percent of the ordered values do not exceed (nearest rank)."""
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]
