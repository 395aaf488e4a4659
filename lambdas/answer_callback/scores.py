"""The scores in S3: that they are there and can be read, and how many rows they have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from slipway_shared.s3_locations import DENIED_CODES, MISSING_CODES, S3Location
from slipway_shared.service_errors import code_of, message_of

CHUNK_BYTES = 1024 * 1024


class ScoresError(Exception):
    """The scores are not taken over; the text says why."""


def count_rows(s3: Any, location: S3Location) -> int:
    """The rows of all objects below an address. Raises ScoresError when there is none or they cannot be
    read, and what S3 raises when asking again may help."""
    try:
        rows = sum(
            _rows_of(s3.get_object(Bucket=location.bucket, Key=key)["Body"])
            for key in _keys(s3, location)
        )
    except s3.exceptions.ClientError as error:
        if code_of(error) not in MISSING_CODES | DENIED_CODES:
            raise
        raise ScoresError(
            f"{location.uri} cannot be read: {code_of(error)}: {message_of(error)}"
        ) from error
    if not rows:
        raise ScoresError(f"there are no scores at {location.uri}")
    return rows


def _keys(s3: Any, location: S3Location) -> Iterator[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=location.bucket, Prefix=location.key.rstrip("/") + "/"
    )
    for page in pages:
        for found in page.get("Contents", ()):
            yield found["Key"]


def _rows_of(body: Any) -> int:
    """Lines with something in them, without holding the object in memory."""
    rows, begun = 0, False
    for chunk in body.iter_chunks(CHUNK_BYTES):
        for number, part in enumerate(chunk.split(b"\n")):
            if number:
                rows += begun
                begun = False
            begun = begun or bool(part.strip())
    return rows + begun
