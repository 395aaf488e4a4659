"""Access control lists of S3: a bucket has none, unless its ownership controls say so.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html: new buckets are
`BucketOwnerEnforced`. All their objects are the bucket owner's, whoever's account writes them; a request
that sets an ACL fails, except for `bucket-owner-full-control` on an object, which grants what is so anyway.
moto takes them, and lets them decide.
"""

from __future__ import annotations

from typing import Any

from moto.s3 import s3_backends
from moto.s3.exceptions import S3ClientError

from localcloud.iam.authorization.s3_request import S3Request, creates_bucket

ENFORCED = "BucketOwnerEnforced"
_OWNERS = "bucket-owner-full-control"


class AclsNotSupported(S3ClientError):
    """A request sets an ACL of a bucket that has none, or of an object in it."""

    code = 400

    def __init__(self) -> None:
        super().__init__("AccessControlListNotSupported", "The bucket does not allow ACLs")


class AclsWithEnforcedOwner(S3ClientError):
    """CreateBucket asks for an ACL, and for the owner's sole control."""

    code = 400

    def __init__(self) -> None:
        super().__init__(
            "InvalidBucketAclWithObjectOwnership",
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
        )


def check(request: S3Request) -> None:
    """Raise an error of S3's if a request sets an ACL where there are none."""
    headers = request.headers
    acl = headers.get("x-amz-acl")
    grants = any(name.startswith("x-amz-grant-") for name in headers)
    if creates_bucket(request):
        ownership = headers.get("x-amz-object-ownership", ENFORCED)
        if (grants or acl not in (None, "private")) and ownership == ENFORCED:
            raise AclsWithEnforcedOwner
    elif request.method in ("PUT", "POST") and _is_enforced(request.bucket):
        sets = "acl" in request.query or grants or acl is not None
        if sets and not (request.key is not None and acl == _OWNERS and not grants):
            raise AclsNotSupported


def _is_enforced(name: str | None) -> bool:
    found = s3_backends.bucket_accounts.get(name)
    bucket: Any = s3_backends[found[1]][found[0]].buckets.get(name) if found else None
    return bucket is not None and (bucket.ownership_rule or ENFORCED) == ENFORCED
