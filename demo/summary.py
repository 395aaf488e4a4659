"""The end of a demonstration: what is live where, and where the time went."""

from __future__ import annotations

import json
import time
from datetime import datetime
from typing import Any

from rich.table import Table

from demo.clients import Clients, stack_outputs
from demo.loop import DEPLOY_STACK, Loop
from demo.narration import Narration
from demo.versions import served_version

Interval = tuple[datetime, datetime]
# The phases in which a build does its own work, and not CodeBuild its.
BUILD_PHASES = ("INSTALL", "PRE_BUILD", "BUILD", "POST_BUILD")


def table(narration: Narration, clients: Clients, loop: Loop, package: dict[str, Any]) -> Table:
    """The summary."""
    outputs = stack_outputs(clients, DEPLOY_STACK)
    jobs, builds = _job_intervals(clients, loop), _build_intervals(clients, loop)
    push_to_prod = (loop.live_at - loop.pushed_at).total_seconds()
    job_seconds, work_seconds = covered(jobs), covered(jobs + builds)

    rows = Table(show_header=False, title="what is live, and where the time went")
    rows.add_column(no_wrap=True)
    rows.add_column(overflow="fold")
    rows.add_row("model version", package["ModelPackageArn"])
    rows.add_row("metrics", _metrics(clients, package))
    for stage in ("Staging", "Prod"):
        name = outputs[f"{stage}EndpointName"]
        rows.add_row(f"live in {stage.lower()}", f"{name}: {live_version(clients, name)}")
    rows.add_row(
        "push to production",
        f"{push_to_prod:.1f} s: {job_seconds:.1f} s jobs, {work_seconds - job_seconds:.1f} s build "
        f"and tests, {push_to_prod - work_seconds:.1f} s "
        f"({(push_to_prod - work_seconds) / push_to_prod:.0%}) neither",
    )
    rows.add_row("not job work", f"{(push_to_prod - job_seconds) / push_to_prod:.0%}")
    rows.add_row("wall time", f"{time.monotonic() - narration.started:.1f} s in all")
    return rows


def live_version(clients: Clients, endpoint: str) -> str:
    """Status and model package of the configuration that an endpoint serves now."""
    described = clients.sagemaker.describe_endpoint(EndpointName=endpoint)
    version = served_version(clients, endpoint).rpartition("/")[2]
    return f"{described['EndpointStatus']}, version {version}, {described['EndpointConfigName']}"


def covered(intervals: list[Interval]) -> float:
    """Seconds in which at least one of the intervals runs; work side by side counts once."""
    total = 0.0
    end: datetime | None = None
    for start, stop in sorted(intervals):
        begin = start if end is None else max(start, end)
        if stop > begin:
            total += (stop - begin).total_seconds()
        end = stop if end is None else max(end, stop)
    return total


def _job_intervals(clients: Clients, loop: Loop) -> list[Interval]:
    steps = clients.sagemaker.list_pipeline_execution_steps(
        PipelineExecutionArn=loop.pipeline_execution_arn
    )["PipelineExecutionSteps"]
    made = {
        arn
        for step in steps
        for metadata in step.get("Metadata", {}).values()
        for arn in (metadata.get("Arn"), metadata.get("CheckJobArn"))
        if arn
    }
    intervals = []
    # A job's ARN has its name in lower case, so the name is looked up and not cut out of it.
    for kind in ("processing", "training", "transform"):
        noun = kind.capitalize()
        pages = clients.sagemaker.get_paginator(f"list_{kind}_jobs").paginate()
        describe = getattr(clients.sagemaker, f"describe_{kind}_job")
        for summary in (each for page in pages for each in page[f"{noun}JobSummaries"]):
            if summary[f"{noun}JobArn"] in made:
                job = describe(**{f"{noun}JobName": summary[f"{noun}JobName"]})
                intervals.append((job[f"{noun}StartTime"], job[f"{noun}EndTime"]))
    return intervals


def _build_intervals(clients: Clients, loop: Loop) -> list[Interval]:
    if not loop.build_ids:
        return []
    builds = clients.codebuild.batch_get_builds(ids=loop.build_ids)["builds"]
    return [
        (phase["startTime"], phase["endTime"])
        for build in builds
        for phase in build["phases"]
        if phase["phaseType"] in BUILD_PHASES and "endTime" in phase
    ]


def _metrics(clients: Clients, package: dict[str, Any]) -> str:
    uri = package["CustomerMetadataProperties"]["EvaluationS3Uri"]
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    report = json.loads(clients.s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    metrics = report["regression_metrics"]
    return ", ".join(f"{name} {metric['value']:.3f}" for name, metric in metrics.items())
