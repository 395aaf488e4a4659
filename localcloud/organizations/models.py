"""The Organizations backend: moto's, with accounts that can be worked in.

https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html: a new account has
one role, `OrganizationAccountAccessRole` unless named otherwise, with AdministratorAccess, which the
management account may assume
(https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access.html).
Difference: the account is there when CreateAccount answers (AWS: within minutes).
"""

from __future__ import annotations

import json
from typing import Any

from moto.core.utils import utcnow
from moto.iam import iam_backends
from moto.organizations import organizations_backends, utils
from moto.organizations.models import FakeAccount, FakeOrganization
from moto.organizations.models import OrganizationsBackend as MotoBackend
from moto.utilities.utils import get_partition

from localcloud.errors import AwsError

ROLE_NAME = "OrganizationAccountAccessRole"
_ADMINISTRATOR = "arn:{}:iam::aws:policy/AdministratorAccess"


class Account(FakeAccount):
    """A member of an organization. moto's own makes a role without permissions, at once, and for the
    management account in one that nobody knows; here `OrganizationsBackend` makes it."""

    def __init__(self, organization: FakeOrganization, **kwargs: Any) -> None:
        self.type = "ACCOUNT"
        self.region = organization.region
        self.organization_id = organization.id
        self.master_account_id = organization.master_account_id
        self.create_account_status_id = utils.make_random_create_account_status_id()
        self.id = kwargs.get("AccountId") or utils.make_random_account_id()
        self.name = kwargs["AccountName"]
        self.email = kwargs["Email"]
        self.create_time = utcnow()
        self.status = "ACTIVE"
        self.state = "ACTIVE"
        self.joined_method = "CREATED"
        self.parent_id = organization.root_id
        self.attached_policies: list[Any] = []
        self.tags = {tag["Key"]: tag["Value"] for tag in kwargs.get("Tags") or []}


class OrganizationsBackend(MotoBackend):
    """State of Organizations in one account."""

    def create_account(self, **kwargs: Any) -> dict[str, Any]:
        """CreateAccount. `AccountId`, which the API does not have, chooses the new account's id."""
        status: dict[str, Any] = super().create_account(**kwargs)
        account_id = status["CreateAccountStatus"]["AccountId"]
        _make_role(
            account_id, self.account_id, kwargs.get("RoleName") or ROLE_NAME, self.region_name
        )
        return status


def make_account(account_id: str, *, manager: str, region: str) -> None:
    """An account of a given id in the organization of `manager`, which is made if there is none."""
    backend: Any = organizations_backends[manager][get_partition(region)]
    if account_id == manager:
        raise AwsError("InvalidInputException", f"{account_id} is the management account's own id")
    if backend.org is None:
        backend.create_organization(region=region)
    backend.create_account(
        AccountId=account_id, AccountName=account_id, Email=f"{account_id}@example.com"
    )


def _make_role(account_id: str, manager: str, name: str, region: str) -> None:
    partition = get_partition(region)
    trusted = f"arn:{partition}:iam::{manager}:root"
    statement = {"Effect": "Allow", "Principal": {"AWS": trusted}, "Action": "sts:AssumeRole"}
    iam = iam_backends[account_id][partition]
    iam.create_role(
        role_name=name,
        assume_role_policy_document=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        path="/",
        permissions_boundary=None,
        description="",
        tags=[],
        max_session_duration="3600",
    )
    iam.attach_role_policy(_ADMINISTRATOR.format(partition), name)
