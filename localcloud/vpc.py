"""The VPC that a function, a build or a job is to be in: its subnets and groups are looked up in EC2.

Nothing runs in a VPC here: the machine's own network is used, and no interface is made. What is asked is
what AWS asks: that subnets and security groups are there and of one VPC, by whoever looks them up, and
that the role may make interfaces. Words of EC2's are observed in the services' that repeat them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from localcloud import clients
from localcloud.errors import AwsError
from localcloud.iam.authorization import gate
from localcloud.iam.authorization.caller import caller_of
from localcloud.iam.authorization.denial import Denied

# EC2's, whatever the code with which moto's denial comes.
UNAUTHORIZED = "UnauthorizedOperation"
_DENIALS = frozenset({"AccessDenied", "AccessDeniedException", UNAUTHORIZED})


class Refused(Exception):
    """EC2 refuses an operation: its code, its words, and what it was asked for."""

    def __init__(self, operation: str, code: str, message: str, asked: str) -> None:
        super().__init__(f"{operation}: {code}: {message}")
        self.operation, self.code, self.message, self.asked = operation, code, message, asked


def look_up(
    subnets: Sequence[str],
    groups: Sequence[str],
    region: str,
    credentials: clients.Credentials | None,
    account: str | None = None,
) -> str:
    """The id of the VPC that they are in, looked up with these credentials; raises Refused."""
    ec2 = clients.client("ec2", region, credentials, account=account)
    found = [
        *_asked(
            "DescribeSecurityGroups",
            groups,
            lambda: ec2.describe_security_groups(GroupIds=list(groups))["SecurityGroups"],
        ),
        *_asked(
            "DescribeSubnets",
            subnets,
            lambda: ec2.describe_subnets(SubnetIds=list(subnets))["Subnets"],
        ),
    ]
    vpcs = sorted({str(each["VpcId"]) for each in found})
    if len(vpcs) != 1:
        raise Refused(
            "DescribeSubnets",
            "InvalidParameter",
            f"The subnets and security groups must be in one VPC, and are in {', '.join(vpcs)}",
            ",".join(subnets),
        )
    return vpcs[0]


def may(
    operations: Sequence[str],
    subnets: Sequence[str],
    groups: Sequence[str],
    region: str,
    credentials: clients.Credentials,
    role_arn: str,
    service: str,
) -> None:
    """Raise Refused unless a role may do what a service does to network interfaces in its name."""
    account = role_arn.split(":")[4]
    partition = role_arn.split(":")[1]
    prefix = f"arn:{partition}:ec2:{region}:{account}"
    of_subnets = [f"{prefix}:subnet/{each}" for each in subnets]
    context = {"ec2:Subnet": of_subnets, "ec2:AuthorizedService": [service]}
    role = caller_of(credentials.access_key_id, region, account)
    for operation in operations:
        resources = [f"{prefix}:network-interface/*"]
        if operation == "CreateNetworkInterface":
            resources += [*of_subnets, *(f"{prefix}:security-group/{each}" for each in groups)]
        for resource in ["*"] if operation.startswith("Describe") else resources:
            try:
                gate.require(role, f"ec2:{operation}", resource, context, region=region)
            except Denied as denied:
                raise Refused(operation, UNAUTHORIZED, denied.message, resource) from denied


def _asked(operation: str, ids: Sequence[str], call: Callable[[], Any]) -> list[dict[str, Any]]:
    try:
        return list(call()) if ids else []
    except ClientError as error:
        told = error.response.get("Error", {})
        code = str(told.get("Code"))
        code = UNAUTHORIZED if code in _DENIALS else code
        raise Refused(operation, code, str(told.get("Message")), ",".join(ids)) from error
    except (BotoCoreError, AwsError) as error:
        raise Refused(operation, "InternalError", str(error), ",".join(ids)) from error
