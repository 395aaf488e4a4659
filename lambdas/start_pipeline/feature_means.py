"""What a violated feature's mean was in the baseline and is now, from the statistics of both.

A violation of Model Monitor names the feature, the distance and the threshold, but not the values behind
them; the statistics of the new data and of the baseline have them
(https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-statistics.html). They are a help to
the person who reads the message: what cannot be read leaves the message as it is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from slipway_shared.s3_locations import parse_s3_uri

MAX_BYTES = 50_000_000
NEW = "CalculatedBaselineStatistics"
PREVIOUS = "BaselineUsedForDriftCheckStatistics"

Means = Mapping[str, tuple[float | None, float]]


def read_means(s3: Any, check: Mapping[str, Any]) -> Means:
    """By feature, the mean in the baseline (None where it is not known) and the new one; from a check
    step's metadata. Empty for a check without statistics, or when they cannot be read."""
    new = _means(s3, check.get(NEW))
    # With RegisterNewBaseline the baseline that is named is the new one, not the one compared with.
    other = check.get(PREVIOUS)
    previous = _means(s3, other) if other != check.get(NEW) else {}
    return {name: (previous.get(name), mean) for name, mean in new.items()}


def in_words(means: tuple[float | None, float]) -> str:
    """`(mean 0.239 in the baseline, now 0.359)`."""
    before, now = means
    if before is None:
        return f"(mean now {now:.6g})"
    return f"(mean {before:.6g} in the baseline, now {now:.6g})"


def _means(s3: Any, uri: Any) -> dict[str, float]:
    from botocore.exceptions import BotoCoreError, ClientError

    if not isinstance(uri, str):
        return {}
    try:
        location = parse_s3_uri(uri)
        body = s3.get_object(Bucket=location.bucket, Key=location.key)["Body"].read(MAX_BYTES)
        features = json.loads(body)["features"]
        return {
            str(feature["name"]): float(feature["numerical_statistics"]["mean"])
            for feature in features
            if "mean" in (feature.get("numerical_statistics") or {})
        }
    except (ClientError, BotoCoreError, ValueError, TypeError, AttributeError, KeyError):
        return {}
