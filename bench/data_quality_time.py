"""The data-quality statistics of data sets of growing size, against pandas' `describe` of them.

`python -m bench.data_quality_time` measures this alone.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from bench.timing import RUNS, Measured, Pair, run

WORK = Path(__file__).with_name("data_quality_work.py")
FRACTIONS, INTEGERS = 10, 1
SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
# The largest one takes a minute, and a file of 800 MB: once is enough.
ONCE = 10_000_000
_BLOCK = 100_000


@dataclass(frozen=True)
class Size:
    """Seconds and peak megabytes of both, each run in a process of its own, in turn."""

    rows: int
    seconds: Pair
    megabytes: Pair

    def __str__(self) -> str:
        seconds, memory = self.seconds, self.megabytes
        return (
            f"{self.rows:,} rows: {seconds.subject.median:.2f} s, {memory.subject.median:.0f} MB"
            f" against {seconds.baseline.median:.2f} s, {memory.baseline.median:.0f} MB"
        )


def measure(scratch: Path, sizes: tuple[int, ...] = SIZES) -> tuple[Size, ...]:
    """Make a file of each size, measure, and remove it."""
    return tuple(_size(scratch / "numbers.csv", rows) for rows in sizes)


def write(path: Path, rows: int) -> None:
    """A CSV file of seeded numbers: ten columns of fractions, one of small integers."""
    generator = np.random.default_rng(0)
    with path.open("w", encoding="utf-8") as file:
        for start in range(0, rows, _BLOCK):
            count = min(_BLOCK, rows - start)
            values = generator.normal(size=(count, FRACTIONS)).round(4)
            frame = pd.DataFrame(values, columns=[f"fraction_{n}" for n in range(FRACTIONS)])
            frame["integer"] = generator.integers(1, 30, count)
            frame.to_csv(file, index=False, header=start == 0)


def _size(path: Path, rows: int) -> Size:
    write(path, rows)
    turns = [(_work("analyze", path), _work("describe", path)) for _ in range(_runs(rows))]
    path.unlink()

    def pair(unit: str) -> Pair:
        ours, theirs = zip(*((a[unit], b[unit]) for a, b in turns), strict=True)
        return Pair(Measured(ours), Measured(theirs))

    return Size(rows, pair("seconds"), pair("megabytes"))


def _runs(rows: int) -> int:
    return 1 if rows >= ONCE else RUNS


def _work(name: str, path: Path) -> dict[str, float]:
    printed = run([sys.executable, str(WORK), name, str(path)], os.environ)
    found: dict[str, float] = json.loads(printed)
    return found


def main() -> None:
    """Measure, a line for each size."""
    with tempfile.TemporaryDirectory() as folder:
        for rows in SIZES:
            (size,) = measure(Path(folder), (rows,))
            sys.stdout.write(f"{size}\n")


if __name__ == "__main__":
    main()
