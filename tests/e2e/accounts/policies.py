"""The policies that let a deployment across accounts happen, read where they are in force."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from demo.local_cloud import REGION

from .three_accounts import TOOLING, ThreeAccounts

Document = dict[str, Any]
# Whose a policy is.
DEPLOYMENT_ROLE, TRUST, FUNCTION = "deployment role", "its trust", "function's role"
ENDPOINT_ROLE, BUCKET, GROUP, KEY = "endpoint role", "artifact bucket", "group", "key"
BUS, FORWARDING = "event bus", "forwarding role"


@dataclass(frozen=True)
class Held:
    """A policy in force."""

    kind: str
    stage: str
    """The stage that it is about."""
    role: str
    """The name of the role that may do what it says."""
    read: Callable[[], Document]
    write: Callable[[Document], object]


def held_for(three: ThreeAccounts, stage: str) -> Iterator[Held]:
    """All that are about a stage."""
    deploys, serves = f"abalone-{stage}-deploy-{REGION}", f"abalone-{stage}-model-{REGION}"
    theirs, ours = three.client("iam", stage), three.client("iam", TOOLING)
    for kind, role in ((DEPLOYMENT_ROLE, deploys), (ENDPOINT_ROLE, serves)):
        yield _inline(theirs, kind, stage, role)
    yield _inline(theirs, FORWARDING, stage, _role_of_rule(three, stage))
    functions = ("deployer", "smoke-test") if stage == "staging" else ("deployer",)
    for name in functions:
        yield _inline(ours, FUNCTION, stage, f"abalone-{name}-{REGION}")
    yield Held(
        TRUST,
        stage,
        deploys,
        lambda: theirs.get_role(RoleName=deploys)["Role"]["AssumeRolePolicyDocument"],
        lambda document: theirs.update_assume_role_policy(
            RoleName=deploys, PolicyDocument=json.dumps(document)
        ),
    )
    s3, bucket = three.deployed.clients.s3, three.deployed.build["ArtifactBucketName"]
    yield Held(
        BUCKET,
        stage,
        serves,
        lambda: json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"]),
        lambda document: s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(document)),
    )
    sagemaker, group = (
        three.deployed.clients.sagemaker,
        three.deployed.build["ModelPackageGroupName"],
    )
    yield Held(
        GROUP,
        stage,
        deploys,
        lambda: json.loads(
            sagemaker.get_model_package_group_policy(ModelPackageGroupName=group)["ResourcePolicy"]
        ),
        lambda document: sagemaker.put_model_package_group_policy(
            ModelPackageGroupName=group, ResourcePolicy=json.dumps(document)
        ),
    )
    kms = three.client("kms", TOOLING)
    yield Held(
        KEY,
        stage,
        serves,
        lambda: json.loads(kms.get_key_policy(KeyId=three.key_arn, PolicyName="default")["Policy"]),
        lambda document: kms.put_key_policy(
            KeyId=three.key_arn, PolicyName="default", Policy=json.dumps(document)
        ),
    )
    events = three.client("events", TOOLING)
    yield Held(
        BUS,
        stage,
        _role_of_rule(three, stage),
        lambda: json.loads(events.describe_event_bus()["Policy"]),
        lambda document: events.put_permission(Policy=json.dumps(document)),
    )


def _inline(iam: Any, kind: str, stage: str, role: str) -> Held:
    """A role's one policy."""
    (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    assert iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"] == []
    return Held(
        kind,
        stage,
        role,
        lambda: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"],
        lambda document: iam.put_role_policy(
            RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document)
        ),
    )


def _role_of_rule(three: ThreeAccounts, stage: str) -> str:
    events = three.client("events", stage)
    (rule,) = events.list_rules()["Rules"]
    (target,) = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    return str(target["RoleArn"]).rpartition("/")[2]
