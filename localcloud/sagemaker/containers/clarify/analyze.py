"""Clarify's program: bias metrics and feature attributions, as analysis_config.json says.

https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-processing-job-configure-analysis.html. The
predictions of a model come from a shadow endpoint, which is deleted again
(https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-processing-job-run.html). Known differences: SHAP
values are exact ones of the trees of an XGBoost model, taken from its artifact, where Clarify samples
them by calling the endpoint; there is no report.ipynb, but report.html; pdp and nlp are refused.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from localcloud.sagemaker.containers import check_engine
from localcloud.sagemaker.containers.clarify import model

_INPUT = Path("/opt/ml/processing/input")
_OUTPUT = Path("/opt/ml/processing/output")
_METHODS = ("pre_training_bias", "post_training_bias", "shap", "report")


class _Refusal(ValueError):
    """The configuration asks for what cannot be done; one sentence."""


def main() -> None:
    """Analyze, and end with exit code 0 unless the analysis could not be made."""
    errors = check_engine.module("errors")
    try:
        violations = analyze(os.environ)
    except (_Refusal, model.ModelError, errors.CheckError) as error:
        check_engine.leave_message(str(error))
        sys.exit(1)
    check_engine.leave_message(check_engine.verdict(violations))


def analyze(environment: Mapping[str, str]) -> int | None:
    """Do what the configuration says; the number of violations, None without a comparison."""
    baseline = check_engine.module("baseline")
    file = _INPUT / "config" / "analysis_config.json"
    config = baseline.read_json(file, "analysis_config.json")
    if config.get("dataset_type") != "text/csv":
        raise _Refusal(
            f"unsupported by the local cloud: dataset_type '{config.get('dataset_type')}'; "
            "supported: text/csv"
        )
    with ExitStack() as endpoints:
        kind = _kind(config, environment.get("model_name"), endpoints)
        previous = None
        if environment.get("baseline_constraints"):
            path = Path(environment["baseline_constraints"])
            previous = baseline.Baseline(baseline.read_json(path, "the baseline constraints file"))
        result = check_engine.module("run").run(kind, _OUTPUT, previous)
    for violation in result.violations or []:
        sys.stdout.write(f"violation: {violation.sentence}\n")
    return None if result.violations is None else len(result.violations)


def _kind(config: Mapping[str, Any], model_name: str | None, endpoints: ExitStack) -> Any:
    """The check; a shadow endpoint that it creates lives until `endpoints` is closed."""
    methods = config.get("methods") or {}
    unknown = sorted(methods.keys() - set(_METHODS))
    analyses = sorted(methods.keys() - {"report"})
    if unknown or len(analyses) != 1:
        raise _Refusal(
            f"unsupported by the local cloud: the methods {', '.join(unknown or analyses) or '(none)'} "
            f"of Clarify in one job; supported: one of {', '.join(_METHODS[:3])}, and report"
        )
    kinds = check_engine.module("kinds")
    data = _INPUT / "data"
    if analyses == ["pre_training_bias"]:
        return kinds.Bias(data, config)
    predictor = config.get("predictor") or {}
    name = predictor.get("model_name") or model_name
    if not name:
        raise _Refusal("predictor.model_name is missing; a model is needed for this analysis")
    if analyses == ["shap"]:
        return kinds.Explainability(data, config, model.download(name, Path("/tmp")))
    endpoint = endpoints.enter_context(model.Endpoint(name, predictor))
    return kinds.Bias(data, config, endpoint.predict)
