"""Step caching: whether an earlier run of a step can take the place of a new one.

https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-caching.html: within one pipeline, the most
recent successful run with the same values of the attributes that count for its type (not the content of
the objects in S3 that they name), no older than `ExpireAfter`. Assumed: a run belongs to the step of
the same name, is as old as its end, and a month has 30 days and a year 365.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from localcloud.sagemaker.pipelines.definition import Step, as_object, invalid
from localcloud.sagemaker.pipelines.execution import SUCCEEDED, PipelineExecution, StepRun

_DURATION = re.compile(
    r"P?(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?",
    re.IGNORECASE,
)


def window(step: Step) -> timedelta | None:
    """How old a run of the step may be to be used again; None when caching is off."""
    config = as_object(step.members.get("CacheConfig") or {})
    if not config.get("Enabled"):
        return None
    text = str(config.get("ExpireAfter") or "")
    match = _DURATION.fullmatch(text)
    parts = {name: int(value) for name, value in match.groupdict("0").items()} if match else {}
    if not any(parts.values()):
        raise invalid(
            f"ExpireAfter of step '{step.name}' must be an ISO 8601 duration such as PT1H or P30D, "
            f"not '{text}'."
        )
    days = parts.pop("years") * 365 + parts.pop("months") * 30 + parts.pop("days")
    return timedelta(days=days, **parts)


def hit(
    run: StepRun,
    keys: tuple[str, ...],
    allowed: timedelta,
    executions: Iterable[PipelineExecution],
    now: datetime,
) -> tuple[PipelineExecution, StepRun] | None:
    """The most recent run that can be used instead of `run`, with the execution it belongs to."""
    found = [
        (execution, earlier)
        for execution in executions
        for earlier in [execution.steps.get(run.name)]
        if earlier is not None
        and earlier is not run
        and earlier.status == SUCCEEDED
        and earlier.cache_source is None
        and earlier.selective_source is None
        and earlier.ended is not None
        and now - earlier.ended <= allowed
        and earlier.step.type == run.step.type
        and _same(earlier.arguments, run.arguments, keys)
    ]
    return max(found, key=lambda pair: pair[1].ended or now, default=None)


def adopt(run: StepRun, source: PipelineExecution, earlier: StepRun) -> None:
    """Take over the result of an earlier run."""
    run.cache_source = source.arn
    run.metadata.update(earlier.metadata)
    run.properties = earlier.properties


def _same(one: Mapping[str, Any], other: Mapping[str, Any], keys: tuple[str, ...]) -> bool:
    return all(one.get(key) == other.get(key) for key in keys)
