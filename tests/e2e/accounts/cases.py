"""In which situation each permission is needed: a table that has to know every permission that is found in
force, so that a new one has its test, or its reason to have none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .permissions import Permission
from .policies import (
    BUCKET,
    BUS,
    DEPLOYMENT_ROLE,
    ENDPOINT_ROLE,
    FORWARDING,
    FUNCTION,
    GROUP,
    KEY,
    TRUST,
)

# In the order in which a stage comes into them.
CREATION = "the endpoint is made"
MODEL_THERE = "the model is there already"
NOT_SERVED = "the endpoint starts"
FAILED_ENDPOINT = "there is an endpoint whose creation failed"
UNSCALED = "the endpoint is in service and not scaled"
UNTRACKED = "its scaling has no policy"
TESTED = "staging is tested"
UPDATE = "the endpoint is updated, after 100 requests"
WATCHED = "the update is under way"
SCALED = "the update changes the instance type of a scaled endpoint"
DEREGISTERED = "its scaling is taken out of the way"
PRUNED = "an old version is removed"
ALARM = "an alarm goes off"
CAPTURE = "a request is captured"
PAGE = Path(__file__).resolve().parents[3] / "docs" / "deployments.md"
FAILS = "the stage fails, and its summary names the action and the role"
SUCCEEDS = "the version is live, and the summary names what keeps old ones from being removed"
LOGGED = "an alarm is not told, or nothing is captured; a log of the local cloud's names it"
REASONED = "only AWS asks for it; `tests/e2e/accounts/cases.py` has the reasons"


@dataclass(frozen=True)
class Case:
    """Where a permission is needed; or why no deployment here needs it."""

    kind: str
    action: str
    situation: str = ""
    on: str = ""
    """A part of the resources, or of the role's name, where the action alone does not tell."""
    sampled: str = ""
    """The stage whose permission every run of the tests takes away."""
    reason: str = ""

    def covers(self, permission: Permission) -> bool:
        """Whether it is about this permission."""
        action, wanted = permission.action, self.action
        same = action.startswith(wanted[:-1]) if wanted.endswith("*") else action == wanted
        about = f"{permission.on} {permission.held.role}"
        return same and self.kind == permission.held.kind and self.on in about


def _deployment(situation: str, *actions: str, on: str = "", sampled: str = "") -> tuple[Case, ...]:
    return tuple(Case(DEPLOYMENT_ROLE, each, situation, on, sampled) for each in actions)


