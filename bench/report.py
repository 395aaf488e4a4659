"""docs/benchmarks.md, from what was measured."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime

from bench import data_quality_time, preprocess_time
from bench.demo_time import DemoTime
from bench.server_memory import Memory
from bench.table import Row, line
from bench.timing import RUNS, Pair


@dataclass(frozen=True)
class Handler:
    """One Lambda function."""

    name: str
    milliseconds: float
    asset_kilobytes: float


@dataclass(frozen=True)
class Results:
    """Everything that was measured."""

    pipeline: Pair
    demo: DemoTime
    synth: Pair
    synth_alike: Pair
    handlers: tuple[Handler, ...]
    memory: Memory
    data_quality: tuple[data_quality_time.Size, ...]
    preprocess: dict[str, preprocess_time.Program]
    test_seconds: float | None
    reasons: str


def markdown(results: Results) -> str:
    """The page."""
    demo, handlers = results.demo, results.handlers
    slowest = max(handler.milliseconds for handler in handlers)
    largest = max(handler.asset_kilobytes for handler in handlers)
    pipeline, synth = results.pipeline.ratio.median, results.synth.ratio.median
    rows: list[Row] = [
        (
            "SageMaker pipeline on the local cloud, against the same scripts one after the other in"
            " one shell",
            f"{results.pipeline.subject} s against {results.pipeline.baseline} s: ratio"
            f" {results.pipeline.ratio}",
            "ratio 0.7 or less",
            pipeline <= 0.7,
        ),
        (
            "a second `make demo`",
            f"{demo.wall} s",
            "120 s or less",
            demo.wall.median <= 120,
        ),
        (
            "push to production",
            f"{demo.push_to_production} s: jobs {demo.jobs} s, build and tests {demo.build} s",
            "",
            None,
        ),
        (
            "of it neither job nor build nor test work",
            f"{demo.rest} s: {demo.rest_share} %",
            "under 20 %",
            demo.rest_share.median < 20,
        ),
        (
            "`cdk synth`, warm, against a Python CDK app with one bucket",
            f"{results.synth.subject} s against {results.synth.baseline} s: ratio"
            f" {results.synth.ratio}",
            "ratio under 1.5",
            synth < 1.5,
        ),
        (
            "the same, the bucket's app without the CDK's built-in validation, as ours is",
            f"{results.synth_alike.subject} s against {results.synth_alike.baseline} s: ratio"
            f" {results.synth_alike.ratio}",
            "",
            None,
        ),
        (
            "Lambda handlers: cold import without boto3 (best of 5 fresh interpreters)",
            ", ".join(f"{each.name} {each.milliseconds:.0f} ms" for each in handlers),
            "under 50 ms each",
            slowest < 50,
        ),
        (
            "Lambda handlers: size of the asset",
            ", ".join(f"{each.name} {each.asset_kilobytes:.0f} KB" for each in handlers),
            "under 100 KB each",
            largest < 100,
        ),
        (
            "memory of the server, both stacks deployed and two endpoints serving",
            f"{results.memory.server:.0f} MB, and {results.memory.children:.0f} MB in"
            f" {results.memory.processes} processes that it started",
            "",
            None,
        ),
        *(data_quality_row(size) for size in results.data_quality),
        *preprocess_time.rows(results.preprocess),
        (
            "`make test` (one run)",
            "not measured in this run"
            if results.test_seconds is None
            else f"{results.test_seconds / 60:.1f} min",
            "under 30 min",
            None if results.test_seconds is None else results.test_seconds < 1800,
        ),
    ]
    lines = [
        "# Benchmarks",
        "",
        f"Written by `make bench` on {datetime.now(UTC):%Y-%m-%d}, on {os.cpu_count()} cores of"
        f" {platform.machine()} ({platform.system()}), Python {platform.python_version()}. Each figure"
        f" is the median of {RUNS} runs, with the lowest and the highest in brackets, unless it says"
        f" otherwise; ratios are of runs made in turn, side by side.",
        "",
        "| what | measured | goal | met |",
        "|---|---|---|---|",
    ]
    lines += map(line, rows)
    return "\n".join([*lines, "", results.reasons.strip(), ""])


def data_quality_row(size: data_quality_time.Size) -> Row:
    """One size of the data-quality statistics."""
    columns = data_quality_time.FRACTIONS + data_quality_time.INTEGERS
    once = " (one run)" if size.rows >= data_quality_time.ONCE else ""
    what = (
        f"data-quality statistics of {size.rows:,} rows of {columns} numbers, against pandas"
        f" `read_csv` and `describe`{once}"
    )
    measured = (
        f"{size.seconds.subject} s and {size.megabytes.subject.median:.0f} MB against"
        f" {size.seconds.baseline} s and {size.megabytes.baseline.median:.0f} MB"
    )
    return what, measured, "", None
