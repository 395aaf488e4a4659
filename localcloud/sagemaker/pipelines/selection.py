"""Selective execution: which steps run, and which results of an earlier execution stand for the rest.

https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-selective-ex.html and
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_SelectiveExecutionConfig.html: all steps on the
paths between two selected ones must be selected; steps before them are taken from the source execution,
which must have ended; steps after them do not run. Without a source (the SDK itself names the latest)
the selected steps must not depend on any other.
Assumed: the words of the refusals; that a source may also be Stopped (as the SDK's docstring says);
that a step is taken over by its name and type, whatever its arguments were then; its times are the start's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from localcloud.errors import ValidationException
from localcloud.sagemaker.pipelines import graph
from localcloud.sagemaker.pipelines.definition import Definition, Step
from localcloud.sagemaker.pipelines.execution import SUCCEEDED, PipelineExecution, StepRun
from localcloud.sagemaker.pipelines.pipeline import Pipeline


@dataclass(frozen=True)
class Selection:
    """The names of the steps that run, and the results that are there before."""

    names: frozenset[str]
    reused: dict[str, StepRun]


def select(
    pipeline: Pipeline, definition: Definition, config: Mapping[str, Any], now: datetime
) -> Selection:
    """What a SelectiveExecutionConfig means; ValidationException for what cannot run."""
    names = frozenset(item["StepName"] for item in config["SelectedSteps"])
    unknown = sorted(names - definition.steps.keys())
    if unknown:
        raise ValidationException(
            f"Selected step '{unknown[0]}' does not exist; the pipeline has: "
            f"{', '.join(definition.steps)}"
        )
    upstream = _upstream(definition, names)
    between = sorted(step for step in upstream if _upstream(definition, {step}) & names)
    if between:
        raise ValidationException(
            "All steps in all paths between two selected steps must be selected; not selected: "
            f"{', '.join(between)}"
        )
    if not upstream:
        return Selection(names, {})
    source = _source(pipeline, config.get("SourcePipelineExecutionArn"), upstream)
    for name in names:
        _require_results(definition, definition.steps[name], names, source)
    order = [step for step in definition.steps.values() if step.name in upstream]
    found = [step for step in order if _succeeded(source, step)]
    reused = {step.name: _reused(step, source, number, now) for number, step in enumerate(found)}
    return Selection(names, reused)


def _upstream(definition: Definition, names: frozenset[str] | set[str]) -> set[str]:
    """The steps that these wait for, directly or not, and that are not among them."""
    found: set[str] = set()
    left = list(names)
    while left:
        for name in graph.dependencies(definition.steps[left.pop()]) - found:
            found.add(name)
            left.append(name)
    return found - names


def _source(pipeline: Pipeline, arn: str | None, upstream: set[str]) -> PipelineExecution:
    if not arn:
        raise ValidationException(
            "SourcePipelineExecutionArn is required, because the selected steps depend on steps "
            f"that are not selected: {', '.join(sorted(upstream))}"
        )
    source = pipeline.executions.get(arn)
    if source is None:
        raise ValidationException(
            f"SourcePipelineExecutionArn '{arn}' is no execution of pipeline '{pipeline.arn}'."
        )
    if not source.finished:
        raise ValidationException(
            f"Source pipeline execution '{arn}' is in status {source.status}; it must have ended."
        )
    return source


def _require_results(
    definition: Definition, step: Step, names: frozenset[str], source: PipelineExecution
) -> None:
    for needed in sorted(graph.dependencies(step) - names):
        if not _succeeded(source, definition.steps[needed]):
            raise ValidationException(
                f"Selected step '{step.name}' depends on step '{needed}', which has not succeeded "
                f"in the source pipeline execution '{source.arn}'."
            )
    branch = step.branch
    if branch and branch.condition not in names:
        outcome = source.outcomes()[branch.condition]
        if outcome is not branch.outcome:
            raise ValidationException(
                f"Selected step '{step.name}' is in the branch that condition step "
                f"'{branch.condition}' has not taken in the source pipeline execution "
                f"'{source.arn}' (its outcome is {outcome})."
            )


def _succeeded(source: PipelineExecution, step: Step) -> bool:
    run = source.steps.get(step.name)
    return run is not None and run.status == SUCCEEDED and run.step.type == step.type


def _reused(step: Step, source: PipelineExecution, number: int, now: datetime) -> StepRun:
    earlier = source.steps[step.name]
    return StepRun(
        step=step,
        number=number,
        started=now,
        status=SUCCEEDED,
        ended=now,
        metadata=dict(earlier.metadata),
        properties=earlier.properties,
        arguments=earlier.arguments,
        selective_source=source.arn,
    )
