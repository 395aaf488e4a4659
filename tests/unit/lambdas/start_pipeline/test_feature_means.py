"""The means behind a violation, from the statistics of the new data and of the baseline."""

from __future__ import annotations

import json
from typing import Any

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.job_events import STORE

ASSET = asset("start_pipeline")
means = ASSET.module("feature_means")
reports = ASSET.module("violation_report")
client = ASSET.module("slipway_shared.clients").client
NEW, PREVIOUS = f"s3://{STORE}/new/statistics.json", f"s3://{STORE}/old/statistics.json"
VIOLATION = {
    "feature_name": "shell_weight",
    "constraint_check_type": "baseline_drift_check",
    "description": "Baseline drift distance: 0.25 exceeds threshold: 0.1",
}


def put(s3: Any, key: str, mean: float) -> None:
    features = [
        {"name": "shell_weight", "numerical_statistics": {"mean": mean}},
        {"name": "sex", "string_statistics": {}},
    ]
    s3.put_object(Bucket=STORE, Key=key, Body=json.dumps({"features": features}))


def check(previous: str | None) -> dict[str, Any]:
    return {
        "CalculatedBaselineStatistics": NEW,
        "BaselineUsedForDriftCheckStatistics": previous,
    }


def test_both_means_stand_in_the_message(s3: Any) -> None:
    put(s3, "new/statistics.json", 0.358671)
    put(s3, "old/statistics.json", 0.239114)
    found = means.read_means(client("s3"), check(PREVIOUS))
    assert found == {"shell_weight": (0.239114, 0.358671)}
    assert reports.violation_in_words(VIOLATION, found) == (
        "shell_weight: baseline_drift_check: Baseline drift distance: 0.25 exceeds threshold: 0.1 "
        "(mean 0.239114 in the baseline, now 0.358671)"
    )


def test_baseline_that_was_replaced_is_not_taken_for_the_previous_one(s3: Any) -> None:
    put(s3, "new/statistics.json", 0.5)
    found = means.read_means(client("s3"), check(NEW))
    assert found == {"shell_weight": (None, 0.5)}
    assert reports.violation_in_words(VIOLATION, found).endswith("threshold: 0.1 (mean now 0.5)")


def test_statistics_that_cannot_be_read_change_nothing(s3: Any) -> None:
    s3.put_object(Bucket=STORE, Key="new/statistics.json", Body=b"no json")
    for metadata in (check(PREVIOUS), check(None), {}):
        assert means.read_means(client("s3"), metadata) == {}
    assert "mean" not in reports.violation_in_words(VIOLATION, {})
