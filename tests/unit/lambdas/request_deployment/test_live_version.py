"""Which version is to be live, as a property of all histories; and who approved it when."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.lambdas.assets import asset

ASSET = asset("request_deployment")
live, approvals = ASSET.module("live_version"), ASSET.module("approvals")
TIMES = st.integers(0, 59).map(lambda second: f"2026-11-01T00:00:{second:02}.000Z")


def _approval(version: int, time: str) -> Any:
    return approvals.Approval(version, f"arn/{version}", time, "arn:approver")


APPROVED = st.dictionaries(st.integers(1, 50), TIMES).map(
    lambda times: {version: _approval(version, time) for version, time in times.items()}
)


@given(APPROVED)
def test_nothing_that_is_approved_was_approved_after_the_wanted_one(approved: Any) -> None:
    wanted = live.wanted_approval(approved, None)
    if not approved:
        assert wanted is None
        return
    later = [each for each in approved.values() if each.approved_at > wanted.approved_at]
    twins = [each.version for each in approved.values() if each.approved_at == wanted.approved_at]
    assert (later, wanted.version) == ([], max(twins))


@given(APPROVED, st.integers(1, 50))
def test_a_pin_decides_alone(approved: Any, version: int) -> None:
    wanted = live.wanted_approval(approved, live.Pin(version, None, None))
    assert wanted == approved.get(version)


@given(APPROVED, st.sets(st.integers(1, 50)))
def test_what_is_written_down_keeps_its_time(approved: Any, now: set[int]) -> None:
    ledger = approvals.parse_ledger(approvals.Ledger(approved, "told").to_json())
    kept = approvals.still_known(ledger, now, None)
    assert kept == {version: each for version, each in approved.items() if version in now}


@pytest.mark.parametrize(
    ("rejected_at", "kept"),
    [("2026-11-01T00:00:04.000Z", True), ("2026-11-01T00:00:06.000Z", False)],
    ids=["a rejection before the approval", "a rejection after it"],
)
def test_an_event_tells_of_a_rejection_that_nobody_saw(rejected_at: str, kept: bool) -> None:
    ledger = approvals.Ledger({7: _approval(7, "2026-11-01T00:00:05.000Z")})
    assert (7 in approvals.still_known(ledger, [7], (7, rejected_at))) is kept


@pytest.mark.parametrize(
    "detail",
    [
        {},
        {"ModelApprovalStatus": "Approved", "ModelPackageVersion": 7, "LastModifiedTime": "2026"},
        {"ModelApprovalStatus": "Rejected", "ModelPackageVersion": "7", "LastModifiedTime": "2026"},
        {"ModelApprovalStatus": "Rejected", "ModelPackageVersion": 7},
    ],
)
def test_other_events_tell_of_no_rejection(detail: dict[str, Any]) -> None:
    assert approvals.rejection_in(detail) is None


def test_versions_that_are_approved_but_not_complete_wait() -> None:
    summaries = [
        _summary(9, status="InProgress"),
        _summary(8, status="Pending"),
        _summary(7, status="Failed"),
        _summary(6, "Rejected", "Pending"),
        _summary(5),
    ]
    assert live.waiting_versions(summaries) == [8, 9]
    assert live.approved_versions(summaries) == [5]


def _summary(version: int, approval: str = "Approved", status: str = "Completed") -> dict[str, Any]:
    return {
        "ModelPackageVersion": version,
        "ModelApprovalStatus": approval,
        "ModelPackageStatus": status,
    }
