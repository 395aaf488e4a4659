"""Filters, order and pages of ListProcessingJobs and ListTrainingJobs.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListProcessingJobs.html: by creation
time, oldest first, unless asked otherwise; ten to a page (assumed), a hundred at most.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from localcloud.errors import ValidationException

_DEFAULT_PAGE = 10


def page(
    summaries: Iterable[Mapping[str, Any]], request: Mapping[str, Any], prefix: str
) -> dict[str, Any]:
    """One page of summaries; `prefix` is `ProcessingJob` or `TrainingJob`."""
    kept = [summary for summary in summaries if _matches(summary, request, prefix)]
    members = {"Name": f"{prefix}Name", "Status": f"{prefix}Status"}
    by = members.get(request.get("SortBy") or "", "CreationTime")
    kept.sort(key=lambda summary: summary[by])
    if request.get("SortOrder") == "Descending":
        kept.reverse()
    start = _start(request.get("NextToken"), len(kept))
    end = start + int(request.get("MaxResults") or _DEFAULT_PAGE)
    answer: dict[str, Any] = {f"{prefix}Summaries": kept[start:end]}
    if end < len(kept):
        answer["NextToken"] = str(end)
    return answer


def _matches(summary: Mapping[str, Any], request: Mapping[str, Any], prefix: str) -> bool:
    status = request.get("StatusEquals")
    if status and summary[f"{prefix}Status"] != status:
        return False
    if (request.get("NameContains") or "").lower() not in summary[f"{prefix}Name"].lower():
        return False
    for member in ("CreationTime", "LastModifiedTime"):
        after, before = request.get(f"{member}After"), request.get(f"{member}Before")
        moment: datetime = summary[member]
        if after is not None and moment.timestamp() < float(after):
            return False
        if before is not None and moment.timestamp() > float(before):
            return False
    return True


def _start(token: str | None, count: int) -> int:
    if not token:
        return 0
    if not token.isdigit() or int(token) > count:
        raise ValidationException(f"Invalid NextToken: {token}")
    return int(token)
