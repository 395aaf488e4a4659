"""Who a request comes from, as events and commits name it."""

from __future__ import annotations

import base64
import binascii

from moto.sts import sts_backends
from moto.utilities.utils import get_partition


def arn_of(account_id: str, region: str, access_key_id: str | None) -> str:
    """The caller's ARN; the account's root for a key that IAM does not know, or none."""
    partition = get_partition(region)
    root = f"arn:{partition}:iam::{account_id}:root"
    if not access_key_id:
        return root
    _, arn, _ = sts_backends[account_id][partition].get_caller_identity(access_key_id, region)
    # moto's answer for keys that it did not make.
    return root if str(arn).endswith(":user/moto") else str(arn)


def access_key_of(authorization: str | None) -> str | None:
    """The access key id of an HTTP basic authorization, as git's credential helpers send it.

    User name: the key id, `%` and the session token for temporary keys; password: a signature, which
    is not verified (https://docs.aws.amazon.com/codecommit/latest/userguide/auth-and-access-control.html).
    """
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, _, _ = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return user.partition("%")[0] or None
