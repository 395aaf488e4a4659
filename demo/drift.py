"""Steps 8 and 9: a retraining whose checks pass, and one on shifted data that they stop.

The first version's baselines are in the registry and approved: from the second push on, every check
compares with them, without anybody having set a flag.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from demo.clients import Clients, stack_outputs
from demo.errors import StageFailed
from demo.loop import BUILD_STACK, Loop, build_and_train, push
from demo.narration import Narration, Stage

# The shell's weight, as if the scales had begun to show half as much again.
SHIFTED_COLUMN = 7
SHIFTED_FEATURE = "shell_weight"
SHIFT = 1.5


def retrain(narration: Narration, clients: Clients, environment: dict[str, str]) -> Loop:
    """Push a second time, on the same data: all five checks compare, and pass."""
    again = push(narration, clients, environment, _note("Train again on the same data"))
    build_and_train(narration, clients, again)
    with narration.stage("the checks compared") as stage:
        for line in _choices(clients, again):
            stage.detail(line, "", 0.0)
        stage.says("five checks against the approved version's baselines, no violation")
    return again


def retrain_on_shifted_data(
    narration: Narration, clients: Clients, environment: dict[str, str], data: Path
) -> None:
    """Shift one feature and push a third time: the run must fail, and name that feature."""
    with narration.stage("shift a feature") as stage:
        url = stack_outputs(clients, BUILD_STACK)["InputDataUrl"]
        bucket, _, key = url.removeprefix("s3://").partition("/")
        clients.s3.put_object(Bucket=bucket, Key=key, Body=shifted(data).encode())
        stage.says(f"every {SHIFTED_FEATURE} times {SHIFT}, in {url}")
    third = push(narration, clients, environment, _note("Train on the new data"))
    try:
        build_and_train(narration, clients, third)
    except StageFailed as failure:
        if SHIFTED_FEATURE not in failure.reason:
            raise
        with narration.stage("the checks stopped it") as stage:
            stage.says(_violation(failure.reason))
        return
    raise StageFailed(
        "the checks stopped it", f"{SHIFTED_FEATURE} times {SHIFT} was not noticed by any check"
    )


def shifted(data: Path) -> str:
    """The data set with one feature multiplied."""
    lines = []
    for row in csv.reader(data.read_text().splitlines()):
        row[SHIFTED_COLUMN] = f"{float(row[SHIFTED_COLUMN]) * SHIFT:.4f}"
        lines.append(",".join(row) + "\n")
    return "".join(lines)


def _note(text: str) -> Any:
    def edit(stage: Stage, clone: Path) -> str:
        readme = clone / "README.md"
        readme.write_text(f"{readme.read_text()}\n{text}.\n")
        return text

    return edit


def _choices(clients: Clients, loop: Loop) -> list[str]:
    execution = clients.sagemaker.describe_pipeline_execution(
        PipelineExecutionArn=loop.pipeline_execution_arn
    )
    return str(execution.get("PipelineExecutionDescription", "")).split(" | ")


def _violation(reason: str) -> str:
    start = reason.find(SHIFTED_FEATURE)
    return reason[start : start + 200]
