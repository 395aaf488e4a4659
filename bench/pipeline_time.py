"""The SageMaker pipeline on the local cloud against its three scripts, one after the other, in a shell."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.timing import Pair, measure_pair, run

SCRIPTS = Path("pipeline_code/pipelines/abalone")
POLL_SECONDS = 0.01


def measure(sagemaker: Any, pipeline_name: str, data: Path, scratch: Path) -> Pair:
    """Run both in turn; the pipeline must have been made, and its data be in place."""
    hyperparameters = _hyperparameters(sagemaker, pipeline_name)
    return measure_pair(
        lambda: run_pipeline(sagemaker, pipeline_name),
        lambda: run_scripts(data, scratch, hyperparameters),
    )


def run_pipeline(sagemaker: Any, name: str) -> None:
    """One execution, from its start to its end. Raises RuntimeError when it does not succeed."""
    # Another text each time: nothing is to be found in the cache.
    version = [{"Name": "InputDataVersion", "Value": uuid.uuid4().hex}]
    started = sagemaker.start_pipeline_execution(PipelineName=name, PipelineParameters=version)
    arn = started["PipelineExecutionArn"]
    while True:
        execution = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
        status = execution["PipelineExecutionStatus"]
        if status not in ("Executing", "Stopping"):
            break
        time.sleep(POLL_SECONDS)
    if status != "Succeeded":
        raise RuntimeError(f"{arn} ended {status}: {execution.get('FailureReason')}")


def run_scripts(data: Path, scratch: Path, hyperparameters: Mapping[str, str]) -> None:
    """The three scripts in one shell."""
    base = scratch / "bare"
    shutil.rmtree(base, ignore_errors=True)
    place = base / "processing" / "input" / "data"
    place.mkdir(parents=True)
    shutil.copy(data, place / "abalone.csv")
    python, where = shlex.quote(sys.executable), shlex.quote(str(base))
    given = shlex.quote(json.dumps(dict(hyperparameters)))
    lines = [
        "set -e",
        f"{python} {SCRIPTS}/preprocess.py --base-dir {where}",
        f"{python} bench/bare_training.py --base-dir {where} --hyperparameters {given}",
        f"{python} {SCRIPTS}/evaluate.py --base-dir {where}",
    ]
    run(["sh", "-c", "\n".join(lines)], os.environ)


def _hyperparameters(sagemaker: Any, pipeline_name: str) -> dict[str, str]:
    definition = json.loads(
        sagemaker.describe_pipeline(PipelineName=pipeline_name)["PipelineDefinition"]
    )
    (step,) = [step for step in definition["Steps"] if step["Type"] == "Training"]
    found: dict[str, str] = step["Arguments"]["HyperParameters"]
    return {name: value for name, value in found.items() if not name.startswith("_")}
