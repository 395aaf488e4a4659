"""An organization on a running local cloud: its management account, and two members."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from tests.local_server import ACCOUNT, REGION, LocalCloud, serving

ACCESS_ROLE = "OrganizationAccountAccessRole"
OTHER_REGION = "eu-west-1"


@dataclass(frozen=True)
class Session:
    """Credentials of a role, and clients with them."""

    endpoint: str
    account: str
    arn: str
    credentials: dict[str, Any]

    def client(self, service: str, region: str = REGION) -> Any:
        """A client of a service as this session."""
        return self.cloud(region).client(service)

    def cloud(self, region: str = REGION) -> LocalCloud:
        """Clients as this session, with what tests make in an account."""
        session = boto3.Session(
            self.credentials["AccessKeyId"],
            self.credentials["SecretAccessKey"],
            self.credentials["SessionToken"],
            region,
        )
        return LocalCloud(self.endpoint, session=session)


Assume = Callable[..., Session]


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running local cloud."""
    with serving(tmp_path_factory.mktemp("state")) as address:
        yield address


@pytest.fixture(scope="module")
def person(endpoint: str) -> LocalCloud:
    """The clients of the management account's administrator."""
    return LocalCloud(endpoint)


@pytest.fixture(scope="module")
def members(person: LocalCloud) -> list[str]:
    """The ids of two member accounts."""
    organizations = person.client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    made = [
        organizations.create_account(AccountName=name, Email=f"{name}@example.com")
        for name in ("staging", "prod")
    ]
    return [each["CreateAccountStatus"]["AccountId"] for each in made]


@pytest.fixture(scope="module")
def assume(person: LocalCloud) -> Assume:
    """A session of a role, assumed by the person or with another session."""

    def assume_role(role_arn: str, by: Session | None = None, **more: Any) -> Session:
        sts = by.client("sts") if by else person.client("sts")
        made = sts.assume_role(RoleArn=role_arn, RoleSessionName="tester", **more)
        return Session(
            person.endpoint,
            role_arn.split(":")[4],
            made["AssumedRoleUser"]["Arn"],
            made["Credentials"],
        )

    return assume_role


@pytest.fixture(scope="module")
def staging(members: list[str], assume: Assume) -> Session:
    """The administrator of a member account."""
    return assume(f"arn:aws:iam::{members[0]}:role/{ACCESS_ROLE}")


@pytest.fixture(scope="module")
def prod(members: list[str], assume: Assume) -> Session:
    """The administrator of the other member account."""
    return assume(f"arn:aws:iam::{members[1]}:role/{ACCESS_ROLE}")


@pytest.fixture
def worker(staging: Session, assume: Assume) -> Callable[..., Session]:
    """A session of a new role of the staging account, which is allowed what the statements say."""
    numbers = iter(range(100))

    def make(*statements: dict[str, Any]) -> Session:
        name = f"worker-{id(numbers)}-{next(numbers)}"
        nothing = {"Effect": "Allow", "Action": "sts:GetCallerIdentity", "Resource": "*"}
        arn = staging.cloud().make_role(
            name, {"AWS": f"arn:aws:iam::{staging.account}:root"}, *(statements or (nothing,))
        )
        return assume(arn, staging)

    return make


def allow(action: str | list[str], resource: str = "*", **more: Any) -> dict[str, Any]:
    """A statement that allows."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def grant(
    account: str, action: str | list[str], resource: str = "*", **more: Any
) -> dict[str, Any]:
    """A statement of a resource's policy that lets an account's own policies decide."""
    return {**allow(action, resource, **more), "Principal": {"AWS": f"arn:aws:iam::{account}:root"}}


__all__ = [
    "ACCESS_ROLE",
    "ACCOUNT",
    "OTHER_REGION",
    "REGION",
    "Assume",
    "Session",
    "allow",
    "grant",
]
