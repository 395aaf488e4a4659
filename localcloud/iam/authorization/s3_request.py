"""An S3 request as questions to `gate`: the bucket or object, what it copies, and the key that encrypts.

Whether an object that is not there is a 404 or a 403 depends on the permission to list its bucket
(https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html). Of a bucket whose default encryption
names a key, writing needs kms:GenerateDataKey and reading kms:Decrypt by the same caller, and across
accounts by the key's policy too
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote
from xml.parsers.expat import ExpatError

import xmltodict
from moto.s3 import s3_backends
from moto.utilities.utils import get_partition

from localcloud.iam.authorization import gate, named_resources
from localcloud.iam.authorization.caller import Caller
from localcloud.iam.authorization.resources import Place
from localcloud.iam.authorization.s3_actions import bucket_action, object_action

_QUERY_KEYS = {"prefix": "s3:prefix", "delimiter": "s3:delimiter", "max-keys": "s3:max-keys"}
_HEADER_KEYS = (
    "x-amz-acl",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
)
AWS_KEY = "alias/aws/s3"
_KMS_HEADER = "x-amz-server-side-encryption-aws-kms-key-id"


@dataclass(frozen=True)
class S3Request:
    """What of an HTTP request matters; `headers` have their names in lower case."""

    method: str
    bucket: str | None
    key: str | None
    query: Mapping[str, Sequence[str]]
    headers: Mapping[str, str]
    body: bytes
    region: str


def authorize(caller: Caller, request: S3Request) -> None:
    """Raise `Denied` unless the caller may do all that the request asks for."""
    if caller.kind == "internal" or not gate.is_enforced():
        return
    asking = _Asking(caller, request)
    if not request.bucket:
        asking.require("ListAllMyBuckets", "*")
    elif request.key is None:
        asking.of_bucket()
    else:
        asking.of_object(request.key)


def creates_bucket(request: S3Request) -> bool:
    """Whether a request is CreateBucket, which alone is not about a bucket that is somebody's."""
    return request.key is None and bucket_action(request.method, request.query) == "CreateBucket"


class _Asking:
    def __init__(self, caller: Caller, request: S3Request) -> None:
        self._caller, self._request = caller, request
        self._partition = get_partition(request.region)
        self._context = _context(request)

    def require(self, action: str, resource: str) -> None:
        gate.require(
            self._caller, f"s3:{action}", resource, self._context, region=self._request.region
        )

    def of_bucket(self) -> None:
        request = self._request
        if request.method == "POST" and "delete" in request.query:
            for key, version in _to_delete(request.body):
                name = "DeleteObjectVersion" if version else "DeleteObject"
                self.require(name, self._arn(request.bucket, key))
            return
        action = bucket_action(request.method, request.query)
        if creates_bucket(request):
            # Also where the name is another account's: that is for S3 to say.
            arn, owner = self._arn(request.bucket), self._caller.account
            gate.require(
                self._caller, f"s3:{action}", arn, self._context, region=request.region, owner=owner
            )
        else:
            self.require(action, self._arn(request.bucket))

    def of_object(self, key: str) -> None:
        request, headers = self._request, self._request.headers
        action = object_action(request.method, request.query)
        resource = self._arn(request.bucket, key)
        self.require(action, resource)
        if action == "PutObject":
            source = headers.get("x-amz-copy-source")
            if source:
                self._copied(source)
            if headers.get("x-amz-tagging"):
                self.require("PutObjectTagging", resource)
            if headers.get("x-amz-acl"):
                self.require("PutObjectAcl", resource)
            self._encrypted(headers.get(_KMS_HEADER) or _default_key(request.bucket))
        elif action in ("GetObject", "GetObjectVersion"):
            self._read(request.bucket, key)

    def _copied(self, source: str) -> None:
        path, _, query = source.partition("?")
        bucket, _, key = unquote(path).lstrip("/").partition("/")
        self.require(
            "GetObjectVersion" if query.startswith("versionId=") else "GetObject",
            self._arn(bucket, key),
        )
        self._read(bucket, key)

    def _read(self, bucket: str | None, key: str) -> None:
        found = _object(bucket, key)
        if found is None:
            if _bucket(bucket) is not None:
                self.require("ListBucket", self._arn(bucket))
            return
        key_id = getattr(found, "kms_key_id", None)
        if getattr(found, "encryption", None) == "aws:kms":
            self._require_key("kms:Decrypt", str(key_id or AWS_KEY), bucket)

    def _encrypted(self, key_id: str | None) -> None:
        if key_id:
            self._require_key("kms:GenerateDataKey", key_id, self._request.bucket)

    def _require_key(self, action: str, key_id: str, bucket: str | None) -> None:
        """By the key's policy too. A key without an ARN is the requester's (UsingKMSEncryption.html)."""
        found = _bucket(bucket)
        region = str(getattr(found, "region_name", self._request.region))
        account, owner = self._caller.account, str(getattr(found, "account_id", ""))
        if key_id.endswith(AWS_KEY):
            if account == owner:
                return  # AWS's own key: S3 may use it for whoever may use the object
            # Its policy, which nobody can change, is for its own account.
            account, key_id = owner, AWS_KEY
        context = {
            "kms:ViaService": [f"s3.{region}.amazonaws.com"],
            "kms:CallerAccount": [self._caller.account],
        }
        for place in (Place(self._partition, region, each) for each in (account, owner)):
            keys = named_resources.known_keys(key_id, place)
            if keys:
                break
        for resource in keys or named_resources.keys({"KeyId": key_id}, place):
            gate.require(self._caller, action, resource, context, region=region)

    def _arn(self, bucket: str | None, key: str | None = None) -> str:
        path = bucket if key is None else f"{bucket}/{key}"
        return f"arn:{self._partition}:s3:::{path}"


def _context(request: S3Request) -> dict[str, list[str]]:
    values = {
        name: [request.query[member][0]]
        for member, name in _QUERY_KEYS.items()
        if request.query.get(member)
    }
    values |= {
        f"s3:{name}": [request.headers[name]] for name in _HEADER_KEYS if name in request.headers
    }
    version = request.query.get("versionId")
    return values | ({"s3:VersionId": [version[0]]} if version else {})


def _to_delete(body: bytes) -> list[tuple[str, str | None]]:
    try:
        objects = xmltodict.parse(body)["Delete"]["Object"]
    except (ExpatError, KeyError, TypeError):  # the service says what is wrong with it
        return []
    listed = objects if isinstance(objects, list) else [objects]
    return [(str(each.get("Key")), each.get("VersionId")) for each in listed]


def _bucket(name: str | None) -> Any:
    found = s3_backends.bucket_accounts.get(name)
    return s3_backends[found[1]][found[0]].buckets.get(name) if found else None


def _object(bucket: str | None, key: str) -> Any:
    found = _bucket(bucket)
    return None if found is None else found.keys.get(key)


def _default_key(bucket: str | None) -> str | None:
    encryption = getattr(_bucket(bucket), "encryption", None) or {}
    rule = encryption.get("Rule", {})
    rule = rule[0] if isinstance(rule, list) else rule
    by_default = rule.get("ApplyServerSideEncryptionByDefault", {})
    key: str | None = by_default.get("KMSMasterKeyID")
    return key
