"""Pages of List operations."""

from __future__ import annotations

import pytest

from localcloud.errors import ValidationException
from localcloud.sagemaker.registry.listing import ASCENDING, DESCENDING, page


def pages(records: list[int], default_order: str, **request: object) -> list[list[int]]:
    found: list[list[int]] = []
    token: str | None = None
    while True:
        asked = {**request, "NextToken": token}
        items, token = page(records, asked, lambda item: (item,), default_order)
        found.append(items)
        if token is None:
            return found


def test_pages_hold_every_record_once_in_order() -> None:
    assert pages([3, 1, 5, 2, 4], ASCENDING, MaxResults=2) == [[1, 2], [3, 4], [5]]
    assert pages([3, 1, 5, 2, 4], DESCENDING, MaxResults=2) == [[5, 4], [3, 2], [1]]
    assert pages([1, 2], ASCENDING, SortOrder="Descending") == [[2, 1]]
    assert pages([], ASCENDING) == [[]]


def test_last_page_has_no_token_when_it_is_full() -> None:
    assert pages([1, 2, 3, 4], ASCENDING, MaxResults=2) == [[1, 2], [3, 4]]


def test_next_page_neither_repeats_nor_skips_when_records_have_come_and_gone() -> None:
    items, token = page([1, 2, 3, 4], {"MaxResults": 2}, lambda item: (item,), DESCENDING)
    assert items == [4, 3]
    request = {"MaxResults": 2, "NextToken": token}
    items, _ = page([1, 2, 4, 5], request, lambda item: (item,), DESCENDING)
    assert items == [2, 1]


@pytest.mark.parametrize("token", ["x", "bm8=", "!!"])
def test_page_is_refused_when_the_token_is_none_of_ours(token: str) -> None:
    with pytest.raises(ValidationException, match="Invalid NextToken"):
        page([1], {"NextToken": token}, lambda item: (item,), ASCENDING)
