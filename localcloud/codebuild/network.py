"""A project's VPC: looked up as the service role, which makes the interfaces of its builds.

https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-iam-identity-based-access-control.html#customer-managed-policies-example-create-vpc-network-interface.
Words observed: https://github.com/aws/aws-cdk/issues/2652, https://github.com/aws/aws-cdk/issues/12705;
those about what is not there are assumed. Difference: a build has no `networkInterface`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localcloud import clients, vpc
from localcloud.codebuild.build import Build
from localcloud.codebuild.errors import SERVICE, PhaseFailed, invalid_input

MEMBERS = ("vpcId", "subnets", "securityGroupIds")
OF_A_BUILD = (
    "CreateNetworkInterface",
    "DescribeNetworkInterfaces",
    "DeleteNetworkInterface",
    "CreateNetworkInterfacePermission",
)


def check(config: Mapping[str, Any], role_arn: str, region: str) -> None:
    """Raise InvalidInputException for a VPC, subnet or group that the role cannot find."""
    if not config:
        return
    for name in MEMBERS:
        if not config.get(name):
            raise invalid_input(f"Invalid vpc config: {name} is required")
    try:
        found = vpc.look_up(
            config["subnets"],
            config["securityGroupIds"],
            region,
            clients.role_session(role_arn, "AWSCodeBuild", SERVICE),
        )
    except vpc.Refused as refused:
        if refused.code == vpc.UNAUTHORIZED:
            raise invalid_input(f"Not authorized to perform {refused.operation}") from refused
        raise invalid_input(f"Invalid vpc config: {refused.message}") from refused
    if found != config["vpcId"]:
        raise invalid_input(
            f"Invalid vpc config: the subnets and security groups are in {found}, not in "
            f"{config['vpcId']}"
        )


def attach(build: Build, credentials: clients.Credentials) -> None:
    """Raise PhaseFailed unless the role may make a build's interface."""
    config, role = build.plan.vpc, build.plan.service_role
    if not config:
        return
    subnets, groups = config["subnets"], config["securityGroupIds"]
    try:
        vpc.may(OF_A_BUILD, subnets, groups, build.region, credentials, role, SERVICE)
    except vpc.Refused as refused:
        raise PhaseFailed("VPC_CLIENT_ERROR", f"Unexpected EC2 error: {refused.code}") from refused
