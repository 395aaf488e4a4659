"""Who has made or changed something, as `CreatedBy` and `LastModifiedBy` say it.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UserContext.html. A caller outside of Studio has
an IamIdentity and no user profile (observed). It is what GetCallerIdentity answers for the request's
access key.
"""

from __future__ import annotations

from typing import Any

from moto.sts import sts_backends
from moto.utilities.utils import get_partition


def user_context(account_id: str, region: str, access_key: str) -> dict[str, Any]:
    """The caller whose access key signed the request."""
    backend = sts_backends[account_id][get_partition(region)]
    principal_id, arn, _account = backend.get_caller_identity(access_key, region)
    return {"IamIdentity": {"Arn": arn, "PrincipalId": principal_id}}
