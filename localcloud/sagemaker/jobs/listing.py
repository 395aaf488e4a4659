"""Filters, order and pages of SageMaker's List operations.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListProcessingJobs.html: by creation
time, oldest first, unless asked otherwise; API_ListEndpoints: newest first, ten to a page. Assumed:
ten to a page elsewhere too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from localcloud.errors import ValidationException

_DEFAULT_PAGE = 10


def page(
    summaries: Iterable[Mapping[str, Any]],
    request: Mapping[str, Any],
    *,
    answer: str,
    name: str,
    newest_first: bool = False,
    by: str | None = "CreationTime",
) -> dict[str, Any]:
    """One page of summaries, as the member `answer`; `name` is their member with a name in it.

    `by` is the order where the request names none; None leaves them in the order they have.
    """
    status = name.removesuffix("Name") + "Status"
    kept = [summary for summary in summaries if _matches(summary, request, name, status)]
    members = {"Name": name, "Status": status}
    by = members.get(request.get("SortBy") or "", by)
    if by is not None:
        kept.sort(key=lambda summary: summary[by])
    default = "Descending" if newest_first else "Ascending"
    if (request.get("SortOrder") or default) == "Descending":
        kept.reverse()
    start = _start(request.get("NextToken"), len(kept))
    end = start + int(request.get("MaxResults") or _DEFAULT_PAGE)
    response: dict[str, Any] = {answer: kept[start:end]}
    if end < len(kept):
        response["NextToken"] = str(end)
    return response


def _matches(
    summary: Mapping[str, Any], request: Mapping[str, Any], name: str, status: str
) -> bool:
    wanted = request.get("StatusEquals")
    if wanted and summary[status] != wanted:
        return False
    if (request.get("NameContains") or "").lower() not in summary[name].lower():
        return False
    for member in ("CreationTime", "LastModifiedTime"):
        after, before = request.get(f"{member}After"), request.get(f"{member}Before")
        if after is None and before is None:
            continue
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
