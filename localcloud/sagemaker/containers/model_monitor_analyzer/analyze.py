"""The analyzer's program: statistics, constraints and violations of a data set.

The environment is what the SageMaker SDK gives a QualityCheck step
(https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-contract-inputs.html):
`dataset_format`, `dataset_source`, `output_path`, for model quality `analysis_type` and its attributes,
and to compare `baseline_statistics` and `baseline_constraints`. The ExitMessage says whether there
are violations; the job is Completed either way (observed). Known difference: preprocessor and
postprocessor scripts are not run, and refused.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from localcloud.sagemaker.containers import check_engine

_ALWAYS = ("dataset_format", "dataset_source", "output_path", "publish_cloudwatch_metrics")
_MODEL_QUALITY = (
    "analysis_type",
    "problem_type",
    "inference_attribute",
    "ground_truth_attribute",
    "probability_attribute",
    "probability_threshold_attribute",
)
_BASELINE = ("baseline_statistics", "baseline_constraints")
_NOT_RUN = ("record_preprocessor_script", "post_analytics_processor_script")


class _Refusal(ValueError):
    """The environment asks for what cannot be done; one sentence."""


def main() -> None:
    """Analyze, and end with exit code 0 unless the analysis could not be made."""
    errors = check_engine.module("errors")
    try:
        violations = analyze(os.environ)
    except (_Refusal, errors.CheckError) as error:
        check_engine.leave_message(str(error))
        sys.exit(1)
    check_engine.leave_message(check_engine.verdict(violations))


def analyze(environment: Mapping[str, str]) -> int | None:
    """Do what the environment says; the number of violations, None without a comparison."""
    for name in _NOT_RUN:
        if environment.get(name):
            raise _Refusal(
                f"unsupported by the local cloud: {name} of the model monitor analyzer; "
                f"supported: {', '.join((*_ALWAYS, *_MODEL_QUALITY, *_BASELINE))}"
            )
    if environment.get("publish_cloudwatch_metrics", "Disabled") != "Disabled":
        raise _Refusal(
            "unsupported by the local cloud: publish_cloudwatch_metrics="
            f"{environment['publish_cloudwatch_metrics']}; supported: Disabled"
        )
    kind = _kind(environment)
    run = check_engine.module("run")
    result = run.run(kind, Path(_needed(environment, "output_path")), _previous(environment))
    for violation in result.violations or []:
        sys.stdout.write(f"violation: {violation.sentence}\n")
    return None if result.violations is None else len(result.violations)


def _kind(environment: Mapping[str, str]) -> Any:
    kinds = check_engine.module("kinds")
    directory = Path(_needed(environment, "dataset_source"))
    form = _form(environment)
    if "analysis_type" not in environment:
        return kinds.DataQuality(directory, form)
    if environment["analysis_type"] != "MODEL_QUALITY":
        raise _Refusal(
            f"unsupported by the local cloud: analysis_type '{environment['analysis_type']}'; "
            "supported: MODEL_QUALITY"
        )
    threshold = environment.get("probability_threshold_attribute")
    return kinds.ModelQuality(
        directory,
        form,
        problem_type=_needed(environment, "problem_type"),
        inference_attribute=environment.get("inference_attribute") or "",
        ground_truth_attribute=_needed(environment, "ground_truth_attribute"),
        probability_attribute=environment.get("probability_attribute"),
        probability_threshold=float(threshold) if threshold else None,
    )


def _form(environment: Mapping[str, str]) -> Any:
    text = _needed(environment, "dataset_format")
    try:
        given = json.loads(text)
        (name, options), *others = given.items()
    except (ValueError, AttributeError) as error:
        raise _Refusal(f"dataset_format is {text}; one of csv, json, parquet is needed") from error
    if name != "csv" or others:
        raise _Refusal(f"unsupported by the local cloud: dataset_format '{name}'; supported: csv")
    return check_engine.module("tables").Csv(header=bool((options or {}).get("header")))


def _previous(environment: Mapping[str, str]) -> Any:
    if not any(environment.get(name) for name in _BASELINE):
        return None
    baseline = check_engine.module("baseline")
    statistics, constraints = (
        baseline.read_json(Path(_needed(environment, name)), f"the {name.replace('_', ' ')} file")
        for name in _BASELINE
    )
    return baseline.Baseline(constraints, statistics)


def _needed(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name)
    if not value:
        raise _Refusal(f"the environment variable {name} is missing")
    return value
