"""The manifest and the ledger of approvals as S3 objects: read with their ETags, written only if they
are still what was read.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from approvals import Ledger, parse_ledger
from slipway_shared.manifest import Manifest, ManifestError, unzip_manifest, zip_manifest
from slipway_shared.s3_locations import S3Location
from slipway_shared.service_errors import code_of

logger = logging.getLogger(__name__)

# 412; 409 while another conditional write is in progress; 404 when the object was deleted meanwhile.
CHANGED_CODES = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"})


@dataclass(frozen=True)
class CurrentManifest:
    """What the manifest object holds now."""

    manifest: Manifest | None
    """None when there is no object, or one that cannot be read as a manifest."""
    etag: str | None
    """None when there is no object."""


@dataclass(frozen=True)
class CurrentLedger:
    """What the ledger object holds now; an empty one when there is none."""

    ledger: Ledger
    etag: str | None


class ObjectChanged(Exception):
    """The object is no longer what was read: read and decide again."""


def read_manifest(s3: Any, location: S3Location) -> CurrentManifest:
    """The latest manifest. An unreadable one is reported as none, to be replaced, and logged."""
    body, etag = _read(s3, location)
    if body is None:
        return CurrentManifest(None, None)
    try:
        return CurrentManifest(unzip_manifest(body), etag)
    except ManifestError as error:
        logger.warning("%s is not a manifest and will be replaced: %s", location.uri, error)
        return CurrentManifest(None, etag)


def read_ledger(s3: Any, location: S3Location) -> CurrentLedger:
    """The approvals that were written down. An unreadable object is as good as none, and logged: the
    registry's times of modification take the place of what it said."""
    body, etag = _read(s3, location)
    if body is None:
        return CurrentLedger(Ledger(), None)
    try:
        return CurrentLedger(parse_ledger(body.decode("utf-8")), etag)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        logger.warning("%s is not a ledger and will be replaced: %r", location.uri, error)
        return CurrentLedger(Ledger(), etag)


def write_manifest(
    s3: Any, location: S3Location, manifest: Manifest, *, replacing: CurrentManifest
) -> str | None:
    """Write over exactly what was read; the new object's version id. Raises ObjectChanged."""
    return _write(s3, location, zip_manifest(manifest), "application/zip", replacing.etag)


def write_ledger(
    s3: Any, location: S3Location, ledger: Ledger, *, replacing: CurrentLedger
) -> None:
    """Write over exactly what was read. Raises ObjectChanged."""
    _write(s3, location, ledger.to_json().encode(), "application/json", replacing.etag)


def _read(s3: Any, location: S3Location) -> tuple[bytes | None, str | None]:
    try:
        response = s3.get_object(Bucket=location.bucket, Key=location.key)
    except s3.exceptions.NoSuchKey:
        return None, None
    return response["Body"].read(), response["ETag"]


def _write(
    s3: Any, location: S3Location, body: bytes, content_type: str, etag: str | None
) -> str | None:
    condition = {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}
    try:
        response = s3.put_object(
            Bucket=location.bucket,
            Key=location.key,
            Body=body,
            ContentType=content_type,
            **condition,
        )
    except s3.exceptions.ClientError as error:
        if code_of(error) in CHANGED_CODES:
            raise ObjectChanged(str(error)) from error
        raise
    version: str | None = response.get("VersionId")
    return version
