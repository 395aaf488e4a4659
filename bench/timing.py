"""Measuring: medians of several runs, and ratios of things that were run side by side."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

RUNS = 5


@dataclass(frozen=True)
class Measured:
    """Seconds (or another unit) of several runs of one thing."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.values)

    def __str__(self) -> str:
        low, high = min(self.values), max(self.values)
        return f"{self.median:.2f} ({low:.2f} to {high:.2f})"


@dataclass(frozen=True)
class Pair:
    """Two things measured in turn, and the ratio of each turn."""

    subject: Measured
    baseline: Measured

    @property
    def ratio(self) -> Measured:
        """Subject over baseline, turn by turn."""
        turns = zip(self.subject.values, self.baseline.values, strict=True)
        return Measured(tuple(subject / baseline for subject, baseline in turns))


def measure(act: Callable[[], object], runs: int = RUNS) -> Measured:
    """Wall time of an act, several times."""
    return Measured(tuple(seconds(act) for _ in range(runs)))


def measure_pair(
    subject: Callable[[], object], baseline: Callable[[], object], runs: int = RUNS
) -> Pair:
    """Wall times of two acts in turn, so that both meet the same weather; both run once before."""
    subject()
    baseline()
    turns = [(seconds(subject), seconds(baseline)) for _ in range(runs)]
    return Pair(Measured(tuple(a for a, _ in turns)), Measured(tuple(b for _, b in turns)))


def seconds(act: Callable[[], object]) -> float:
    """Wall time of an act, once."""
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def run(
    command: Sequence[str], environment: Mapping[str, str], directory: Path | None = None
) -> str:
    """Run a command; what it printed. Raises RuntimeError with it when the command fails."""
    ended = subprocess.run(
        list(command),
        env=dict(environment),
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if ended.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{ended.stdout[-2000:]}")
    return ended.stdout
