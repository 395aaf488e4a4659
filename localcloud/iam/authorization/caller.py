"""Who calls: by the access key of a request, the person, a user, a role's session, or a service.

The local cloud's person is whoever comes with a key that this cloud's IAM did not give out (SDKs insist
on some key): an administrator of the account, as the owner of an AWS account is.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.iam import iam_backends
from moto.sts import sts_backends
from moto.utilities.utils import get_partition


def _new_key() -> str:
    # moto takes only 20 letters and digits. A random one: no request from outside is the cloud's.
    return "LSIA" + secrets.token_hex(8).upper()


@dataclass(frozen=True)
class Caller:
    """One caller. `principal_arn` is the user's or role's, `arn` the session's for a role."""

    kind: str
    """`person`, `internal`, `user`, `role` or `service`."""
    arn: str
    """As denials have it; of a service, its principal."""
    account: str
    partition: str
    principal_arn: str = ""
    session_policy: str | None = None
    source_arn: str | None = None
    """On behalf of which rule, topic or alarm a service calls."""
    tags: Mapping[str, str] = field(default_factory=dict)
    access_key_id: str = ""

    @property
    def has_policies(self) -> bool:
        """Whether identity-based policies decide what it may do."""
        return self.kind in ("role", "user")

    def principals(self) -> tuple[str, ...]:
        """By which names a resource's policy grants to this very caller, and not to its account."""
        if self.kind == "service":
            return ("*", self.arn)
        return ("*", self.arn, self.principal_arn) if self.principal_arn else ("*", self.arn)

    def account_principals(self) -> tuple[str, ...]:
        """By which names a resource's policy leaves it to the policies of the account."""
        if self.kind == "service":
            return ()
        return (self.account, f"arn:{self.partition}:iam::{self.account}:root")


_lock = threading.Lock()
_services: dict[str, Caller] = {}
_service_keys: dict[tuple[str, str], str] = {}
_internal_keys: dict[str, str] = {}
_internal_accounts: dict[str, str] = {}


def internal_key(account: str) -> str:
    """The key with which the cloud calls itself in an account, where AWS's services need no permission."""
    with _lock:
        if account not in _internal_keys:
            key = _new_key()
            _internal_keys[account] = key
            _internal_accounts[key] = account
        return _internal_keys[account]


def service_key(principal: str, source_arn: str, region: str) -> str:
    """An access key for calls of a service without a role (`events.amazonaws.com` for a rule)."""
    with _lock:
        key = _service_keys.get((principal, source_arn))
        if key is None:
            key = _new_key()
            _service_keys[(principal, source_arn)] = key
            account = source_arn.split(":")[4]
            _services[key] = Caller(
                "service",
                principal,
                account,
                get_partition(region),
                source_arn=source_arn,
                access_key_id=key,
            )
        return key


def forget_services() -> None:
    """Drop the keys of the services: the cloud has stopped."""
    with _lock:
        _services.clear()
        _service_keys.clear()
        _internal_keys.clear()
        _internal_accounts.clear()


def own_account(access_key_id: str) -> str | None:
    """The account of a key that the cloud made for itself or for a service; None for IAM's keys."""
    with _lock:
        service = _services.get(access_key_id)
        return service.account if service else _internal_accounts.get(access_key_id)


def caller_of(access_key_id: str, region: str, default_account: str) -> Caller:
    """Whose an access key is."""
    partition = get_partition(region)
    with _lock:
        internal = _internal_accounts.get(access_key_id)
        service = _services.get(access_key_id)
    if internal is not None:
        return Caller("internal", "localcloud", internal, partition)
    if service is not None:
        return service
    for account in list(sts_backends):
        session = _session(account, partition, access_key_id)
        if session is not None:
            return session
    for account in list(iam_backends):
        user: Any = iam_backends[account][partition].get_user_from_access_key_id(access_key_id)
        if user is not None:
            tags = _tags(user)
            return Caller(
                "user",
                user.arn,
                account,
                partition,
                user.arn,
                tags=tags,
                access_key_id=access_key_id,
            )
    # As STS's GetCallerIdentity names it.
    arn = f"arn:{partition}:sts::{default_account}:user/moto"
    return Caller("person", arn, default_account, partition, access_key_id=access_key_id)


def _session(account: str, partition: str, access_key_id: str) -> Caller | None:
    backend = sts_backends[account][partition]
    session = backend.get_assumed_role_from_access_key(access_key_id)
    if session is None:
        return None
    role = next(
        (
            each
            for each in list(iam_backends[account][partition].roles.values())
            if each.arn == session.role_arn
        ),
        None,
    )
    return Caller(
        "role",
        session.arn,
        account,
        partition,
        session.role_arn,
        session_policy=session.policy or None,
        tags=_tags(role),
        access_key_id=access_key_id,
    )


def _tags(principal: Any) -> dict[str, str]:
    tags = getattr(principal, "tags", None) or []
    if isinstance(tags, Mapping):
        tags = list(tags.values())
    return {str(each["Key"]): str(each["Value"]) for each in tags if isinstance(each, Mapping)}
