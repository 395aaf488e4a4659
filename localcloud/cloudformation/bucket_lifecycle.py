"""A bucket's lifecycle rules: from CloudFormation's shape to S3's.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-rule.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleRule.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localcloud.cloudformation.property_values import truth
from localcloud.cloudformation.resource import check_members

RULE_MEMBERS = frozenset(
    {
        "AbortIncompleteMultipartUpload",
        "ExpirationDate",
        "ExpirationInDays",
        "ExpiredObjectDeleteMarker",
        "Id",
        "NoncurrentVersionExpiration",
        "NoncurrentVersionExpirationInDays",
        "NoncurrentVersionTransitions",
        "Prefix",
        "Status",
        "TagFilters",
        "Transitions",
    }
)


def lifecycle_rules(configuration: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rules as PutBucketLifecycleConfiguration takes them."""
    check_members("AWS::S3::Bucket.LifecycleConfiguration", configuration, {"Rules"})
    return [_rule(rule, number) for number, rule in enumerate(configuration["Rules"], 1)]


def _rule(rule: Mapping[str, Any], number: int) -> dict[str, Any]:
    check_members("AWS::S3::Bucket.LifecycleConfiguration.Rules", rule, RULE_MEMBERS)
    made: dict[str, Any] = {
        "ID": rule.get("Id", f"rule-{number}"),
        "Status": rule["Status"],
        "Filter": _filter(rule),
    }
    expiration: dict[str, Any] = {}
    if "ExpirationInDays" in rule:
        expiration["Days"] = int(rule["ExpirationInDays"])
    if "ExpirationDate" in rule:
        expiration["Date"] = rule["ExpirationDate"]
    if "ExpiredObjectDeleteMarker" in rule:
        expiration["ExpiredObjectDeleteMarker"] = truth(rule["ExpiredObjectDeleteMarker"])
    if expiration:
        made["Expiration"] = expiration
    noncurrent = rule.get("NoncurrentVersionExpiration")
    if noncurrent is None and "NoncurrentVersionExpirationInDays" in rule:
        noncurrent = {"NoncurrentDays": rule["NoncurrentVersionExpirationInDays"]}
    if noncurrent is not None:
        made["NoncurrentVersionExpiration"] = {key: int(item) for key, item in noncurrent.items()}
    if "AbortIncompleteMultipartUpload" in rule:
        days = int(rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"])
        made["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": days}
    if "Transitions" in rule:
        made["Transitions"] = [_transition(item) for item in rule["Transitions"]]
    if "NoncurrentVersionTransitions" in rule:
        made["NoncurrentVersionTransitions"] = [
            {"NoncurrentDays": int(item["TransitionInDays"]), "StorageClass": item["StorageClass"]}
            for item in rule["NoncurrentVersionTransitions"]
        ]
    return made


def _filter(rule: Mapping[str, Any]) -> dict[str, Any]:
    prefix, tags = rule.get("Prefix"), rule.get("TagFilters", [])
    if len(tags) + (prefix is not None) > 1:
        both: dict[str, Any] = {"Tags": tags}
        if prefix is not None:
            both["Prefix"] = prefix
        return {"And": both}
    return {"Tag": tags[0]} if tags else {"Prefix": prefix or ""}


def _transition(item: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"StorageClass": item["StorageClass"]}
    if "TransitionInDays" in item:
        made["Days"] = int(item["TransitionInDays"])
    if "TransitionDate" in item:
        made["Date"] = item["TransitionDate"]
    return made
