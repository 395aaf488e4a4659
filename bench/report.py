"""docs/benchmarks.md, from what was measured."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bench import data_quality_time, model_checks_time, preprocess_time
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
    model_checks: tuple[model_checks_time.Size, ...]
    preprocess: dict[str, preprocess_time.Program]
    prod_load: tuple[Row, ...]
    test_seconds: float | None
    reasons: str


def markdown(results: Results) -> str:
    """The page."""
    rows: list[Row] = [
        pipeline_row(results.pipeline),
        *demo_rows(results.demo),
        *synth_rows(results.synth, results.synth_alike),
        *handler_rows(results.handlers),
        memory_row(results.memory),
        *(data_quality_row(size) for size in results.data_quality),
        *map(model_checks_time.row, results.model_checks),
        *preprocess_time.rows(results.preprocess),
        *results.prod_load,
        tests_row(results.test_seconds),
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


def pipeline_row(pair: Pair) -> Row:
    """The SageMaker pipeline, nothing of it cached, against its three scripts."""
    return (
        "SageMaker pipeline with transform and five checks on the local cloud, against preprocess,"
        " training and evaluate one after the other in one shell",
        f"{pair.subject} s against {pair.baseline} s: ratio {pair.ratio}",
        "ratio 0.7 or less",
        pair.ratio.median <= 0.7,
    )


def demo_rows(demo: DemoTime) -> list[Row]:
    """The demonstration, and where the time of its first push goes."""
    return [
        (
            "a second `make demo`: three pushes, one of them to production",
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
    ]


def synth_rows(synth: Pair, alike: Pair) -> list[Row]:
    """`cdk synth` against an app of one bucket, as it comes and with what ours switches off."""
    return [
        (
            "`cdk synth`, warm, against a Python CDK app with one bucket",
            f"{synth.subject} s against {synth.baseline} s: ratio {synth.ratio}",
            "ratio under 1.5",
            synth.ratio.median < 1.5,
        ),
        (
            "the same, the bucket's app without the CDK's built-in validation, as ours is",
            f"{alike.subject} s against {alike.baseline} s: ratio {alike.ratio}",
            "",
            None,
        ),
    ]


def handler_rows(handlers: Sequence[Handler]) -> list[Row]:
    """The Lambda functions: start and size."""
    return [
        (
            "Lambda handlers: cold import after the runtime's own, without boto3 (best of 5 interpreters)",
            ", ".join(f"{each.name} {each.milliseconds:.0f} ms" for each in handlers),
            "under 50 ms each",
            max(handler.milliseconds for handler in handlers) < 50,
        ),
        (
            "Lambda handlers: size of the asset, zipped as it is uploaded",
            ", ".join(f"{each.name} {each.asset_kilobytes:.0f} KB" for each in handlers),
            "under 100 KB each",
            max(handler.asset_kilobytes for handler in handlers) < 100,
        ),
    ]


def memory_row(memory: Memory) -> Row:
    """What the local cloud takes."""
    return (
        "memory of the server, both stacks deployed and two endpoints serving",
        f"{memory.server:.0f} MB, and {memory.children:.0f} MB in"
        f" {memory.processes} processes that it started",
        "",
        None,
    )


def tests_row(seconds: float | None) -> Row:
    """The whole suite."""
    return (
        "`make test` (one run)",
        "not measured in this run" if seconds is None else f"{seconds / 60:.1f} min",
        "under 30 min",
        None if seconds is None else seconds < 1800,
    )


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
