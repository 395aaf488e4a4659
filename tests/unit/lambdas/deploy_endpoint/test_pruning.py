"""What of old versions is removed, and what never is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.lambdas.deploy_endpoint.one_call import NEW, OLD, UPDATING, Deployment
from tests.unit.lambdas.deploy_endpoint.scenes import ASSET, ENDPOINT, endpoint
from tests.unit.lambdas.job_events import STORE

pruning = ASSET.module("pruning")
records = ASSET.module("slipway_shared.deployment_records")
MODEL = "abalone-staging-v{}-0000000{}"


def _entries(text: str) -> list[Any]:
    """`3 4! 5` stands for three records, the oldest first; `!` for one that was rolled back."""
    return [
        records.Entry(
            "key", "time", int(each.rstrip("!")), "rolled-back" if "!" in each else "succeeded"
        )
        for each in text.split()
    ]


def _listed(*versions: int) -> list[Any]:
    """Things of these versions, the oldest first."""
    return [pruning.Listed(f"v{each}", each, float(age)) for age, each in enumerate(versions)]


@pytest.mark.parametrize(
    ("history", "served", "listed", "keep", "kept"),
    [
        ("1 2 3 4 5 6 7", [7, 6], (1, 2, 3, 4, 5, 6, 7), 3, {7, 6, 5, 4}),
        ("1 2 3 4 5 6 7", [7, 6], (1, 2, 3, 4, 5, 6, 7), 1, {7, 6}),
        # Back to an old version: what served before it is kept, not the highest numbers.
        ("1 2 3 4 2", [2, 4], (1, 2, 3, 4), 1, {2, 4}),
        ("1 2 1 2 1 2", [2, 1], (1, 2), 3, {2, 1}),
        # One that never served takes nobody's place.
        ("1 2 3 4! 5", [5, 3], (1, 2, 3, 4, 5), 2, {5, 3, 2}),
        # The same version again, with other settings.
        ("1 2 3 3", [3, 3], (1, 2, 3), 1, {3, 2}),
        # No history: by age.
        ("", [9], (3, 8, 5, 9), 2, {9, 5, 8}),
        ("", [9], (), 2, {9}),
        # What the records do not know fills what they leave.
        ("8 9", [9, 8], (3, 7, 5, 8, 9), 3, {9, 8, 5, 7}),
    ],
)
def test_versions_that_are_kept(
    history: str, served: list[int], listed: tuple[int, ...], keep: int, kept: set[int]
) -> None:
    found = pruning.versions_to_keep(_entries(history), served, _listed(*listed), keep)
    assert found == kept


def test_only_what_is_older_than_the_deployment_is_expendable() -> None:
    listed = _listed(1, 2, 3, 4)
    assert [each.version for each in pruning.expendable(listed, {2}, 3.0)] == [1, 3]
    many = _listed(*range(100))
    assert len(pruning.expendable(many, set(), 1e9)) == pruning.MAX_DELETIONS


def _names(*versions: int) -> list[tuple[str, int]]:
    """Names of this endpoint's, and the days on which they were made."""
    return [(MODEL.format(each, each), each) for each in versions]


def test_old_versions_are_removed(deployment: Deployment) -> None:
    for number in (2, 3, 4, 5, 6):
        key = f"history/staging/2026-11-0{number}T00:00:00Z-v{number}-succeeded.json"
        deployment.s3.put_object(Bucket=STORE, Key=key, Body=b"{}")
    others = [("abalone-staging-v1", 1), ("abalone-staging-v2-shadow-v1-00000000", 1)]
    configs = [*_names(1, 2, 3, 4, 5), (OLD, 6), (NEW, 7), *others]
    deployment.looks(endpoint("InService", NEW)).scaled()
    names = {number: MODEL.format(number, number) for number in range(1, 8)}
    alarms = [f"{each}-latency-vs-live" for each, _ in configs[:6]]
    deployment.prunes(configs, _names(1, 3, 4), [*alarms, f"{ENDPOINT}-v2-of-somebody"])
    for number in (1, 2, 3):
        deployment.gives("delete_endpoint_config", {}, EndpointConfigName=names[number])
    deployment.gives("delete_model", {}, ModelName=names[1])
    deployment.gives("delete_model", {}, ModelName=names[3])
    deployment.gives("delete_alarms", {}, "cloudwatch", AlarmNames=alarms[:3])
    # 7 serves; 6, 5 and 4 served before it.
    assert deployment.runs(UPDATING).summary.endswith(
        " Removed 3 configuration(s), 2 model(s) and 3 latency alarm(s) of old versions."
    )


def test_what_somebody_removed_meanwhile_is_no_error(deployment: Deployment) -> None:
    deployment.looks(endpoint("InService", NEW)).scaled().prunes(_names(1, 2, 3, 4, 5))
    for _ in range(3):
        deployment.refuses("delete_endpoint_config", 'Could not find endpoint configuration "c".')
    assert "Removed 3 configuration(s)" in deployment.runs(UPDATING).summary


def test_a_failure_to_remove_does_not_fail_the_deployment(deployment: Deployment) -> None:
    deployment.looks(endpoint("InService", NEW)).scaled()
    deployment.refuses("list_endpoint_configs", "not authorized", "AccessDeniedException")
    success = deployment.runs(UPDATING).success
    summary = success["executionDetails"]["summary"]
    assert "Old versions could not all be removed: An error occurred (AccessDenied" in summary
    assert list(deployment.records()) == ["v7-succeeded"]
