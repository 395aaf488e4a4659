"""Whether the files of a version still exist, before anything is changed for it.

SageMaker would notice only on the new instances, minutes later, and leave a failed update behind.
"""

from __future__ import annotations

from typing import Any

from slipway_shared.codepipeline_job import JobFailure
from slipway_shared.model_package import ModelPackage
from slipway_shared.s3_locations import DENIED_CODES, MISSING_CODES, S3Location, parse_s3_uri
from slipway_shared.service_errors import code_of


def require_model_artifacts(s3: Any, package: ModelPackage) -> None:
    """Raises JobFailure, in one sentence, when a model artifact is gone or may not be read."""
    for uri, is_prefix in artifact_uris(package):
        try:
            location = parse_s3_uri(uri)
        except ValueError as error:
            raise JobFailure(
                f"version {package.version} has a bad model artifact: {error}"
            ) from error
        try:
            there = _has_objects(s3, location) if is_prefix else _has_object(s3, location)
        except s3.exceptions.ClientError as error:
            if code_of(error) in MISSING_CODES:
                there = False
            elif code_of(error) in DENIED_CODES:
                raise JobFailure(
                    f"model artifact {uri} of version {package.version} may not be read by this"
                    f" function, or is gone; the endpoint was not touched"
                ) from error
            else:
                raise
        if not there:
            raise JobFailure(
                f"model artifact {uri} of version {package.version} is gone; the endpoint was not"
                f" touched and serves what it served: restore the object, or reject the version"
            )


def artifact_uris(package: ModelPackage) -> list[tuple[str, bool]]:
    """Each container's artifact, and whether it is a prefix rather than one object."""
    uris = []
    for container in package.containers:
        source = (container.get("ModelDataSource") or {}).get("S3DataSource")
        if container.get("ModelDataUrl"):
            uris.append((str(container["ModelDataUrl"]), False))
        elif source:
            uris.append((str(source["S3Uri"]), source.get("S3DataType") == "S3Prefix"))
    return uris


def _has_object(s3: Any, location: S3Location) -> bool:
    s3.head_object(Bucket=location.bucket, Key=location.key)
    return True


def _has_objects(s3: Any, prefix: S3Location) -> bool:
    response = s3.list_objects_v2(Bucket=prefix.bucket, Prefix=prefix.key, MaxKeys=1)
    return bool(response["KeyCount"])
