"""What a load met: counts, latencies, and when which version answered. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.prod_load.samples import FAILED, NEW, OLD, WRONG, Sample, judge


@dataclass(frozen=True)
class Figures:
    """Of one load. Times are seconds since 1970, of requests when they were due."""

    sent: int
    missing: int
    """Requests that were due between the first and the last, and that nobody knows anything of."""
    by_old: int
    by_new: int
    wrong: int
    """Answered with success, and with what neither version predicts."""
    errors: Mapping[str, int]
    p50_ms: float
    p99_ms: float
    first_other: float | None
    """The first request that the old version did not answer; None when it answered all."""
    last_other: float | None
    first_new: float | None
    last_old: float | None
    failed_at: tuple[tuple[float, float], ...]
    """Each failed request: when it was sent and when its failure came."""

    @property
    def failed(self) -> int:
        """Requests without an answer."""
        return sum(self.errors.values())


def figures(
    samples: Sequence[Sample], rate: float, old: Sequence[float], new: Sequence[float] | None
) -> Figures:
    """Of samples in the order in which they were due; `old` and `new` are what the version before the
    deployment, and the deployed one, predict for each record. Raises ValueError without a sample."""
    if not samples:
        raise ValueError("no request was sent")
    judged = [(sample, judge(sample, old, new)) for sample in samples]
    counts = Counter(verdict for _, verdict in judged)
    due = {
        verdict: [sample.due for sample, other in judged if other == verdict]
        for verdict in (OLD, NEW)
    }
    others = [sample.due for sample, verdict in judged if verdict != OLD]
    failed = [sample for sample, verdict in judged if verdict == FAILED]
    wanted = round((samples[-1].due - samples[0].due) * rate) + 1
    milliseconds = sorted(1000 * sample.seconds for sample in samples)
    return Figures(
        sent=len(samples),
        missing=wanted - len(samples),
        by_old=counts[OLD],
        by_new=counts[NEW],
        wrong=counts[WRONG],
        errors=Counter(sample.error or "" for sample in failed),
        p50_ms=quantile(milliseconds, 0.5),
        p99_ms=quantile(milliseconds, 0.99),
        first_other=min(others, default=None),
        last_other=max(others, default=None),
        first_new=min(due[NEW], default=None),
        last_old=max(due[OLD], default=None),
        failed_at=tuple((sample.sent, sample.ended) for sample in failed),
    )


def quantile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that so large a share of them does not exceed (nearest rank)."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
