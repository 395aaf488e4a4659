"""The condition keys of a request, and those that this cloud knows.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html and the lists of
the services in the Service Authorization Reference. A statement that concerns a request and asks for a
key that is not listed here is refused by name: to ignore it would allow or deny what AWS does not.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from localcloud.iam.authorization.caller import Caller

Values = dict[str, list[str]]

# Of every request, when it applies; a key with a slash ends in whatever a tag's key is.
KNOWN = (
    "aws:CalledVia",
    "aws:CurrentTime",
    "aws:EpochTime",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalIsAWSService",
    "aws:PrincipalServiceName",
    "aws:PrincipalTag/",
    "aws:PrincipalType",
    "aws:RequestTag/",
    "aws:RequestedRegion",
    "aws:ResourceAccount",
    "aws:SecureTransport",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceIp",
    "aws:SourceOwner",
    "aws:TagKeys",
    "aws:UserAgent",
    "aws:ViaAWSService",
    "aws:userid",
    "aws:username",
    "cloudformation:RoleArn",
    "cloudwatch:namespace",
    "iam:PassedToService",
    "iam:PermissionsBoundary",
    "iam:PolicyARN",
    "kms:CallerAccount",
    "kms:ViaService",
    "lambda:FunctionArn",
    "s3:ResourceAccount",
    "s3:VersionId",
    "s3:delimiter",
    "s3:max-keys",
    "s3:prefix",
    "s3:x-amz-acl",
    "s3:x-amz-server-side-encryption",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "sagemaker:InstanceTypes",
    "sagemaker:ModelApprovalStatus",
    "sts:ExternalId",
    "sts:RoleSessionName",
)
_KNOWN = frozenset(key.lower() for key in KNOWN if not key.endswith("/"))
_KNOWN_PREFIXES = tuple(key.lower() for key in KNOWN if key.endswith("/"))


def is_known(key: str) -> bool:
    """Whether a condition key, in any case, is one that this cloud gives its value where it has one."""
    return key.lower() in _KNOWN or key.lower().startswith(_KNOWN_PREFIXES)


def of_caller(caller: Caller, region: str, user_agent: str = "") -> Values:
    """What any request of this caller has."""
    now = time.time()
    values: Values = {
        "aws:CurrentTime": [datetime.fromtimestamp(now, UTC).isoformat()],
        "aws:EpochTime": [str(int(now))],
        "aws:RequestedRegion": [region],
        # Plain HTTP stands for AWS's HTTPS, and the machine itself for wherever the caller is.
        "aws:SecureTransport": ["true"],
        "aws:SourceIp": ["127.0.0.1"],
        "aws:UserAgent": [user_agent],
        "aws:ViaAWSService": ["false"],
        "aws:PrincipalIsAWSService": [str(caller.kind == "service").lower()],
    }
    if caller.kind == "service":
        values["aws:PrincipalServiceName"] = [caller.arn]
        if caller.source_arn:
            values["aws:SourceArn"] = [caller.source_arn]
        values["aws:SourceAccount"] = values["aws:SourceOwner"] = [caller.account]
        return values
    values["aws:PrincipalAccount"] = [caller.account]
    values["aws:PrincipalArn"] = [caller.principal_arn or caller.arn]
    values["aws:PrincipalType"] = [_TYPES.get(caller.kind, "User")]
    # Amazon SNS gives it for any caller, not only for services: a topic's default policy asks for it.
    values["aws:SourceOwner"] = [caller.account]
    if caller.kind == "user":
        values["aws:username"] = [caller.arn.rpartition("/")[2]]
    for key, value in caller.tags.items():
        values[f"aws:PrincipalTag/{key}"] = [value]
    return values


_TYPES = {"role": "AssumedRole", "user": "User", "person": "User"}

# Members of requests that are condition keys of their services.
_MEMBERS = {
    "cloudformation": {"RoleARN": "cloudformation:RoleArn"},
    "cloudwatch": {"Namespace": "cloudwatch:namespace"},
    "iam": {"PermissionsBoundary": "iam:PermissionsBoundary", "PolicyArn": "iam:PolicyARN"},
    "lambda": {"FunctionName": "lambda:FunctionArn"},
    "sagemaker": {"ModelApprovalStatus": "sagemaker:ModelApprovalStatus"},
    "sts": {"ExternalId": "sts:ExternalId", "RoleSessionName": "sts:RoleSessionName"},
}


def of_request(prefix: str, request: Mapping[str, Any]) -> Values:
    """What the members of a request say."""
    values: Values = {
        key: [str(request[member])]
        for member, key in _MEMBERS.get(prefix, {}).items()
        if request.get(member) is not None
    }
    tags = request.get("Tags") or request.get("tags")
    pairs = _pairs(tags)
    if pairs:
        values["aws:TagKeys"] = [key for key, _ in pairs]
        values |= {f"aws:RequestTag/{key}": [value] for key, value in pairs}
    if prefix == "sagemaker":
        types = sorted(set(_instance_types(request)))
        if types:
            values["sagemaker:InstanceTypes"] = types
    return values


def of_resource(resource: str, default_account: str) -> Values:
    """What the resource itself says: an S3 ARN has no account, its bucket is the account's own."""
    parts = resource.split(":", 5)
    account = (parts[4] if len(parts) == 6 else "") or default_account
    values = {"aws:ResourceAccount": [account]}
    if resource.startswith("arn:") and parts[2] == "s3":
        values["s3:ResourceAccount"] = [account]
    return values


def _pairs(tags: Any) -> list[tuple[str, str]]:
    if isinstance(tags, Mapping):
        return [(str(key), str(value)) for key, value in tags.items()]
    if not isinstance(tags, Sequence) or isinstance(tags, str):
        return []
    pairs = []
    for each in tags:
        if isinstance(each, Mapping):
            named = {name.lower(): value for name, value in each.items()}
            if "key" in named:
                pairs.append((str(named["key"]), str(named.get("value", ""))))
    return pairs


def _instance_types(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        found = [str(value["InstanceType"])] if isinstance(value.get("InstanceType"), str) else []
        return found + [each for item in value.values() for each in _instance_types(item)]
    if isinstance(value, list):
        return [each for item in value for each in _instance_types(item)]
    return []
