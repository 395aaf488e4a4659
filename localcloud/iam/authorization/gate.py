"""The entrance of every call: who asks for what, and whether the policies let it.

`require` is the whole of it for one action on one resource. `api_request` and `s3_request` make such
questions of HTTP requests; a service asks by itself where AWS asks for more than the request says
(`lambda_runtime` for the object with a function's code).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from moto.iam import iam_backends

from localcloud.cloud import current
from localcloud.errors import AwsError
from localcloud.iam.authorization import (
    call_log,
    context_keys,
    membership,
    owners,
    resource_policies,
)
from localcloud.iam.authorization.caller import Caller
from localcloud.iam.authorization.decision import (
    RESOURCE,
    SESSION,
    TRUST,
    Policies,
    decide,
)
from localcloud.iam.authorization.denial import Denied
from localcloud.iam.conditions import UnsupportedCondition
from localcloud.iam.policy_evaluation import Policy
from localcloud.iam.principal_policies import identity_policies, permissions_boundary

logger = logging.getLogger(__name__)

# Told of each call that is allowed, before it is carried out: who, the action, the resource. What a
# watcher raises (an AwsError) is the call's answer, so that a test can let a service fail.
Watcher = Callable[[Caller, str, str], None]
watchers: list[Watcher] = []

_thread = threading.local()


class Unsupported(AwsError):
    """A policy asks for a condition that this cloud does not know: neither allowed nor denied."""

    def __init__(self, message: str) -> None:
        super().__init__("NotImplemented", message, 501)


@contextmanager
def serving(caller: Caller) -> Iterator[None]:
    """While a request of this caller is served in this thread."""
    before = getattr(_thread, "caller", None)
    _thread.caller = caller
    try:
        yield
    finally:
        _thread.caller = before


def present_caller() -> Caller | None:
    """Whose request this thread serves; None outside of requests."""
    found: Caller | None = getattr(_thread, "caller", None)
    return found


def is_enforced() -> bool:
    """Whether calls are denied at all (`--iam off` lets everything through)."""
    return current().settings.iam


def require(
    caller: Caller,
    action: str,
    resource: str,
    context: Mapping[str, list[str]] | None = None,
    *,
    region: str | None = None,
    owner: str | None = None,
) -> None:
    """Raise Denied unless the caller may. `context` is what the request says besides of the caller,
    `owner` whose the resource will be, where its ARN does not say (a new bucket)."""
    if caller.kind == "internal" or not is_enforced():
        return
    settings = current().settings
    place = region or settings.region
    owner = owner or owners.owner_of(resource)
    values = (
        context_keys.of_caller(caller, place)
        | context_keys.of_resource(resource, owner or caller.account)
        | dict(context or {})
    )
    policies = _policies(caller, action, resource, owner)
    if policies is None:
        return  # "it does not exist" is for the service asked to say
    try:
        verdict = decide(caller, action, resource, values, policies)
    except UnsupportedCondition as error:
        raise Unsupported(f"{error}, in a policy about {action} on {resource}") from error
    unknown = sorted(key for key in verdict.asked if not context_keys.is_known(key))
    if unknown:
        raise Unsupported(
            f"unsupported by the local cloud: condition key {unknown[0]!r} in a policy about {action} "
            f"on {resource}; supported: {', '.join(context_keys.KNOWN)} (or start with --iam off)"
        )
    call_log.record(caller, action, resource, verdict)
    if not verdict.allowed:
        if verdict.foreign:
            verdict = replace(verdict, same_organization=_share_organization(caller, owner))
        denied = Denied(caller.arn, action, resource, verdict)
        logger.info("denied: %s", denied.message)
        raise denied
    for watcher in tuple(watchers):
        watcher(caller, action, resource)


def require_of_present_caller(action: str, resource: str) -> None:
    """`require` for whoever's request this thread serves: what a service does in a caller's name."""
    caller = present_caller()
    if caller is not None:
        require(caller, action, resource)


def _share_organization(caller: Caller, owner: str | None) -> bool:
    found = membership.organization_of(caller.account)
    return found is not None and found == membership.organization_of(owner or "")


def _policies(caller: Caller, action: str, resource: str, owner: str | None) -> Policies | None:
    """All that has a say; None for a service that asks for a resource that is not there."""
    identity: list[Policy] = []
    boundary = None
    if caller.has_policies:
        backend = iam_backends[caller.account][caller.partition]
        try:
            identity = identity_policies(backend, caller.principal_arn)
            boundary = permissions_boundary(backend, caller.principal_arn)
        except AwsError:  # deleted while its session lives: it has no policies any more
            identity = []
    session = None
    if caller.session_policy:
        session = Policy.parse(caller.session_policy, source_type=SESSION)
    if action.startswith("sts:AssumeRole") or action == "sts:TagSession":
        trust = resource_policies.trust_policies(resource, caller.partition)
        return Policies(identity, trust, boundary, session, must_allow=TRUST, owner=owner)
    of_resource = resource_policies.policies_of(resource, caller.partition, owner or caller.account)
    if of_resource is None and caller.kind == "service":
        return None
    return Policies(
        identity,
        of_resource or [],
        boundary,
        session,
        must_allow=RESOURCE if _is_kms_key(resource) else None,
        # The service that takes roles of other accounts asks their trust itself.
        owner=None if action == "iam:PassRole" else owner,
    )


def _is_kms_key(resource: str) -> bool:
    parts: list[Any] = resource.split(":", 5)
    return len(parts) == 6 and parts[2] == "kms" and parts[5].startswith("key/")
