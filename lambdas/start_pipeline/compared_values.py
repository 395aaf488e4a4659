"""The values behind a violation: what was measured in the baseline, what is measured now, the bound.

A violation names the feature, metric or facet, and in its description some of the numbers; the files
that the check wrote and compared with have all of them
(https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-quality-clarify-baseline-lifecycle.html). They
are a help to the person who reads the message: what cannot be read leaves the message as it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import compared_attributions
import compared_bias
import compared_features
import compared_metrics
from check_flags import CONSTRAINTS, STATISTICS
from previous_baseline import CALCULATED
from slipway_shared.s3_locations import parse_s3_uri
from value_words import Compared, Violation

MAX_BYTES = 50_000_000
# Which member of a violation only one kind of check writes; what has none of the first three and yet
# a metric is of model quality.
KINDS = {
    "feature_name": compared_features.in_words,
    "facet": compared_bias.in_words,
    "label": compared_attributions.in_words,
    "metric_name": compared_metrics.in_words,
}
# What a file of another form than AWS's may lead to.
UNREADABLE = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError)

Values = Callable[[Violation], str]


def read_values(s3: Any, check: Mapping[str, Any], baseline: Mapping[str, str]) -> Values:
    """A function from a violation to its values in words, empty where they are not known.

    `check` is the check step's metadata, `baseline` the addresses of the files compared with.
    """
    compared = read_compared(s3, check, baseline)

    def values(violation: Violation) -> str:
        in_words = next((KINDS[member] for member in KINDS if violation.get(member)), None)
        try:
            return in_words(violation, compared) if in_words else ""
        except UNREADABLE:
            return ""

    return values


def read_compared(s3: Any, check: Mapping[str, Any], baseline: Mapping[str, str]) -> Compared:
    """The contents of the files; empty ones for those that cannot be read. Never raises for what
    S3 answers."""
    from botocore.exceptions import BotoCoreError

    # Clarify's checks have no statistics: their constraints are what was measured.
    measured = STATISTICS if check.get(f"{CALCULATED}{STATISTICS}") else CONSTRAINTS
    try:
        before = _content(s3, baseline.get(measured))
        return Compared(
            now=_content(s3, check.get(f"{CALCULATED}{measured}")),
            before=before,
            bounds=before if measured == CONSTRAINTS else _content(s3, baseline.get(CONSTRAINTS)),
        )
    except BotoCoreError:
        # S3 does not answer at all: the job's answer should not wait for the other files.
        return Compared({}, {}, {})


def _content(s3: Any, uri: Any) -> Mapping[str, Any]:
    """The JSON object at an address, empty for anything else. Raises BotoCoreError."""
    from botocore.exceptions import ClientError

    if not isinstance(uri, str):
        return {}
    try:
        location = parse_s3_uri(uri)
        body = s3.get_object(Bucket=location.bucket, Key=location.key)["Body"].read(MAX_BYTES)
        content = json.loads(body, object_hook=_without_sketches)
    except (ClientError, *UNREADABLE):
        return {}
    return content if isinstance(content, dict) else {}


def _without_sketches(found: dict[str, Any]) -> dict[str, Any]:
    # Nearly all of a statistics file, and not needed here: thousands of numbers for each feature.
    if isinstance(found.get("kll"), dict):
        del found["kll"]
    return found
