"""The violation report of a check that failed, in words.

A check step's FailureReason only names the file (`ClientError: Quality check failed. See violation
report`, observed); its metadata has the file's address
(https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_QualityCheckStepMetadata.html). What is in it:
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-interpreting-violations.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from compared_values import Values, read_values
from slipway_shared.codepipeline_job import shorten
from slipway_shared.s3_locations import parse_s3_uri
from slipway_shared.service_errors import code_of, message_of

CHECK_STEPS = ("QualityCheck", "ClarifyCheck")
SHOWN = 3
# Of one violation: a column's categories may be many, and a message has 5000 characters for all. Its
# values stand at the end, and are not what is cut first.
MAX_VIOLATION = 300
MAX_VALUES = 200
MAX_BYTES = 10_000_000
# Data quality names a feature; model quality a metric; bias a facet, its value and a metric;
# explainability a label and a metric.
SUBJECTS = ("feature_name", "facet", "facet_value", "label", "metric_name")


def report_uri(step: Mapping[str, Any]) -> str | None:
    """Where the report of a failed check step is; None for any other step."""
    if step["StepStatus"] != "Failed":
        return None
    check = check_metadata(step)
    if check is None:
        return None
    named = re.search(r"s3://\S+\.json", step.get("FailureReason") or "")
    return check.get("ViolationReport") or (named[0] if named else None)


def check_metadata(step: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What a check step's metadata says of the check; None for any other step."""
    metadata = step.get("Metadata") or {}
    return next((metadata[kind] for kind in CHECK_STEPS if metadata.get(kind)), None)


def read_report(
    s3: Any,
    uri: str,
    check: Mapping[str, Any] | None = None,
    baseline: Mapping[str, str] | None = None,
) -> str:
    """The first violations in words, or why they cannot be read; never raises for what S3 answers.

    The values behind them are those of the files that `check`, the step's metadata, and `baseline`,
    the addresses of the files compared with, lead to.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        location = parse_s3_uri(uri)
        body = s3.get_object(Bucket=location.bucket, Key=location.key)["Body"]
        report = json.loads(body.read(MAX_BYTES))
        return in_words(report, read_values(s3, check or {}, baseline or {}))
    except (ClientError, BotoCoreError) as error:
        why = ": ".join(part for part in (code_of(error), message_of(error)) if part)
    except (ValueError, RecursionError, TypeError, AttributeError, KeyError) as error:
        why = f"it is not a violation report: {error}"
    return f"(violation report {uri} cannot be read: {shorten(why, MAX_VIOLATION)})"


def in_words(report: Mapping[str, Any], values: Values | None = None) -> str:
    """The first violations, and how many more there are. Raises for what is no such report."""
    violations = report["violations"]
    shown = "; ".join(violation_in_words(each, values) for each in violations[:SHOWN])
    more = len(violations) - SHOWN
    return f"{shown or 'it lists no violation'}{f'; and {more} more' if more > 0 else ''}"


def violation_in_words(violation: Mapping[str, Any], values: Values | None = None) -> str:
    """`<feature, metric or facet>: <check>: <description> (<values>)`, of what is known."""
    subject = " ".join(str(violation[name]) for name in SUBJECTS if violation.get(name))
    check = violation.get("constraint_check_type")
    description = str(violation.get("description") or "").strip()
    text = ": ".join(str(part) for part in (subject, check, description) if part)
    known = values(violation) if values else ""
    if not known:
        return shorten(text, MAX_VIOLATION)
    known = shorten(known, MAX_VALUES)
    return f"{shorten(text, MAX_VIOLATION - len(known) - 1)} {known}"
