"""Which version of a model package group should be live. Pure.

The highest version number among those that are approved and complete. Not the one approved last:
the registry keeps no approval time, and a version's LastModifiedTime changes with any update. So an
older version becomes live by rejecting the newer ones, never by approving it again.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ModelPackageSummary.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Summary = Mapping[str, Any]


def deployable_versions(summaries: Iterable[Summary]) -> list[Summary]:
    """The versions that may be live, the one to prefer first, whatever order they were listed in."""
    deployable = [
        summary
        for summary in summaries
        if summary.get("ModelApprovalStatus") == "Approved"
        and summary.get("ModelPackageStatus") == "Completed"
    ]
    return sorted(deployable, key=lambda summary: int(summary["ModelPackageVersion"]), reverse=True)


def waiting_versions(summaries: Iterable[Summary]) -> list[int]:
    """Versions that are approved but not complete: an event follows when they are."""
    return sorted(
        int(summary["ModelPackageVersion"])
        for summary in summaries
        if summary.get("ModelApprovalStatus") == "Approved"
        and summary.get("ModelPackageStatus") in ("Pending", "InProgress")
    )
