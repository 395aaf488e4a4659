"""S3 addresses as SageMaker writes them, and what reading there gave."""

from __future__ import annotations

from typing import NamedTuple

MISSING_CODES = frozenset({"404", "NoSuchKey", "NotFound", "NoSuchBucket"})
DENIED_CODES = frozenset({"403", "AccessDenied", "Forbidden"})


class S3Location(NamedTuple):
    """A bucket, and a key or key prefix in it."""

    bucket: str
    key: str

    @property
    def uri(self) -> str:
        """`s3://bucket/key`."""
        return f"s3://{self.bucket}/{self.key}"


def parse_s3_uri(uri: str) -> S3Location:
    """Bucket and key of `s3://bucket/key`. Raises ValueError for anything else."""
    scheme, _, rest = uri.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme != "s3" or not bucket or not key:
        raise ValueError(f"not an S3 URI of the form s3://bucket/key: {uri!r}")
    return S3Location(bucket, key)
