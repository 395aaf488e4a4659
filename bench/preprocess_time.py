"""`preprocess.py` on a million rows, against pandas with scikit-learn and against Polars.

`python -m bench.preprocess_time` measures this alone; `python -m bench --only preprocess` also
writes it into the page.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.timing import Measured, run
from demo import abalone_data

WORK = Path(__file__).with_name("preprocess_work.py")
ROWS = 1_000_000
RUNS = 3  # pandas takes long


@dataclass(frozen=True)
class Program:
    """One program's seconds, from the start of its process to its end, and its peak megabytes."""

    seconds: Measured
    megabytes: Measured

    def __str__(self) -> str:
        return (
            f"{self.seconds} s, {ROWS / self.seconds.median:,.0f} rows/s and"
            f" {self.megabytes.median:.0f} MB"
        )


def measure(scratch: Path) -> dict[str, Program]:
    """`script`, `pandas`, and `polars` where it is installed, in turn."""
    base = scratch / "preprocess"
    write(base / "processing" / "input" / "data" / "abalone.csv")
    names = ["script", "pandas"]
    if importlib.util.find_spec("polars"):
        names.append("polars")
    turns = [{name: _work(name, base) for name in names} for _ in range(RUNS)]
    shutil.rmtree(base)
    return {
        name: Program(
            Measured(tuple(turn[name][0] for turn in turns)),
            Measured(tuple(turn[name][1] for turn in turns)),
        )
        for name in names
    }


def write(path: Path) -> None:
    """The demonstration's data set, over and over with other seeds."""
    path.parent.mkdir(parents=True)
    part = path.with_suffix(".part")
    lines: list[str] = []
    while len(lines) < ROWS:
        abalone_data.write(part, abalone_data.SEED + len(lines))
        lines += part.read_text().splitlines(keepends=True)
    part.unlink()
    path.write_text("".join(lines[:ROWS]))


def rows(programs: dict[str, Program]) -> list[tuple[str, str, str, None]]:
    """The rows of the page."""
    script, pandas, polars = (programs.get(name) for name in ("script", "pandas", "polars"))
    assert script is not None
    assert pandas is not None
    turns = zip(script.seconds.values, pandas.seconds.values, strict=True)
    ratio = Measured(tuple(ours / theirs for ours, theirs in turns))
    return [
        (
            f"`preprocess.py`, {ROWS:,} rows, against plain pandas and scikit-learn ({RUNS} runs)",
            f"{script} against {pandas}: ratio {ratio}",
            "",
            None,
        ),
        (
            "the same in Polars, all in memory, on all cores",
            str(polars) if polars else "not measured: Polars is not installed",
            "",
            None,
        ),
    ]


def _work(name: str, base: Path) -> tuple[float, float]:
    started = time.perf_counter()
    printed = run([sys.executable, str(WORK), name, str(base)], os.environ)
    return time.perf_counter() - started, float(printed.splitlines()[-1])


def main() -> None:
    """Measure, a line for each program."""
    with tempfile.TemporaryDirectory() as folder:
        for name, program in measure(Path(folder)).items():
            sys.stdout.write(f"{name}: {program}\n")


if __name__ == "__main__":
    main()
