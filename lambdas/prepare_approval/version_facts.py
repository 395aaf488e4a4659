"""What the registry and its files say of a version: metrics of its evaluation, baselines of its checks.

Whatever cannot be read is left out: an approval must not fail because a report is gone.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

from slipway_shared.s3_locations import parse_s3_uri
from slipway_shared.service_errors import is_transient

logger = logging.getLogger(__name__)

EVALUATION = "EvaluationS3Uri"
# The members of DriftCheckBaselines and ModelMetrics, which differ, by check.
CHECKS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "data quality": (("ModelDataQuality", "Constraints"), ("ModelDataQuality", "Constraints")),
    "data bias": (("Bias", "PreTrainingConstraints"), ("Bias", "PreTrainingReport")),
    "model quality": (("ModelQuality", "Constraints"), ("ModelQuality", "Constraints")),
    "model bias": (("Bias", "PostTrainingConstraints"), ("Bias", "PostTrainingReport")),
    "explainability": (("Explainability", "Constraints"), ("Explainability", "Report")),
}


def read_metrics_of(sagemaker: Any, s3: Any, arn: str) -> Mapping[str, float] | None:
    """The numbers of a version's evaluation by name; None when there are none to be read. Raises what
    may succeed later."""
    try:
        described = sagemaker.describe_model_package(ModelPackageName=arn)
    except sagemaker.exceptions.ClientError as error:
        if is_transient(error):
            raise
        logger.warning("version %s cannot be read: %s", arn, error)
        return None
    return read_metrics(s3, described)


def read_metrics(s3: Any, described: Mapping[str, Any]) -> Mapping[str, float] | None:
    """The same, of DescribeModelPackage's response."""
    uri = (described.get("CustomerMetadataProperties") or {}).get(EVALUATION)
    try:
        location = parse_s3_uri(str(uri))
        body = s3.get_object(Bucket=location.bucket, Key=location.key)["Body"].read()
        return numbers(json.loads(body))
    except (s3.exceptions.ClientError, ValueError, AttributeError) as error:
        if is_transient(error):
            raise
        logger.warning("evaluation %s cannot be read: %r", uri, error)
        return None


def numbers(report: Mapping[str, Any]) -> dict[str, float]:
    """The plain numbers of a report in Model Monitor's form
    (https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html)."""
    return {
        name: entry["value"]
        for key, metrics in report.items()
        if key.endswith("_metrics") and isinstance(metrics, Mapping)
        for name, entry in metrics.items()
        if isinstance(entry, Mapping) and isinstance(entry.get("value"), int | float)
    }


def checks_of(described: Mapping[str, Any]) -> dict[str, str]:
    """Of each check, whether the version carries the baseline of the one before, with which it was
    compared, or one of its own; of DescribeModelPackage's response."""
    found = {}
    for check, (baseline, calculated) in CHECKS.items():
        used = _uri(described.get("DriftCheckBaselines"), *baseline)
        own = _uri(described.get("ModelMetrics"), *calculated)
        if used is None:
            continue
        found[check] = "own baseline" if used == own else "passed against the baseline before"
    return found


def _uri(members: Mapping[str, Any] | None, group: str, name: str) -> str | None:
    uri = (((members or {}).get(group) or {}).get(name) or {}).get("S3Uri")
    return str(uri) if uri else None
