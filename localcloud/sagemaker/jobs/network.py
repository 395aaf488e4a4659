"""The VPC of a job or model: its subnets and groups are looked up as the role, which makes interfaces.

https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html and sagemaker-roles.html. Assumed: that the
request is refused, and its words; AWS's pages do not say whether that or the job fails. The job itself uses
the machine's own network.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localcloud import vpc
from localcloud.errors import ValidationException
from localcloud.sagemaker.jobs.job_environment import PRINCIPAL, session

OF_A_JOB = (
    "CreateNetworkInterface",
    "CreateNetworkInterfacePermission",
    "DeleteNetworkInterface",
    "DescribeNetworkInterfaces",
)


def check(config: Mapping[str, Any] | None, role_arn: str, region: str) -> None:
    """Raise ValidationException for a `VpcConfig` in which the role could run nothing."""
    if not config:
        return
    subnets, groups = config["Subnets"], config["SecurityGroupIds"]
    credentials = session(role_arn)
    try:
        vpc.look_up(subnets, groups, region, credentials)
        vpc.may(OF_A_JOB, subnets, groups, region, credentials, role_arn, PRINCIPAL)
    except vpc.Refused as refused:
        raise ValidationException(
            f"The VPC of VpcConfig cannot be used by role {role_arn}. EC2 answers "
            f"{refused.operation} with {refused.code}: {refused.message}"
        ) from refused
