"""Judge scores by the report of their data-quality check: a Lambda step of the batch-scoring pipeline.

The event is the step's inputs, plain values, and the answer's keys are its outputs
(https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html). A violation is an
answer; what keeps the check from being judged is raised, with one sentence, which is then the step's
failure.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

from slipway_shared.clients import client
from slipway_shared.s3_locations import MISSING_CODES, S3Location
from slipway_shared.service_errors import code_of, message_of
from slipway_shared.step_event import boolean, location
from violations import Judgement, UnreadableReport, judge

logger = logging.getLogger(__name__)

# https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-interpreting-results.html
REPORT = "constraint_violations.json"
# What a check always writes.
STATISTICS = "statistics.json"
SKIPPED = "the check was skipped (SkipDataQualityCheck)"
MAX_BYTES = 10_000_000


def lambda_handler(event: Mapping[str, Any], context: object) -> dict[str, int | str]:
    """How many violations there are, the first in words, and how many rows were scored. Raises
    ValueError for an event or a file that cannot be meant, LookupError when the check left nothing."""
    rows = row_count(location(event, "summaryS3Uri"))
    check = location(event, "checkS3Uri")
    judgement = Judgement(0, SKIPPED) if boolean(event, "checkSkipped") else judgement_of(check)
    logger.info("%s rows; %s violations: %s", rows, judgement.violations, judgement.message)
    return {"Violations": judgement.violations, "Message": judgement.message, "Rows": rows}


def judgement_of(check: S3Location) -> Judgement:
    """What the check wrote to its output; one without a report found nothing, if it wrote statistics."""
    report = within(check, REPORT)
    content = read(report)
    if content is None:
        if read(within(check, STATISTICS)) is None:
            raise LookupError(f"the check wrote neither {REPORT} nor {STATISTICS} to {check.uri}")
        return judge({"violations": []})
    try:
        return judge(content)
    except UnreadableReport as error:
        raise ValueError(f"{report.uri} is no violation report: {error}") from error


def row_count(summary: S3Location) -> int:
    """How many rows were scored, as the job before the check counted them."""
    content = read(summary)
    rows = content.get("rows") if isinstance(content, dict) else None
    if not isinstance(rows, int):
        raise ValueError(f"{summary.uri} does not say how many rows there are")
    return rows


def read(source: S3Location) -> Any:
    """The JSON at an address; None where there is nothing. Raises RuntimeError when S3 refuses,
    ValueError for what is no JSON."""
    s3 = client("s3")
    try:
        body = s3.get_object(Bucket=source.bucket, Key=source.key)["Body"].read(MAX_BYTES)
    except s3.exceptions.ClientError as error:
        if code_of(error) in MISSING_CODES:
            return None
        raise RuntimeError(
            f"{source.uri} cannot be read: {code_of(error)}: {message_of(error)}"
        ) from error
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{source.uri} is not JSON: {error}") from error


def within(folder: S3Location, name: str) -> S3Location:
    """A file of a folder."""
    return S3Location(folder.bucket, f"{folder.key.rstrip('/')}/{name}")
