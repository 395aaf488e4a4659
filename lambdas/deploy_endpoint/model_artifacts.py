"""Whether the files of a version are there and can be what they should be, before anything is changed.

SageMaker would notice only on the new instances, minutes later, and leave a failed update behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slipway_shared.codepipeline_job import JobFailure
from slipway_shared.model_package import ModelPackage
from slipway_shared.s3_locations import DENIED_CODES, MISSING_CODES, S3Location, parse_s3_uri
from slipway_shared.service_errors import code_of

# https://www.rfc-editor.org/rfc/rfc1952#section-2.3.1
GZIP_MAGIC = b"\x1f\x8b"
ADVICE = "the endpoint was not touched and serves what it served: restore the object, or reject the version"


def require_model_artifacts(s3: Any, package: ModelPackage) -> None:
    """Raises JobFailure, in one sentence, when a model artifact is gone, empty, not a gzip file where
    it must be one, or may not be read."""
    for uri, kind in artifact_uris(package):
        artifact = f"model artifact {uri} of version {package.version}"
        try:
            location = parse_s3_uri(uri)
        except ValueError as error:
            raise JobFailure(
                f"version {package.version} has a bad model artifact: {error}"
            ) from error
        try:
            fault = _fault(s3, location, kind)
        except s3.exceptions.ClientError as error:
            if code_of(error) in MISSING_CODES:
                fault = "is gone"
            elif code_of(error) in DENIED_CODES:
                raise JobFailure(
                    f"{artifact} may not be read by this function, or is gone; the endpoint was not"
                    f" touched"
                ) from error
            else:
                raise
        if fault:
            raise JobFailure(f"{artifact} {fault}; {ADVICE}")


def artifact_uris(package: ModelPackage) -> list[tuple[str, str]]:
    """Each container's artifact, and whether it is a `gzip`, an `object` or a `prefix`."""
    return [artifact for container in package.containers for artifact in _artifact(container)]


def _artifact(container: Mapping[str, Any]) -> list[tuple[str, str]]:
    source = (container.get("ModelDataSource") or {}).get("S3DataSource")
    if container.get("ModelDataUrl"):
        return [(str(container["ModelDataUrl"]), "gzip")]
    if not source:
        return []
    if source.get("S3DataType") == "S3Prefix":
        return [(str(source["S3Uri"]), "prefix")]
    return [(str(source["S3Uri"]), "gzip" if source.get("CompressionType") == "Gzip" else "object")]


def _fault(s3: Any, location: S3Location, kind: str) -> str | None:
    """What is wrong with an artifact, as the end of a sentence."""
    if kind == "prefix":
        page = s3.list_objects_v2(Bucket=location.bucket, Prefix=location.key, MaxKeys=100)
        objects = page.get("Contents") or []
        if not objects:
            return "is gone"
        return None if any(each["Size"] for each in objects) else "is empty"
    place = {"Bucket": location.bucket, "Key": location.key}
    if not s3.head_object(**place)["ContentLength"]:
        return "is empty"
    if kind == "gzip":
        last = len(GZIP_MAGIC) - 1
        begins = s3.get_object(**place, Range=f"bytes=0-{last}")["Body"].read()
        if begins != GZIP_MAGIC:
            return "is not a gzip file"
    return None
