"""The bias and explainability checks on data sets of growing size: seconds and peak memory.

Seconds of the processor, all cores added up, tell more than the clock's on a machine that is not idle.

`python -m bench.model_checks_time` measures this alone; `python -m bench --only model-checks` also
writes it into the page.
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
import xgboost

from bench.table import Row
from bench.timing import run
from demo import abalone_data

WORK = Path(__file__).with_name("model_checks_work.py")
SIZES = {
    "data_bias": (10_000, 100_000, 1_000_000, 10_000_000),
    "model_bias": (10_000, 100_000, 1_000_000),
    "explainability": (10_000, 100_000, 1_000_000),
}
_TITLES = {
    "data_bias": "bias in the labels, all 8 metrics, of {rows:,} rows",
    "model_bias": "bias of a model (50 trees), all 13 metrics, of {rows:,} rows, predictions included",
    "explainability": "explainability of that model, of {rows:,} rows",
}
_ROUNDS = 50
_DIFFERENT = 1_000_000
_COLUMNS = ["sex", *(column.name for column in abalone_data.COLUMNS)]
_MODEL = "xgboost-model"


@dataclass(frozen=True)
class Size:
    """One check on so many rows, in a process of its own, once."""

    check: str
    rows: int
    seconds: float
    processor: float
    megabytes: float

    def __str__(self) -> str:
        return (
            f"{self.processor:.2f} s of the processor, {self.rows / self.processor:,.0f} rows/s and"
            f" {self.megabytes:.0f} MB; on the clock {self.seconds:.2f} s (one run)"
        )


def measure(scratch: Path) -> tuple[Size, ...]:
    """Make a data set of each size and a model of the smallest, measure, and remove the data."""
    found = []
    model = scratch / _MODEL
    for rows in sorted({rows for sizes in SIZES.values() for rows in sizes}):
        data = scratch / "rows" / "data.csv"
        write(data, rows)
        if not model.exists():
            _train(data, model)
        for check, sizes in SIZES.items():
            if rows in sizes:
                printed = run(
                    [sys.executable, str(WORK), check, str(data.parent), str(model)], os.environ
                )
                found.append(Size(check, rows, **json.loads(printed.splitlines()[-1])))
                sys.stderr.write(f"{check}, {rows:,} rows: {found[-1]}\n")
        data.unlink()
    return tuple(sorted(found, key=lambda size: list(SIZES).index(size.check)))


def write(path: Path, rows: int) -> None:
    """The demonstration's data set with many seeds, in the form of the splits.

    Of more than a million rows, that many are different, over and over.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.parent / ".part"
    block, count = "", 0
    while count < min(rows, _DIFFERENT):
        abalone_data.write(part, abalone_data.SEED + count)
        # Mixed, because the last part is cut off.
        frame = pd.read_csv(part, names=_COLUMNS).sample(frac=1, random_state=0)[: rows - count]
        split = frame[["rings", *_COLUMNS[1:-1]]].astype({"rings": float})
        for sex in sorted(abalone_data.SEXES):
            split[f"sex_{sex}"] = (frame["sex"] == sex).astype(int)
        block += split.to_csv(header=False, index=False)
        count += len(frame)
    part.unlink()
    lines = block.splitlines(keepends=True)[:rows]
    with path.open("w", encoding="utf-8") as file:
        for start in range(0, rows, len(lines)):
            file.writelines(lines[: rows - start])


def _train(data: Path, model: Path) -> None:
    table = np.loadtxt(data, delimiter=",")
    settings = {"objective": "reg:squarederror", "max_depth": 5, "eta": 0.2, "seed": 1}
    matrix = xgboost.DMatrix(table[:, 1:], label=table[:, 0])
    xgboost.train(settings, matrix, num_boost_round=_ROUNDS).save_model(model.with_suffix(".ubj"))
    model.with_suffix(".ubj").rename(model)


def row(size: Size) -> Row:
    """One row of the page."""
    return _TITLES[size.check].format(rows=size.rows), str(size), "", None


def main() -> None:
    """Measure, a line for each size."""
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder))


if __name__ == "__main__":
    main()
