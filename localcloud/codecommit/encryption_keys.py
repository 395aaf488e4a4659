"""The KMS key that a repository names.

The key must exist and be enabled; the content is not encrypted with it here (known difference).
Assumed: a key id or alias is told back as the key's ARN.
https://docs.aws.amazon.com/codecommit/latest/userguide/encryption.html
"""

from __future__ import annotations

import re

from moto.core.exceptions import JsonRESTError
from moto.kms import kms_backends

from localcloud.errors import AwsError

KEY_ID = re.compile(r"[a-zA-Z0-9:/_-]+")


def arn_of(account_id: str, region: str, key_id: str | None) -> str | None:
    """The ARN of a key by id, ARN or alias; EncryptionKey…Exception. None for no key."""
    if not key_id:
        return None
    if not KEY_ID.fullmatch(key_id):
        raise AwsError("EncryptionKeyInvalidIdException", f"The key ID {key_id} is not valid")
    backend = kms_backends[account_id][region]
    try:
        key = backend.keys[backend.any_id_to_key_id(key_id)]
    except (KeyError, JsonRESTError) as error:
        raise AwsError(
            "EncryptionKeyNotFoundException", f"The encryption key {key_id} was not found"
        ) from error
    if key.key_state != "Enabled":
        raise AwsError(
            "EncryptionKeyDisabledException", f"The encryption key {key_id} is {key.key_state}"
        )
    return str(key.arn)
