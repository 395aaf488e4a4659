"""Which version of a model package group should be live, and why that is another one now. Pure.

The pinned one, if there is a pin; else the one approved last, among those that are approved and
complete. Every act has one right result: docs/deployments.md has the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from approvals import Approval
from slipway_shared.manifest import (
    APPROVED,
    DELETED,
    PINNED,
    REJECTED,
    ROLLED_BACK,
    SETTINGS_CHANGED,
    UNPINNED,
    Manifest,
)

Summary = Mapping[str, Any]


@dataclass(frozen=True)
class Pin:
    """A person's word that one version is to be live, whatever is approved."""

    version: int
    pinned_by: str | None
    note: str | None


@dataclass(frozen=True)
class Former:
    """The version that the manifest names, as the registry has it now."""

    exists: bool
    approved: bool
    changed_by: str | None
    note: str | None


def approved_versions(summaries: Iterable[Summary]) -> list[int]:
    """The versions that may be live, of ListModelPackages' summaries."""
    return [
        int(summary["ModelPackageVersion"])
        for summary in summaries
        if summary.get("ModelApprovalStatus") == "Approved"
        and summary.get("ModelPackageStatus") == "Completed"
    ]


def waiting_versions(summaries: Iterable[Summary]) -> list[int]:
    """Versions that are approved but not complete: an event follows when they are."""
    return sorted(
        int(summary["ModelPackageVersion"])
        for summary in summaries
        if summary.get("ModelApprovalStatus") == "Approved"
        and summary.get("ModelPackageStatus") in ("Pending", "InProgress")
    )


def wanted_approval(approvals: Mapping[int, Approval], pin: Pin | None) -> Approval | None:
    """The version that should be live: None when none is approved, or the pinned one is not."""
    if pin is not None:
        return approvals.get(pin.version)
    if not approvals:
        return None
    # Of two approved at the same moment, the higher.
    return max(approvals.values(), key=lambda each: (each.approved_at, each.version))


def reason_for(
    wanted: Approval,
    previous: Manifest | None,
    former: Former | None,
    pin: Pin | None,
    was_live: bool,
) -> str:
    """Why the manifest is to name `wanted`. `was_live`: it was live in prod before."""
    if previous is not None and previous.model_package_arn == wanted.arn:
        return SETTINGS_CHANGED
    if pin is not None:
        return ROLLED_BACK if was_live else PINNED
    if previous is None or former is None:
        return APPROVED
    if not former.exists:
        return DELETED
    if not former.approved:
        return REJECTED
    # While a pin holds nothing else is asked for, so that its end is what lets this one in.
    return UNPINNED if previous.reason in (PINNED, ROLLED_BACK) else APPROVED


def prod_approval(reason: str, was_live: bool, rollback_waits: bool) -> tuple[bool, str]:
    """Whether prod waits for a person, and why."""
    goes_back = reason in (REJECTED, DELETED, ROLLED_BACK)
    if goes_back and was_live and not rollback_waits:
        return False, "the version was live in prod before, and goes back there without waiting"
    if goes_back and not was_live:
        return True, "the version was never live in prod"
    if goes_back:
        return (
            True,
            "the configuration has rollbacks wait for a person (rollback_waits_for_approval)",
        )
    if reason == SETTINGS_CHANGED:
        return True, "the settings of a stage changed"
    return True, "every new version waits for a person"
