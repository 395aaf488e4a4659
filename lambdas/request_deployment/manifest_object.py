"""The manifest as an S3 object: read with its ETag, written only if it is still what was read.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

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


class ManifestChanged(Exception):
    """The object is no longer what was read: read and decide again."""


def read_manifest(s3: Any, location: S3Location) -> CurrentManifest:
    """The latest manifest. An unreadable one is reported as none, to be replaced, and logged."""
    try:
        response = s3.get_object(Bucket=location.bucket, Key=location.key)
    except s3.exceptions.NoSuchKey:
        return CurrentManifest(None, None)
    try:
        return CurrentManifest(unzip_manifest(response["Body"].read()), response["ETag"])
    except ManifestError as error:
        logger.warning("%s is not a manifest and will be replaced: %s", location.uri, error)
        return CurrentManifest(None, response["ETag"])


def write_manifest(
    s3: Any, location: S3Location, manifest: Manifest, *, replacing: CurrentManifest
) -> str | None:
    """Write over exactly what was read; the new object's version id. Raises ManifestChanged."""
    condition = {"IfMatch": replacing.etag} if replacing.etag else {"IfNoneMatch": "*"}
    try:
        response = s3.put_object(
            Bucket=location.bucket,
            Key=location.key,
            Body=zip_manifest(manifest),
            ContentType="application/zip",
            **condition,
        )
    except s3.exceptions.ClientError as error:
        if code_of(error) in CHANGED_CODES:
            raise ManifestChanged(str(error)) from error
        raise
    version: str | None = response.get("VersionId")
    return version
