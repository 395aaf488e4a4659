"""Roles with few permissions on a running local cloud, and clients with their sessions."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from tests.local_server import ACCOUNT, REGION, LocalCloud, policy, trust

ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
_numbers = itertools.count()


@dataclass(frozen=True)
class Session:
    """A session of a role of its own."""

    endpoint: str
    role_arn: str
    credentials: dict[str, str]

    @property
    def arn(self) -> str:
        return f"arn:aws:sts::{ACCOUNT}:assumed-role/{self.role_arn.rpartition('/')[2]}/tester"

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=self.endpoint,
            aws_access_key_id=self.credentials["AccessKeyId"],
            aws_secret_access_key=self.credentials["SecretAccessKey"],
            aws_session_token=self.credentials["SessionToken"],
        )


Allowed = Callable[..., Session]


def allow(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    """A statement that allows."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


@pytest.fixture(scope="module")
def person(endpoint: str) -> LocalCloud:
    """The clients of the account's administrator."""
    return LocalCloud(endpoint)


@pytest.fixture
def session(person: LocalCloud) -> Allowed:
    """Make a session of a new role that is allowed what the statements say."""

    def make(
        *statements: dict[str, Any],
        boundary: dict[str, Any] | None = None,
        session_policy: dict[str, Any] | None = None,
    ) -> Session:
        name = f"role-{next(_numbers)}"
        iam = person.client("iam")
        bound = {}
        if boundary is not None:
            made = iam.create_policy(PolicyName=f"{name}-boundary", PolicyDocument=policy(boundary))
            bound = {"PermissionsBoundary": made["Policy"]["Arn"]}
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(ROOT), **bound)
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy(*statements))
        narrowed = {"Policy": policy(session_policy)} if session_policy else {}
        assumed = person.client("sts").assume_role(
            RoleArn=role["Role"]["Arn"], RoleSessionName="tester", **narrowed
        )
        return Session(person.endpoint, role["Role"]["Arn"], assumed["Credentials"])

    return make


@pytest.fixture(scope="module")
def bucket(person: LocalCloud) -> str:
    """A bucket with one object, `key`."""
    s3 = person.client("s3")
    s3.create_bucket(Bucket="authorization")
    s3.put_object(Bucket="authorization", Key="key", Body=b"content")
    return "authorization"


def document(*statements: dict[str, Any]) -> str:
    """A policy as text."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
