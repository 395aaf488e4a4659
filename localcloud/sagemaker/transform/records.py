"""An input object's records, and the payloads in which they go to the container. Pure.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TransformInput.html and
API_CreateTransformJob: without a SplitType an object is one record; a line is one with `Line`. A
MultiRecord payload holds as many records as MaxPayloadInMB lets it. Assumed: the lines of a payload are
parted by line breaks with none at the end, and neither an empty line nor an empty object is a record;
the words for a record that is too large.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

MEGABYTE = 1024 * 1024


class DataError(Exception):
    """An input object cannot be transformed, by its own fault; the text is for the job's log."""


@dataclass(frozen=True)
class Payload:
    """What one request sends, and the records that it was made from."""

    records: tuple[bytes, ...]
    body: bytes


def split(lines: Iterable[bytes], split_type: str) -> Iterator[bytes]:
    """The records of an object that is given line by line, with their line breaks."""
    if split_type != "Line":
        if whole := b"".join(lines):
            yield whole
        return
    for line in lines:
        record = line.rstrip(b"\r\n")
        if record.strip():
            yield record


def payloads(
    records: Iterable[bytes],
    prepare: Callable[[bytes], bytes],
    *,
    max_bytes: int,
    single: bool,
) -> Iterator[Payload]:
    """The requests for an object's records, in their order; `max_bytes` 0 is no limit.

    Raises DataError for a record that no request can hold, and what `prepare` raises.
    """
    group: list[bytes] = []
    sent: list[bytes] = []
    size = 0
    for record in records:
        prepared = prepare(record)
        if max_bytes and len(prepared) > max_bytes:
            raise DataError("Too much data for max payload size")
        full = max_bytes and size + len(sent) + len(prepared) > max_bytes
        if group and (single or full):
            yield Payload(tuple(group), b"\n".join(sent))
            group, sent, size = [], [], 0
        group.append(record)
        sent.append(prepared)
        size += len(prepared)
    if group:
        yield Payload(tuple(group), b"\n".join(sent))
