"""Bucket policies, evaluated with conditions, for the few S3 operations in which moto looks at them.

moto 5.2.5 (`s3/models.py`, `FakeBucket.get_permission`) reads a statement whose condition is not met as
a denial, so that the usual "deny what is not TLS" statement of every CDK bucket refuses all uploads.
This cloud's plain HTTP stands for AWS's HTTPS: `aws:SecureTransport` is true. A statement with a
condition on any other key, or for a named principal, is passed over, because moto does not say who
calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket

from localcloud.iam.conditions import missing_keys
from localcloud.iam.policy_evaluation import Decision, Policy, Request, evaluate

CONTEXT = {"aws:SecureTransport": ["true"]}
RESULTS = {
    Decision.ALLOWED: PermissionResult.PERMITTED,
    Decision.EXPLICIT_DENY: PermissionResult.DENIED,
    Decision.IMPLICIT_DENY: PermissionResult.NEUTRAL,
}


def permission(policy_text: str, action: str, resource: str) -> Decision:
    """What a bucket's policy decides about anybody's call."""
    policy = Policy.parse(policy_text)
    decidable = [item for item in policy.statements() if _decidable(item)]
    request = Request(action, resource, CONTEXT, principals=("*",))
    return evaluate([Policy({"Statement": decidable})], request).decision


def _decidable(statement: Mapping[str, Any]) -> bool:
    if missing_keys(statement.get("Condition", {}), CONTEXT) or "NotPrincipal" in statement:
        return False
    principal = statement.get("Principal")
    return principal == "*" or (isinstance(principal, Mapping) and principal.get("AWS") == "*")


def install() -> None:
    """Replace moto's evaluation of a bucket's policy."""

    def get_permission(self: FakeBucket, action: str, resource: str) -> Any:
        if self.policy is None:
            return PermissionResult.NEUTRAL
        return RESULTS[permission(self.policy.decode(), action, resource)]

    FakeBucket.get_permission = get_permission
