"""Whether a caller may do one thing, by all policies that have a say; and if not, which kind forbids.

The order is IAM's
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html): an explicit
deny anywhere; then, in one account, an allow by the resource's policy or by the identity's, within the
permissions boundary and the session policy. What a resource's policy grants to a session itself is not
limited by these two. Keys of KMS and roles must allow by their own policy; across accounts both sides
must. AWS names one kind of policy only
(https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html); which one, across
accounts, is assumed: the resource's, unless that grants to the caller itself.
Service control policies are not part of this cloud.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from localcloud.iam.authorization.caller import Caller
from localcloud.iam.conditions import Context
from localcloud.iam.policy_evaluation import Decision, Evaluation, Policy, Request, evaluate

IDENTITY = "identity-based policy"
RESOURCE = "resource-based policy"
BOUNDARY = "permissions boundary"
SESSION = "session policy"
TRUST = "role trust policy"


@dataclass(frozen=True)
class Policies:
    """All that has a say about one caller and one resource; `boundary` None means there is none."""

    identity: Sequence[Policy] = ()
    resource: Sequence[Policy] = ()
    boundary: Policy | None = None
    session: Policy | None = None
    must_allow: str | None = None
    """The kind of the resource's policy (`RESOURCE`, `TRUST`) where an identity's is not enough."""
    owner: str | None = None
    """The account of the resource; None if it is the caller's, or nobody's."""


@dataclass(frozen=True)
class Verdict:
    """Allowed, or which kind of policy forbids it: by saying so, or by not allowing it."""

    allowed: bool
    kind: str = ""
    explicit: bool = False
    policy: Policy | None = None
    asked: frozenset[str] = field(default_factory=frozenset)
    """The condition keys, in lower case, that the statements concerned asked for."""
    foreign: bool = False
    """Whether the resource is another account's."""
    same_organization: bool = False
    """Whether that account is of the caller's organization."""


def decide(
    caller: Caller, action: str, resource: str, context: Context, policies: Policies
) -> Verdict:
    """The verdict on one action and resource. The account's person may do what nothing denies."""
    request = Request(action, resource, context, principals=caller.principals())
    of_account = Request(action, resource, context, principals=caller.account_principals())
    plain = Request(action, resource, context)
    identity = evaluate(policies.identity, plain)
    direct = evaluate(policies.resource, request)
    delegated = evaluate(policies.resource, of_account)
    boundary = evaluate([policies.boundary], plain) if policies.boundary else None
    session = evaluate([policies.session], plain) if policies.session else None
    resource_kind = policies.must_allow or RESOURCE
    found = (
        (IDENTITY, identity),
        (resource_kind, direct),
        (resource_kind, delegated),
        (BOUNDARY, boundary),
        (SESSION, session),
    )
    asked = frozenset(
        key.lower() for _, each in found if each is not None for key in each.condition_keys
    )
    foreign = policies.owner is not None and policies.owner != caller.account
    # Across accounts the resource's is named first (see above).
    for kind, each in (*found[1:3], *found) if foreign else found:
        if each is not None and each.decision is Decision.EXPLICIT_DENY:
            return Verdict(False, kind, True, each.matched[0][0], asked, foreign)
    lacking = _not_allowed(
        caller, policies, foreign, identity, direct, delegated, boundary, session
    )
    return Verdict(lacking is None, lacking or "", asked=asked, foreign=foreign)


def _not_allowed(
    caller: Caller,
    policies: Policies,
    foreign: bool,
    identity: Evaluation,
    direct: Evaluation,
    delegated: Evaluation,
    boundary: Evaluation | None,
    session: Evaluation | None,
) -> str | None:
    """The kind of policy whose allow is missing; None when nothing is."""
    granted = direct.decision is Decision.ALLOWED
    if caller.kind == "service":
        return None if granted else policies.must_allow or RESOURCE
    by_identity = not caller.has_policies or identity.decision is Decision.ALLOWED
    by_account = delegated.decision is Decision.ALLOWED
    if foreign:
        if not granted and not (by_account and by_identity):
            return policies.must_allow or RESOURCE
        if not by_identity:
            return IDENTITY
    elif policies.must_allow is not None:
        if not granted and not by_account:
            return policies.must_allow
        if not granted and not by_identity:
            return IDENTITY
    elif not granted and not by_identity:
        return IDENTITY
    if granted and not foreign and _names_the_session(caller, direct):
        return None
    for kind, each in ((BOUNDARY, boundary), (SESSION, session)):
        if each is not None and each.decision is not Decision.ALLOWED:
            return kind
    return None


def _names_the_session(caller: Caller, direct: Evaluation) -> bool:
    """Whether a statement that allows names the session or the user, not its role or everybody."""
    for _, statement in direct.matched:
        principal = statement.get("Principal")
        named = principal.get("AWS", []) if isinstance(principal, dict) else []
        if caller.arn in ([named] if isinstance(named, str) else named):
            return True
    return False
