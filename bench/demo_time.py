"""A second `make demo`, the environment being there: its wall time, and where a push's time goes."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from bench import timing
from bench.timing import Measured, run

_SHARES = re.compile(
    r"push to production.*?([\d.]+) s: ([\d.]+) s jobs, ([\d.]+) s build and tests, ([\d.]+) s",
    re.DOTALL,
)


@dataclass(frozen=True)
class DemoTime:
    """Seconds of each run."""

    wall: Measured
    push_to_production: Measured
    jobs: Measured
    build: Measured
    rest: Measured

    @property
    def rest_share(self) -> Measured:
        """The part of push to production that is neither job nor build nor test work, in percent."""
        pairs = zip(self.rest.values, self.push_to_production.values, strict=True)
        return Measured(tuple(100 * rest / whole for rest, whole in pairs))


def measure(data: Path | None) -> DemoTime:
    """Run the demonstration several times; once before, so that every cache is warm."""
    command = ["make", "demo", *([f"DATA={data}"] if data else [])]
    # The summary is a table that must not be folded.
    environment = {**os.environ, "COLUMNS": "240"}
    run(command, environment)
    printed: list[str] = []
    wall = timing.measure(lambda: printed.append(run(command, environment)))
    parts = [_parts(text) for text in printed]
    whole, jobs, build, rest = (Measured(tuple(values)) for values in zip(*parts, strict=True))
    return DemoTime(wall, whole, jobs, build, rest)


def _parts(printed: str) -> tuple[float, ...]:
    found = _SHARES.search(printed)
    if found is None:
        raise RuntimeError(f"no summary was printed:\n{printed[-2000:]}")
    return tuple(float(value) for value in found.groups())
