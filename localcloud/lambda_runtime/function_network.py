"""A function's VPC and key, checked when it is made or changed.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html: whoever makes the function looks up
its subnets and groups, the function's role makes the interfaces. Words observed:
https://github.com/aws/aws-sdk-js/issues/1293, https://github.com/motdotla/node-lambda/issues/162,
https://github.com/serverless/serverless/issues/8209; those about a key are assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localcloud import clients, kms_keys, vpc
from localcloud.errors import AwsError
from localcloud.iam.authorization import gate
from localcloud.lambda_runtime.function_request import INVALID, SERVICE

# https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
OF_THE_ROLE = ("CreateNetworkInterface", "DescribeNetworkInterfaces", "DeleteNetworkInterface")


def checked(
    request: Mapping[str, Any], role_arn: str, account_id: str, region: str
) -> dict[str, Any]:
    """The request, its VpcConfig with the id of the VPC; raises InvalidParameterValueException."""
    _check_key(request.get("KMSKeyArn"), account_id, region)
    config = request.get("VpcConfig")
    if not config:
        return dict(request)
    subnets, groups = config.get("SubnetIds") or [], config.get("SecurityGroupIds") or []
    if not subnets or not groups:
        if subnets or groups:
            raise AwsError(INVALID, "SubnetIds and SecurityIds must coexist or be both empty list.")
        return {**request, "VpcConfig": {}}
    caller = gate.present_caller()
    try:
        vpc_id = vpc.look_up(
            subnets, groups, region, clients.as_caller(caller) if caller else None, account_id
        )
    except vpc.Refused as refused:
        raise AwsError(INVALID, _told(refused)) from refused
    try:
        session = clients.role_session(role_arn, "awslambda", SERVICE)
        vpc.may(OF_THE_ROLE, subnets, groups, region, session, role_arn, SERVICE)
    except vpc.Refused as refused:
        raise AwsError(
            INVALID,
            "The provided execution role does not have permissions to call "
            f"{refused.operation} on EC2",
        ) from refused
    return {**request, "VpcConfig": {**config, "VpcId": vpc_id}}


def _told(refused: vpc.Refused) -> str:
    if refused.code == vpc.UNAUTHORIZED:
        return (
            "Your access has been denied by EC2, please make sure your request credentials have "
            f"permission to {refused.operation} for {refused.asked}. EC2 Error Code: "
            f"{refused.code}. EC2 Error Message: {refused.message}"
        )
    return (
        f"Error occurred while {refused.operation}. EC2 Error Code: {refused.code}. "
        f"EC2 Error Message: {refused.message}"
    )


def _check_key(key_arn: str | None, account_id: str, region: str) -> None:
    if not key_arn:
        return
    state = kms_keys.state_of(account_id, region, key_arn)
    if state != "Enabled":
        why = f"is {state}" if state else "does not exist"
        raise AwsError(
            INVALID,
            "Lambda was unable to configure access to your environment variables because the KMS "
            f"key {key_arn} {why}. Please check your KMS key settings.",
        )