_OBJECT = (
    "SageMaker's pages on its roles ask for it; to read one object, which is there, needs it not."
)
_BY_ITSELF = "SageMaker does it as this role (sagemaker-roles); the local cloud does it by itself."
CASES = (
    *_deployment(CREATION, "iam:PassRole", sampled="staging"),
    *_deployment(CREATION, "sagemaker:CreateModel", sampled="prod"),
    *_deployment(
        CREATION,
        "cloudwatch:DescribeAlarms",
        "sagemaker:CreateEndpointConfig",
        "sagemaker:DescribeEndpoint",
    ),
    *_deployment(CREATION, "sagemaker:AddTags", on="model/"),
    *_deployment(CREATION, "sagemaker:AddTags", on="endpoint-config/"),
    *_deployment(CREATION, "sagemaker:AddTags", on="endpoint/"),
    Case(TRUST, "sts:AssumeRole", CREATION, "the account"),
    Case(TRUST, "sts:AssumeRole", CREATION, "the external id", sampled="staging"),
    Case(TRUST, "sts:AssumeRole", CREATION, "abalone-deployer"),
    Case(TRUST, "sts:AssumeRole", TESTED, "abalone-smoke-test"),
    Case(FUNCTION, "sts:AssumeRole", CREATION, "abalone-deployer", sampled="prod"),
    Case(FUNCTION, "sts:AssumeRole", TESTED, "abalone-smoke-test", sampled="staging"),
    Case(GROUP, "sagemaker:CreateModel", CREATION, sampled="staging"),
    # The last of these leaves the model behind.
    *_deployment(CREATION, "sagemaker:CreateEndpoint"),
    *_deployment(MODEL_THERE, "sagemaker:DescribeModel"),
    Case(BUCKET, "s3:GetObject", NOT_SERVED, sampled="prod"),
    Case(KEY, "kms:Decrypt", NOT_SERVED, sampled="staging"),
    Case(ENDPOINT_ROLE, "s3:GetObject", NOT_SERVED),
    Case(ENDPOINT_ROLE, "kms:Decrypt", NOT_SERVED, sampled="prod"),
    *_deployment(FAILED_ENDPOINT, "sagemaker:DeleteEndpoint", sampled="prod"),
    *_deployment(
        UNSCALED,
        "application-autoscaling:DescribeScalableTargets",
        "application-autoscaling:RegisterScalableTarget",
        "sagemaker:UpdateEndpointWeightsAndCapacities",
    ),
    *_deployment(
        UNTRACKED,
        "application-autoscaling:DescribeScalingPolicies",
        "application-autoscaling:PutScalingPolicy",
    ),
    *_deployment(UNTRACKED, "cloudwatch:PutMetricAlarm", on="TargetTracking"),
    *_deployment(TESTED, "sagemaker:InvokeEndpoint", sampled="staging"),
    *_deployment(UPDATE, "cloudwatch:GetMetricStatistics", "sagemaker:DescribeEndpointConfig"),
    *_deployment(UPDATE, "cloudwatch:PutMetricAlarm", "cloudwatch:TagResource", on="-v*"),
    *_deployment(UPDATE, "sagemaker:UpdateEndpoint", sampled="prod"),
    Case(ENDPOINT_ROLE, "cloudwatch:DescribeAlarms", WATCHED, sampled="staging"),
    *_deployment(SCALED, "application-autoscaling:DescribeScheduledActions"),
    *_deployment(DEREGISTERED, "application-autoscaling:DeregisterScalableTarget"),
    *_deployment(DEREGISTERED, "cloudwatch:DeleteAlarms", on="TargetTracking"),
    *_deployment(
        PRUNED,
        "sagemaker:ListEndpointConfigs",
        "sagemaker:ListModels",
        "sagemaker:DeleteEndpointConfig",
        "sagemaker:DeleteModel",
    ),
    *_deployment(PRUNED, "cloudwatch:DeleteAlarms", on="-v*"),
    Case(BUS, "events:PutEvents", ALARM, sampled="staging"),
    Case(FORWARDING, "events:PutEvents", ALARM, sampled="prod"),
    Case(ENDPOINT_ROLE, "s3:PutObject", CAPTURE),
    Case(
        DEPLOYMENT_ROLE,
        "iam:CreateServiceLinkedRole",
        reason="The first scaling in an account makes the role that scales; the local cloud has none.",
    ),
    Case(
        GROUP,
        "sagemaker:DescribeModelPackage",
        reason="AWS's page on deploying across accounts has it beside CreateModel, which the local"
        " cloud asks for alone. The functions describe versions at home, and the deployment role's own"
        " policy does not allow it.",
    ),
    *(
        Case(kind, f"s3:{verb}", reason=_OBJECT)
        for kind in (BUCKET, ENDPOINT_ROLE)
        for verb in ("ListBucket", "GetBucketLocation")
    ),
    *(
        Case(ENDPOINT_ROLE, action, reason=_BY_ITSELF)
        for action in ("ecr:*", "logs:*", "cloudwatch:PutMetricData")
    ),
)


def case_of(permission: Permission) -> Case:
    """The first line about a permission. Raises AssertionError when there is none."""
    found = next((case for case in CASES if case.covers(permission)), None)
    assert found is not None, f"no line of cases.py says what needs {permission}"
    return found


def needed(
    permissions: Iterable[Permission], stage: str, situation: str, which: str
) -> list[Permission]:
    """The permissions of a stage that a situation needs, in the table's order: all or the sample."""
    mine = [each for each in permissions if each.held.stage == stage]
    return [
        permission
        for case in CASES
        if case.situation == situation and (which == "all" or case.sampled == stage)
        for permission in mine
        if case_of(permission) is case
    ]


def counts(permissions: Iterable[Permission]) -> dict[str, int]:
    """How many there are of each kind of outcome."""
    others = {"": REASONED, PRUNED: SUCCEEDS, ALARM: LOGGED, CAPTURE: LOGGED}
    return dict(Counter(others.get(case_of(each).situation, FAILS) for each in permissions))


def rows(counted: dict[str, int]) -> list[str]:
    """As docs/deployments.md has them."""
    return [f"| {what} | {counted[what]} |" for what in (FAILS, SUCCEEDS, LOGGED, REASONED)]


def documented() -> dict[str, int]:
    """What the page says."""
    page = PAGE.read_text(encoding="utf-8")
    found = {
        what: re.search(rf"^\| {re.escape(what)} \| (\d+) \|$", page, re.MULTILINE)
        for what in (FAILS, SUCCEEDS, LOGGED, REASONED)
    }
    return {what: int(match[1]) for what, match in found.items() if match}
