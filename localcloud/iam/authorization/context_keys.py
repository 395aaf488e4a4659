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

from localcloud.iam.authorization import membership
from localcloud.iam.authorization.caller import Caller

Values = dict[str, list[str]]

# Of every request, when it applies; a key with a slash ends in whatever a tag's key is.
KNOWN = (
    "application-autoscaling:scalable-dimension",
    "application-autoscaling:service-namespace",
    "aws:CalledVia",
    "aws:CurrentTime",
    "aws:EpochTime",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalIsAWSService",
    "aws:PrincipalOrgID",
    "aws:PrincipalServiceName",
    "aws:PrincipalTag/",
    "aws:PrincipalType",
    "aws:RequestTag/",
    "aws:RequestedRegion",
    "aws:ResourceAccount",
    "aws:ResourceOrgID",
    "aws:SecureTransport",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceIp",
    "aws:SourceOrgID",
    "aws:SourceOwner",
    "aws:TagKeys",
    "aws:UserAgent",
    "aws:ViaAWSService",
    "aws:userid",
    "aws:username",
    "cloudformation:RoleArn",
    "cloudwatch:namespace",
    "ec2:AuthorizedService",
    "ec2:Subnet",
    "events:detail-type",
    "events:source",
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
    organization = membership.organization_of(caller.account, region)
    if caller.kind == "service":
        if organization:
            values["aws:SourceOrgID"] = [organization]
        values["aws:PrincipalServiceName"] = [caller.arn]
        if caller.source_arn:
            values["aws:SourceArn"] = [caller.source_arn]
        values["aws:SourceAccount"] = values["aws:SourceOwner"] = [caller.account]
        return values
    values["aws:PrincipalAccount"] = [caller.account]
    if organization:
        values["aws:PrincipalOrgID"] = [organization]
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
    "application-autoscaling": {
        "ScalableDimension": "application-autoscaling:scalable-dimension",
        "ServiceNamespace": "application-autoscaling:service-namespace",
    },
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
    if prefix == "events":
        values |= _of_events(request.get("Entries"))
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


def _of_events(entries: Any) -> Values:
    """Of PutEvents. AWS asks for each entry; here entries that differ have all their values together."""
    listed = entries if isinstance(entries, list) else []
    events = [each for each in listed if isinstance(each, Mapping)]
    found = {
        key: sorted({str(each[member]) for each in events if each.get(member)})
        for key, member in (("events:source", "Source"), ("events:detail-type", "DetailType"))
    }
    return {key: values for key, values in found.items() if values}


def of_resource(resource: str, account: str) -> Values:
    """What the resource itself says; `account` is its owner's."""
    values = {"aws:ResourceAccount": [account]}
    organization = membership.organization_of(account)
    if organization:
        values["aws:ResourceOrgID"] = [organization]
    if resource.split(":", 3)[2:3] == ["s3"]:
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
