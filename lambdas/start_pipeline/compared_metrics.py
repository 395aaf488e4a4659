"""The values behind a violation of model quality. Pure.

AWS documents no schema of these violations; their members, the description's form and the four rates in
camel case are those of a real job's output, in AWS's example notebook
sagemaker_model_monitor/model_quality/model_quality_churn_sdk.ipynb
(https://github.com/aws/amazon-sagemaker-examples). The statistics:
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from value_words import Compared, Violation, text, told

# The operator names the violating side.
BOUNDS = {"GreaterThanThreshold": "at most", "LessThanThreshold": "at least"}


def in_words(violation: Violation, compared: Compared) -> str:
    """`(mse 4.62 in the baseline, now 9.01; bound: at most 4.85)`."""
    written = str(violation["metric_name"])
    name = re.sub("[A-Z]", lambda capital: f"_{capital[0].lower()}", written)
    constraint = _entry(compared.bounds, "_constraints", name)
    return told(
        written,
        _entry(compared.before, "_metrics", name).get("value"),
        _entry(compared.now, "_metrics", name).get("value"),
        _bound(violation, constraint),
    )


def _bound(violation: Violation, constraint: Mapping[str, Any]) -> str:
    # What the check itself says comes first: it is what it compared with.
    said = re.search(r"(\w+ThanThreshold) '([^']+)'", str(violation.get("description") or ""))
    operator, threshold = (
        (said[1], float(said[2]))
        if said
        else (constraint.get("comparison_operator"), constraint.get("threshold"))
    )
    if operator not in BOUNDS or threshold is None:
        return ""
    return f"{BOUNDS[operator]} {text(threshold)}"


def _entry(content: Mapping[str, Any], ending: str, name: str) -> Mapping[str, Any]:
    """What the part for the problem type, as `regression_metrics`, has of a metric."""
    part: Any = next((content[key] for key in content if key.endswith(ending)), {})
    entry: Mapping[str, Any] = part.get(name) or {}
    return entry
