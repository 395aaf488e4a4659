"""The policies that apply to a user or role: inline, attached, of its groups, and its boundary."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from moto.iam.models import IAMBackend

from localcloud.errors import AwsError
from localcloud.iam.policy_evaluation import Policy


def identity_policies(backend: IAMBackend, arn: str) -> list[Policy]:
    """Every identity-based policy of the principal; NoSuchEntity when there is none of that ARN."""
    kind, principal = find_principal(backend, arn)
    if kind == "role":
        return _inline(principal.policies, kind) + _attached(principal.managed_policies)
    policies = _inline(principal.policies, kind) + _attached(principal.managed_policies)
    if kind == "user":
        for group in backend.get_groups_for_user(principal.name):
            policies += _inline(group.policies, "group") + _attached(group.managed_policies)
    return policies


def permissions_boundary(backend: IAMBackend, arn: str) -> Policy | None:
    """The principal's permissions boundary, if it has one."""
    kind, principal = find_principal(backend, arn)
    boundary = getattr(principal, "permissions_boundary_arn", None)
    if kind != "role" or not boundary:
        return None
    managed = backend.managed_policies.get(boundary)
    return None if managed is None else _managed(managed)


def find_principal(backend: IAMBackend, arn: str) -> tuple[str, Any]:
    """`role`, `user` or `group` and moto's object of it."""
    kind = arn.split(":")[-1].split("/")[0]
    known: dict[str, dict[str, Any]] = {
        "role": backend.roles,
        "user": backend.users,
        "group": backend.groups,
    }
    if kind not in known:
        raise AwsError("InvalidInput", f"Invalid Entity Arn: {arn}")
    for principal in known[kind].values():
        if principal.arn == arn:
            return kind, principal
    raise AwsError("NoSuchEntity", f"The {kind} with ARN {arn} cannot be found.", 404)


def _inline(policies: Any, kind: str) -> list[Policy]:
    # moto keeps a role's inline policies as a dictionary of texts, a user's and a group's likewise.
    return [
        Policy(document, name, kind)
        if isinstance(document, dict)
        else Policy.parse(document, name, kind)
        for name, document in dict(policies).items()
    ]


def _attached(policies: Any) -> list[Policy]:
    return [_managed(policy) for policy in dict(policies).values()]


def _managed(policy: Any) -> Policy:
    document = next(item.document for item in policy.versions if item.is_default)
    owner = "aws-managed" if ":iam::aws:" in policy.arn else "user-managed"
    return replace(Policy.parse(document, policy.name, owner), arn=policy.arn)
