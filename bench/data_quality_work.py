"""One of two works on a CSV file, in a process of its own; prints its seconds and peak memory.

python bench/data_quality_work.py analyze FILE     the check engine's statistics of all columns
python bench/data_quality_work.py describe FILE    pandas: the whole file, then `describe`
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

MODEL_REPOSITORY = Path(__file__).resolve().parents[1] / "pipeline_code"


def analyzer() -> Callable[[Path], object]:
    """What the data-quality check does with a data set."""
    sys.path.insert(0, str(MODEL_REPOSITORY))
    data_quality = importlib.import_module("pipelines.checks.data_quality")
    tables = importlib.import_module("pipelines.checks.tables")
    importlib.import_module("datasketches")
    form = tables.Csv(header=True)
    return lambda path: data_quality.analyze(tables.read_chunks([path], form))


def describer() -> Callable[[Path], object]:
    """What a person would do in a notebook."""
    return lambda path: pd.read_csv(path).describe()


def main() -> None:
    """Do it, the imports being made: they cost the same whatever the size."""
    work = {"analyze": analyzer, "describe": describer}[sys.argv[1]]()
    started = time.perf_counter()
    work(Path(sys.argv[2]))
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts in kilobytes, macOS in bytes.
    megabytes = peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
    sys.stdout.write(json.dumps({"seconds": seconds, "megabytes": megabytes}) + "\n")


if __name__ == "__main__":
    main()
