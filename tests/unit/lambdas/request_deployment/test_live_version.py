"""The highest approved and complete version is the one to be live, in whatever order they come."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.lambdas.assets import asset

live = asset("request_deployment").module("live_version")
APPROVALS = ["Approved", "Rejected", "PendingManualApproval"]
STATUSES = ["Pending", "InProgress", "Completed", "Failed", "Deleting"]


def _summary(version: int, approval: str = "Approved", status: str = "Completed") -> dict[str, Any]:
    return {
        "ModelPackageVersion": version,
        "ModelApprovalStatus": approval,
        "ModelPackageStatus": status,
    }


SUMMARIES = st.lists(
    st.builds(_summary, st.integers(1, 50), st.sampled_from(APPROVALS), st.sampled_from(STATUSES)),
    unique_by=lambda summary: summary["ModelPackageVersion"],
)


def _numbers(summaries: list[Any]) -> list[int]:
    return [summary["ModelPackageVersion"] for summary in summaries]


def test_an_older_version_approved_later_does_not_win() -> None:
    summaries = [{**_summary(3), "CreationTime": 1}, {**_summary(10), "CreationTime": 0}]
    assert _numbers(live.deployable_versions(summaries)) == [10, 3]


def test_versions_that_are_approved_but_not_complete_wait() -> None:
    summaries = [
        _summary(9, status="InProgress"),
        _summary(8, status="Pending"),
        _summary(7, status="Failed"),
        _summary(6, "Rejected", "Pending"),
    ]
    assert live.waiting_versions(summaries) == [8, 9]
    assert live.deployable_versions(summaries) == []


@given(data=st.data(), summaries=SUMMARIES)
def test_the_order_of_the_list_does_not_matter(data: st.DataObject, summaries: list[Any]) -> None:
    chosen = _numbers(live.deployable_versions(summaries))
    shuffled = data.draw(st.permutations(summaries))
    assert _numbers(live.deployable_versions(shuffled)) == chosen
    assert chosen == sorted(chosen, reverse=True)


@given(summaries=SUMMARIES)
def test_rejecting_the_live_version_makes_the_one_before_it_live(summaries: list[Any]) -> None:
    before = _numbers(live.deployable_versions(summaries))
    for summary in summaries:
        if before and summary["ModelPackageVersion"] == before[0]:
            summary = {**summary, "ModelApprovalStatus": "Rejected"}
            rest = [each for each in summaries if each["ModelPackageVersion"] != before[0]]
            assert _numbers(live.deployable_versions([summary, *rest])) == before[1:]
