"""Of which organization an account is (`aws:PrincipalOrgID` and its like)."""

from __future__ import annotations

from moto.organizations import organizations_backends
from moto.utilities.utils import get_partition


def organization_of(account: str, region: str = "") -> str | None:
    """The id of an account's organization (`o-…`); None if it is of none."""
    home = (account, get_partition(region))
    manager, partition = organizations_backends.master_accounts.get(account, home)
    if manager not in organizations_backends:
        return None
    organization = organizations_backends[manager][partition].org
    return None if organization is None else str(organization.id)
