"""Whether a KMS key that a setting names is there. Nothing is encrypted with it here."""

from __future__ import annotations

from moto.core.exceptions import JsonRESTError
from moto.kms import kms_backends


def state_of(account_id: str, region: str, key_id: str) -> str | None:
    """The state of a key by id, ARN or alias (`Enabled`, `Disabled` …); None if there is none.

    An ARN may be of another account or region.
    """
    parts = key_id.split(":", 5)
    if len(parts) == 6 and parts[0] == "arn":
        region, account_id = parts[3], parts[4]
    try:
        backend = kms_backends[account_id][region]
        return str(backend.keys[backend.any_id_to_key_id(key_id)].key_state)
    except (KeyError, JsonRESTError):
        return None
