"""The record of what was live when, why and by whom: one object for each thing that happened.

Below `history/` of the manifest bucket lie `requests/`, a copy of every manifest that was written, and a
folder for each stage, with what became of each deployment there. Keys begin with the time, so that they
list in order, and say version and outcome, so that a listing answers most questions:

    history/requests/2026-11-25T10:00:00Z-v7-approved.json
    history/prod/2026-11-25T10:21:07Z-v7-succeeded.json

Every object is written once, on the condition that it is not there yet
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from slipway_shared.service_errors import code_of

PREFIX = "history/"
REQUESTS = "requests"
SUCCEEDED, ROLLED_BACK, FAILED = "succeeded", "rolled-back", "failed"
ALREADY_THERE = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})
_NAME = re.compile(r"(?P<time>[0-9TZ:.-]+Z)-v(?P<version>[0-9]+)-(?P<outcome>[a-z-]+)\.json")


@dataclass(frozen=True)
class Entry:
    """What the key of a record says."""

    key: str
    time: str
    version: int
    outcome: str


def write_record(
    s3: Any,
    bucket: str,
    folder: str,
    *,
    time: str,
    version: int,
    outcome: str,
    content: str,
) -> str:
    """Write a record, a text in JSON, unless one is there already; its key. Raises what S3 raises."""
    key = f"{PREFIX}{folder}/{time}-v{version}-{outcome}.json"
    try:
        s3.put_object(
            Bucket=bucket,
            Key=key,
            Body=content.encode(),
            ContentType="application/json",
            IfNoneMatch="*",
        )
    except s3.exceptions.ClientError as error:
        if code_of(error) not in ALREADY_THERE:
            raise
    return key


def list_records(s3: Any, bucket: str, folder: str) -> Iterator[Entry]:
    """The records of a folder, the oldest first; what is named otherwise is passed over."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{PREFIX}{folder}/")
    for page in pages:
        for listed in page.get("Contents") or []:
            match = _NAME.fullmatch(listed["Key"].rpartition("/")[2])
            if match:
                yield Entry(listed["Key"], match["time"], int(match["version"]), match["outcome"])


def was_live(s3: Any, bucket: str, stage: str, version: int) -> bool:
    """Whether a version was ever deployed to a stage with success."""
    return any(
        entry.version == version and entry.outcome == SUCCEEDED
        for entry in list_records(s3, bucket, stage)
    )
