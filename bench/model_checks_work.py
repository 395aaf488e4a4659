"""One of the checks on a directory of data, in a process of its own; prints seconds, those of the
processor (all cores added up) and peak memory.

python bench/model_checks_work.py data_bias|model_bias|explainability DIRECTORY MODEL
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

MODEL_REPOSITORY = Path(__file__).resolve().parents[1] / "pipeline_code"


def check(name: str, directory: Path, model: Path) -> Any:
    """The check as the Abalone pipeline configures it, its imports being made."""
    sys.path.insert(0, str(MODEL_REPOSITORY))
    kinds = importlib.import_module("pipelines.checks.kinds")
    settings = importlib.import_module("pipelines.abalone.model_checks").CHECK_SETTINGS
    importlib.import_module("xgboost")
    importlib.import_module("scipy.spatial")
    if name == "data_bias":
        return kinds.Bias(directory, settings.data_bias)
    if name == "model_bias":
        return kinds.Bias(directory, settings.model_bias, kinds.predict_with(model))
    return kinds.Explainability(directory, settings.explainability, model)


def peak_megabytes() -> float:
    """The most memory that this program has had.

    What `getrusage` says on Linux includes what the process had before it became this program, a
    copy of its parent.
    """
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (each for each in status.read_text().splitlines() if each.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024)  # macOS: bytes


def main() -> None:
    """Make the check's analysis."""
    kind = check(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
    started, worked = time.perf_counter(), time.process_time()
    kind.analyze()
    seconds, processor = time.perf_counter() - started, time.process_time() - worked
    found = {"seconds": seconds, "processor": processor, "megabytes": peak_megabytes()}
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
