"""Whose a resource is, and so in which account a request acts.

A request acts in its caller's account, unless it names a resource of another account by what has that
account in it: an ARN, a queue's URL, a registry's id. Whether it may, the policies of both sides decide;
which services let other accounts in at all is in
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html (those
with resource-based policies). The names of S3 buckets are all accounts' together. An ARN of another
region is for the service asked to refuse.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from moto.kms import kms_backends
from moto.s3 import s3_backends

# By IAM's prefix: the members that may be ARNs of another account's, and those that are its id.
_NAMES: dict[str, tuple[str, ...]] = {
    "events": ("EventBusName", "Name"),
    "kms": ("KeyId",),
    "lambda": ("FunctionName",),
    "sagemaker": ("ModelPackageName", "ModelPackageArn", "ModelPackageGroupName"),
    "secretsmanager": ("SecretId",),
    "sns": ("TopicArn", "TargetArn", "SubscriptionArn", "ResourceArn"),
    "sqs": ("QueueUrl",),
}
_IDS = {"ecr": "registryId", "sqs": "QueueOwnerAWSAccountId"}
# An ARN; a function's partial one (`123456789012:function:name`); a queue's URL.
_ACCOUNT = re.compile(
    r"arn:[\w-]+:[\w-]+:[\w-]*:(\d{12}):|(\d{12}):function:|https?://[^/]+/(\d{12})/"
)
_ID = re.compile(r"\d{12}")
# moto's ciphertexts begin with the key's id.
_KEY_ID_LENGTH = 36


def serving_account(prefix: str, request: Mapping[str, Any], caller: str) -> str:
    """The account in which a service (by its prefix) serves a request of a caller's account."""
    for member in _NAMES.get(prefix, ()):
        account = account_in(str(request.get(member) or ""))
        if account:
            return account
    if prefix == "kms" and not request.get("KeyId"):
        arn = key_of_ciphertext(request)
        return arn.split(":")[4] if arn else caller
    given = str(request.get(_IDS.get(prefix, "")) or "")
    return given if _ID.fullmatch(given) else caller


def account_in(name: str) -> str | None:
    """The account that an ARN, a partial one or a queue's URL has in it."""
    found = _ACCOUNT.match(name)
    return (found[1] or found[2] or found[3]) if found else None


def owner_of(resource: str) -> str | None:
    """The account that a resource belongs to; None if its ARN names none, and S3 does not know it."""
    parts = resource.split(":", 5)
    if len(parts) < 6:
        return None
    if parts[2] == "s3":
        found = s3_backends.bucket_accounts.get(parts[5].partition("/")[0])
        return str(found[1]) if found else None
    # A managed policy of AWS's is everybody's.
    return parts[4] if parts[4] and parts[4] != "aws" else None


def key_of_ciphertext(request: Mapping[str, Any]) -> str | None:
    """The ARN of the KMS key that a ciphertext in a request names (Decrypt needs no `KeyId`)."""
    blob = request.get("CiphertextBlob")
    if not blob:
        return None
    if isinstance(blob, str):
        try:
            blob = base64.b64decode(blob)
        except (binascii.Error, ValueError):
            return None
    key_id = bytes(blob)[:_KEY_ID_LENGTH].decode(errors="replace")
    for account in list(kms_backends.values()):
        for backend in list(account.values()):
            if key_id in backend.keys:
                return str(backend.keys[key_id].arn)
    return None
