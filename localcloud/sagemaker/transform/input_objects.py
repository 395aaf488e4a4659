"""The objects that a transform job reads, and the key that each one's result gets.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TransformS3DataSource.html: a prefix takes
every key that begins so; a manifest is a JSON list of a prefix and the keys that follow it. A result's
key is the rest of the object's key, with `.out` (API_TransformOutput). Assumed: a manifest's objects are
named by what the manifest says of them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from localcloud.sagemaker.jobs import failure, s3_transfer
from localcloud.sagemaker.jobs.failure import JobFailure
from localcloud.sagemaker.transform.transform_job import TransformJob


@dataclass(frozen=True)
class InputObject:
    """One object: where it is, and its name below the output path without `.out`."""

    bucket: str
    key: str
    name: str


def of(job: TransformJob, s3: Any) -> list[InputObject]:
    """The objects of a job. Raises JobFailure when there are none."""
    source = job.request["TransformInput"]["DataSource"]["S3DataSource"]
    uri = source["S3Uri"]
    if source["S3DataType"] == "ManifestFile":
        return _of_manifest(s3, uri)
    bucket, prefix = s3_transfer.split_uri(uri)
    try:
        keys = s3_transfer.matching_keys(s3, uri)
    except ClientError as error:
        raise JobFailure(failure.download_failed(uri, str(error))) from error
    if not keys:
        raise JobFailure(f"ClientError: {failure.no_objects(uri, job.region, job.role_arn)}")
    return [InputObject(bucket, key, s3_transfer.relative_path(key, prefix)) for key in keys]


def _of_manifest(s3: Any, uri: str) -> list[InputObject]:
    bucket, key = s3_transfer.split_uri(uri)
    try:
        content = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        first, *names = json.loads(content)
        bucket, prefix = s3_transfer.split_uri(first["prefix"])
        return [InputObject(bucket, prefix + name, name) for name in names]
    except ClientError as error:
        raise JobFailure(f"ClientError: Failed to download data. {uri}: {error}") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise JobFailure(
            f"ClientError: the manifest {uri} is no JSON list of a prefix and keys: {error}"
        ) from error
