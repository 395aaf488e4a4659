"""Which kind of policy allows or forbids: one row of IAM's evaluation for each test."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.iam.authorization.caller import Caller
from localcloud.iam.authorization.decision import (
    BOUNDARY,
    IDENTITY,
    RESOURCE,
    SESSION,
    TRUST,
    Policies,
    Verdict,
    decide,
)
from localcloud.iam.policy_evaluation import Policy

PAGE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html"
CROSS = (
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
    "reference_policies_evaluation-logic-cross-account.html"
)
KMS = "https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html"
ONE_KIND = "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html"
ACCOUNT, OTHER = "123456789012", "210987654321"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"
SESSION_ARN = f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
OBJECT = "arn:aws:s3:::bucket/key"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/k"

AS_ROLE = Caller("role", SESSION_ARN, ACCOUNT, "aws", ROLE)
PERSON = Caller("person", f"arn:aws:sts::{ACCOUNT}:user/moto", ACCOUNT, "aws")
SERVICE = Caller("service", "events.amazonaws.com", ACCOUNT, "aws", source_arn="arn:aws:events:x")


def policy(effect: str, principal: Any = None, **more: Any) -> Policy:
    statement = {"Effect": effect, "Action": "*", "Resource": "*", **more}
    if principal is not None:
        statement["Principal"] = principal
    return Policy({"Statement": [statement]})


ALLOW, DENY = policy("Allow"), policy("Deny")
NOTHING = Policy({"Statement": []})


def verdict(caller: Caller, policies: Policies, resource: str = OBJECT) -> Verdict:
    return decide(caller, "s3:GetObject", resource, {}, policies)


@pytest.mark.documented(PAGE)
@pytest.mark.parametrize(
    ("policies", "kind"),
    [
        (Policies(), IDENTITY),
        (Policies([ALLOW]), ""),
        (Policies(resource=[policy("Allow", {"AWS": ROLE})]), ""),
        (Policies(resource=[policy("Allow", {"AWS": SESSION_ARN})]), ""),
        (Policies(resource=[policy("Allow", "*")]), ""),
        # The account as a principal leaves it to the identity's policies.
        (Policies(resource=[policy("Allow", {"AWS": ROOT})]), IDENTITY),
        (Policies(resource=[policy("Allow", {"AWS": ROLE + "2"})]), IDENTITY),
        (Policies([ALLOW], boundary=ALLOW), ""),
        (Policies([ALLOW], boundary=NOTHING), BOUNDARY),
        (Policies([], boundary=ALLOW), IDENTITY),
        (Policies([ALLOW], session=NOTHING), SESSION),
        (Policies(resource=[policy("Allow", {"AWS": ROLE})], boundary=NOTHING), BOUNDARY),
        (Policies(resource=[policy("Allow", {"AWS": ROLE})], session=NOTHING), SESSION),
        (Policies(resource=[policy("Allow", {"AWS": SESSION_ARN})], boundary=NOTHING), ""),
        (Policies(resource=[policy("Allow", {"AWS": SESSION_ARN})], session=NOTHING), ""),
    ],
)
def test_what_a_session_may_do(policies: Policies, kind: str) -> None:
    found = verdict(AS_ROLE, policies)
    assert (found.allowed, found.kind, found.explicit) == (not kind, kind, False)


@pytest.mark.documented(PAGE)
@pytest.mark.parametrize(
    ("policies", "kind"),
    [
        (Policies([ALLOW, DENY]), IDENTITY),
        (Policies([ALLOW], [policy("Deny", "*")]), RESOURCE),
        (Policies([ALLOW], [policy("Deny", {"AWS": ROOT})]), RESOURCE),
        (Policies([ALLOW], boundary=DENY), BOUNDARY),
        (Policies([ALLOW], session=DENY), SESSION),
    ],
)
def test_an_explicit_deny_wins_wherever_it_is(policies: Policies, kind: str) -> None:
    found = verdict(AS_ROLE, policies)
    assert (found.allowed, found.kind, found.explicit) == (False, kind, True)


@pytest.mark.local_only("whoever runs the local cloud is the account's administrator")
def test_the_person_may_do_what_nothing_denies() -> None:
    assert verdict(PERSON, Policies()).allowed
    assert not verdict(PERSON, Policies(resource=[policy("Deny", "*")])).allowed


@pytest.mark.documented(PAGE)
def test_a_service_is_allowed_by_the_resource_alone() -> None:
    assert not verdict(SERVICE, Policies([ALLOW])).allowed
    named = policy("Allow", {"Service": "events.amazonaws.com"})
    assert verdict(SERVICE, Policies(resource=[named])).allowed
    other = policy("Allow", {"Service": "sns.amazonaws.com"})
    assert verdict(SERVICE, Policies(resource=[other])).kind == RESOURCE


@pytest.mark.documented(KMS)
@pytest.mark.parametrize(
    ("caller", "identity", "key_policy", "kind"),
    [
        (AS_ROLE, [ALLOW], NOTHING, RESOURCE),
        (AS_ROLE, [ALLOW], policy("Allow", {"AWS": ROOT}), ""),
        (AS_ROLE, [], policy("Allow", {"AWS": ROOT}), IDENTITY),
        (AS_ROLE, [], policy("Allow", {"AWS": ROLE}), ""),
        (PERSON, [], NOTHING, RESOURCE),
        (PERSON, [], policy("Allow", {"AWS": ROOT}), ""),
    ],
)
def test_a_key_must_allow_by_its_own_policy(
    caller: Caller, identity: list[Policy], key_policy: Policy, kind: str
) -> None:
    found = verdict(caller, Policies(identity, [key_policy], must_allow=RESOURCE), KEY)
    assert (found.allowed, found.kind) == (not kind, kind)


@pytest.mark.documented("https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html")
def test_a_role_is_assumed_only_by_whom_it_trusts() -> None:
    mine, other = policy("Allow", {"AWS": ROLE}), policy("Allow", {"AWS": ROLE + "2"})
    assert verdict(AS_ROLE, Policies([], [mine], must_allow=TRUST)).allowed
    assert verdict(AS_ROLE, Policies([ALLOW], [other], must_allow=TRUST)).kind == TRUST
    account = policy("Allow", {"AWS": ROOT})
    assert verdict(AS_ROLE, Policies([], [account], must_allow=TRUST)).kind == IDENTITY


@pytest.mark.documented(ONE_KIND)
@pytest.mark.parametrize(
    ("identity", "resource", "kind", "explicit"),
    [
        ([ALLOW], [policy("Allow", {"AWS": ROOT})], "", False),
        ([], [policy("Allow", {"AWS": ROOT})], RESOURCE, False),
        ([], [policy("Allow", {"AWS": ROLE})], IDENTITY, False),
        ([ALLOW], [], RESOURCE, False),
        ([], [], RESOURCE, False),
        ([DENY], [policy("Allow", {"AWS": ROLE})], IDENTITY, True),
        ([ALLOW], [policy("Deny", {"AWS": ROLE})], RESOURCE, True),
        ([DENY], [policy("Deny", {"AWS": ROLE})], RESOURCE, True),
    ],
)
def test_across_accounts_both_sides_must_allow(
    identity: list[Policy], resource: list[Policy], kind: str, explicit: bool
) -> None:
    found = verdict(AS_ROLE, Policies(identity, resource, owner=OTHER))
    assert (found.allowed, found.kind, found.explicit) == (not kind, kind, explicit)
    assert found.foreign or found.allowed


@pytest.mark.documented(CROSS)
@pytest.mark.parametrize("must_allow", [RESOURCE, TRUST])
def test_keys_and_roles_of_another_account_ask_both_sides_too(must_allow: str) -> None:
    mine = [policy("Allow", {"AWS": ROLE})]
    foreign = {"must_allow": must_allow, "owner": OTHER}
    assert verdict(AS_ROLE, Policies([ALLOW], mine, **foreign)).allowed
    assert verdict(AS_ROLE, Policies([], mine, **foreign)).kind == IDENTITY
    assert verdict(AS_ROLE, Policies([ALLOW], [], **foreign)).kind == must_allow
    # In one account the key's own policy would do.
    assert verdict(AS_ROLE, Policies([], mine, must_allow=must_allow, owner=ACCOUNT)).allowed


@pytest.mark.documented(CROSS)
def test_the_limits_of_a_session_hold_in_another_account_too() -> None:
    mine = [policy("Allow", {"AWS": SESSION_ARN})]
    assert verdict(AS_ROLE, Policies([ALLOW], mine, session=NOTHING, owner=OTHER)).kind == SESSION


def test_a_verdict_tells_which_condition_keys_were_asked_for() -> None:
    condition = {"StringEquals": {"aws:ResourceTag/team": "x"}}
    found = verdict(AS_ROLE, Policies([policy("Allow", Condition=condition)]))
    assert (found.allowed, found.asked) == (False, {"aws:resourcetag/team"})
