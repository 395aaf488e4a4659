"""When each approved version was approved, and by whom: what the registry does not keep. Pure.

A version's LastModifiedTime and LastModifiedBy change with any update (a description, a metadata
property), so they tell of the approval only until the next update. They are written down when the
version is first seen approved, and kept until it is seen not to be.

An event that comes with a rejection that was taken back before anyone looked is the one trace of it:
the approval that the registry shows then is a later one.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeModelPackage.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

SCHEMA_VERSION = "1"


@dataclass(frozen=True)
class Approval:
    """One version's approval. The time is ISO 8601, UTC, so that texts sort as times do."""

    version: int
    arn: str
    approved_at: str
    approved_by: str | None


@dataclass(frozen=True)
class Ledger:
    """The approvals that hold, and what a person was told last."""

    approvals: Mapping[int, Approval] = field(default_factory=dict)
    told: str | None = None
    """The situation of which people were told, so that they are told once."""

    def to_json(self) -> str:
        """The ledger as its object holds it."""
        approvals = [
            {
                "modelPackageVersion": approval.version,
                "modelPackageArn": approval.arn,
                "approvedAt": approval.approved_at,
                "approvedBy": approval.approved_by,
            }
            for _, approval in sorted(self.approvals.items())
        ]
        members = {"schemaVersion": SCHEMA_VERSION, "approvals": approvals, "told": self.told}
        return json.dumps(members, indent=2) + "\n"


def parse_ledger(text: str) -> Ledger:
    """The ledger in this JSON. Raises ValueError, KeyError or TypeError for anything else."""
    members: dict[str, Any] = json.loads(text)
    if members["schemaVersion"] != SCHEMA_VERSION:
        raise ValueError(f"schemaVersion is {members['schemaVersion']!r}, not {SCHEMA_VERSION!r}")
    approvals = [
        Approval(
            int(each["modelPackageVersion"]),
            str(each["modelPackageArn"]),
            str(each["approvedAt"]),
            each["approvedBy"],
        )
        for each in members["approvals"]
    ]
    return Ledger({approval.version: approval for approval in approvals}, members.get("told"))


def still_known(
    ledger: Ledger, approved: Iterable[int], rejection: tuple[int, str] | None
) -> dict[int, Approval]:
    """The approvals that are written down and hold: of versions that are `approved` now, and were not
    rejected since (`rejection`: the version and time of an event that says so)."""
    now = set(approved)
    kept = {version: known for version, known in ledger.approvals.items() if version in now}
    if rejection is not None:
        version, rejected_at = rejection
        known = kept.get(version)
        if known is not None and rejected_at > known.approved_at:
            del kept[version]
    return kept


def rejection_in(detail: Mapping[str, Any]) -> tuple[int, str] | None:
    """The version and time of the rejection that an event's detail tells of, if it does; the time has
    ISO 8601's form there."""
    if detail.get("ModelApprovalStatus") != "Rejected":
        return None
    version, time = detail.get("ModelPackageVersion"), detail.get("LastModifiedTime")
    if not isinstance(version, int) or not isinstance(time, str):
        return None
    return version, time
