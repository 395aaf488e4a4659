"""Order and pages of List operations: a token names the last record that was seen.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListModelPackages.html: at most a hundred to a
page. A page that is asked for after records were added or deleted neither repeats nor skips any.
Assumed: ten to a page when nothing is said, and the words for a token that is none.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from localcloud.errors import ValidationException

DEFAULT_PAGE = 10
ASCENDING = "Ascending"
DESCENDING = "Descending"

Record = TypeVar("Record")
# What records are ordered by: no two records have the same.
Key = tuple[str | float | int, ...]


def page(
    records: Iterable[Record],
    request: Mapping[str, Any],
    key: Callable[[Record], Key],
    default_order: str,
) -> tuple[list[Record], str | None]:
    """The page that `request` asks for (SortOrder, MaxResults, NextToken), and the next token."""
    descending = (request.get("SortOrder") or default_order) == DESCENDING
    ordered = sorted(records, key=key, reverse=descending)
    if request.get("NextToken"):
        last = _decode(request["NextToken"])
        ordered = [
            record
            for record in ordered
            if (key(record) < last if descending else key(record) > last)
        ]
    size = int(request.get("MaxResults") or DEFAULT_PAGE)
    if len(ordered) <= size:
        return ordered, None
    return ordered[:size], _encode(key(ordered[size - 1]))


def answer(member: str, items: list[Any], token: str | None) -> dict[str, Any]:
    """The response of a List operation."""
    return {member: items} if token is None else {member: items, "NextToken": token}


def in_time(moment: datetime, after: float | None, before: float | None) -> bool:
    """Whether a moment lies between two others (seconds since the epoch), where they are given."""
    stamp = moment.timestamp()
    return (after is None or stamp > float(after)) and (before is None or stamp < float(before))


def _encode(key: Key) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def _decode(token: str) -> Key:
    try:
        return tuple(json.loads(base64.urlsafe_b64decode(token.encode())))
    except (binascii.Error, ValueError, TypeError) as error:
        raise ValidationException(f"Invalid NextToken: {token}") from error
