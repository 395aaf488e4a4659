"""The Organizations API: moto's operations about the organization, its accounts and units."""

from __future__ import annotations

from moto.organizations.responses import OrganizationsResponse as MotoResponse


class OrganizationsResponse(MotoResponse):
    """Parses a request, calls the backend, answers."""

    # Not here, because nothing would act on them: policies of one's own (service and resource control),
    # delegated administrators, trusted access of services, closing and removing accounts.
    MOTO_OPERATIONS = {
        "the backend's own": ("CreateAccount",),
        "the organization and its accounts": (
            "CreateOrganization",
            "DeleteOrganization",
            "DescribeAccount",
            "DescribeCreateAccountStatus",
            "DescribeOrganization",
            "ListAccounts",
            "ListCreateAccountStatus",
        ),
        "units, in which nothing is allowed or denied": (
            "CreateOrganizationalUnit",
            "DeleteOrganizationalUnit",
            "DescribeOrganizationalUnit",
            "ListAccountsForParent",
            "ListChildren",
            "ListOrganizationalUnitsForParent",
            "ListParents",
            "ListRoots",
            "MoveAccount",
            "UpdateOrganizationalUnit",
        ),
        "AWS's own policies, which allow everything": (
            "DescribePolicy",
            "ListPolicies",
            "ListPoliciesForTarget",
            "ListTargetsForPolicy",
        ),
        "tags of accounts and units": ("ListTagsForResource", "TagResource", "UntagResource"),
    }
