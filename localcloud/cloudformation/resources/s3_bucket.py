"""AWS::S3::Bucket.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from localcloud.cloudformation.bucket_lifecycle import lifecycle_rules
from localcloud.cloudformation.property_values import truth
from localcloud.cloudformation.resource import Context, Created, Resource, check_members
from localcloud.errors import AwsError, unsupported

TYPE = "AWS::S3::Bucket"
CANNED_ACLS = {
    "Private": "private",
    "PublicRead": "public-read",
    "PublicReadWrite": "public-read-write",
    "AuthenticatedRead": "authenticated-read",
    "LogDeliveryWrite": "log-delivery-write",
    "BucketOwnerRead": "bucket-owner-read",
    "BucketOwnerFullControl": "bucket-owner-full-control",
}
# CloudFormation's list and member, and S3's.
NOTIFICATIONS = (
    ("LambdaConfigurations", "Function", "LambdaFunctionConfigurations", "LambdaFunctionArn"),
    ("QueueConfigurations", "Queue", "QueueConfigurations", "QueueArn"),
    ("TopicConfigurations", "Topic", "TopicConfigurations", "TopicArn"),
)


class Bucket(Resource):
    """A bucket, with the configurations that S3 sets one by one."""

    type_name = TYPE
    name_property = "BucketName"
    properties = frozenset(
        {
            "AccessControl",
            "BucketEncryption",
            "BucketName",
            "LifecycleConfiguration",
            "LoggingConfiguration",
            "NotificationConfiguration",
            "OwnershipControls",
            "PublicAccessBlockConfiguration",
            "Tags",
            "VersioningConfiguration",
        }
    )
    create_only = frozenset({"BucketName"})
    attributes = frozenset(
        {"Arn", "DomainName", "DualStackDomainName", "RegionalDomainName", "WebsiteURL"}
    )

    def create(self, properties: dict[str, Any], context: Context) -> Created:
        name = properties.get("BucketName") or context.generate_name(63, lower=True)
        s3 = context.client("s3")
        # In us-east-1, S3 answers the creation of a bucket that the account has with success.
        if any(bucket["Name"] == name for bucket in s3.list_buckets().get("Buckets", [])):
            raise AwsError("AlreadyExists", f"{name} already exists")
        request: dict[str, Any] = {"Bucket": name}
        if context.region != "us-east-1":
            request["CreateBucketConfiguration"] = {"LocationConstraint": context.region}
        s3.create_bucket(**request)
        context.made(name)
        self._configure(s3, name, {}, properties, context)
        region, suffix = context.region, "amazonaws.com"
        return Created(
            name,
            {
                "Arn": f"arn:{context.partition}:s3:::{name}",
                "DomainName": f"{name}.s3.{suffix}",
                "DualStackDomainName": f"{name}.s3.dualstack.{region}.{suffix}",
                "RegionalDomainName": f"{name}.s3.{region}.{suffix}",
                "WebsiteURL": f"http://{name}.s3-website-{region}.{suffix}",
            },
        )

    def update(
        self, physical_id: str, old: dict[str, Any], new: dict[str, Any], context: Context
    ) -> None:
        self._configure(context.client("s3"), physical_id, old, new, context)

    def delete(self, physical_id: str, properties: dict[str, Any], context: Context) -> None:
        s3 = context.client("s3")
        with contextlib.suppress(s3.exceptions.NoSuchBucket):
            s3.delete_bucket(Bucket=physical_id)

    def _configure(
        self, s3: Any, name: str, old: dict[str, Any], new: dict[str, Any], context: Context
    ) -> None:
        def changed(member: str) -> bool:
            return bool(old.get(member) != new.get(member))

        if changed("VersioningConfiguration"):
            wanted = new.get("VersioningConfiguration", {"Status": "Suspended"})
            check_members(f"{TYPE}.VersioningConfiguration", wanted, {"Status"})
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration=wanted)
        if changed("BucketEncryption"):
            if "BucketEncryption" in new:
                s3.put_bucket_encryption(
                    Bucket=name,
                    ServerSideEncryptionConfiguration=_encryption(new["BucketEncryption"]),
                )
            else:
                s3.delete_bucket_encryption(Bucket=name)
        if changed("PublicAccessBlockConfiguration"):
            if "PublicAccessBlockConfiguration" in new:
                s3.put_public_access_block(
                    Bucket=name,
                    PublicAccessBlockConfiguration={
                        key: truth(value)
                        for key, value in new["PublicAccessBlockConfiguration"].items()
                    },
                )
            else:
                s3.delete_public_access_block(Bucket=name)
        if changed("OwnershipControls"):
            if "OwnershipControls" in new:
                s3.put_bucket_ownership_controls(
                    Bucket=name, OwnershipControls=new["OwnershipControls"]
                )
            else:
                s3.delete_bucket_ownership_controls(Bucket=name)
        if changed("LifecycleConfiguration"):
            if "LifecycleConfiguration" in new:
                rules = lifecycle_rules(new["LifecycleConfiguration"])
                s3.put_bucket_lifecycle_configuration(
                    Bucket=name, LifecycleConfiguration={"Rules": rules}
                )
            else:
                s3.delete_bucket_lifecycle(Bucket=name)
        if changed("AccessControl"):
            acl = new.get("AccessControl", "Private")
            if acl not in CANNED_ACLS:
                raise unsupported("bucket AccessControl", acl, CANNED_ACLS)
            # A bucket without ACLs is private, and refuses to be told so.
            if (acl, old.get("AccessControl", "Private")) != ("Private", "Private"):
                s3.put_bucket_acl(Bucket=name, ACL=CANNED_ACLS[acl])
        if changed("LoggingConfiguration"):
            status = _logging(new["LoggingConfiguration"]) if "LoggingConfiguration" in new else {}
            s3.put_bucket_logging(Bucket=name, BucketLoggingStatus=status)
        if changed("NotificationConfiguration"):
            s3.put_bucket_notification_configuration(
                Bucket=name,
                NotificationConfiguration=_notifications(new.get("NotificationConfiguration", {})),
            )
        tags = context.tags(new.get("Tags"))
        if tags:
            s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tags})
        elif changed("Tags"):
            s3.delete_bucket_tagging(Bucket=name)


def _encryption(wanted: Mapping[str, Any]) -> dict[str, Any]:
    rules = []
    for rule in wanted["ServerSideEncryptionConfiguration"]:
        check_members(
            f"{TYPE}.BucketEncryption", rule, {"BucketKeyEnabled", "ServerSideEncryptionByDefault"}
        )
        made: dict[str, Any] = {}
        if "ServerSideEncryptionByDefault" in rule:
            made["ApplyServerSideEncryptionByDefault"] = rule["ServerSideEncryptionByDefault"]
        if "BucketKeyEnabled" in rule:
            made["BucketKeyEnabled"] = truth(rule["BucketKeyEnabled"])
        rules.append(made)
    return {"Rules": rules}


def _logging(wanted: Mapping[str, Any]) -> dict[str, Any]:
    check_members(
        f"{TYPE}.LoggingConfiguration", wanted, {"DestinationBucketName", "LogFilePrefix"}
    )
    return {
        "LoggingEnabled": {
            "TargetBucket": wanted["DestinationBucketName"],
            "TargetPrefix": wanted.get("LogFilePrefix", ""),
        }
    }


def _notifications(wanted: Mapping[str, Any]) -> dict[str, Any]:
    supported = {"EventBridgeConfiguration", *(ours for ours, _, _, _ in NOTIFICATIONS)}
    check_members(f"{TYPE}.NotificationConfiguration", wanted, supported)
    made: dict[str, Any] = {}
    bridge = wanted.get("EventBridgeConfiguration")
    if bridge is not None and truth(bridge.get("EventBridgeEnabled", True)):
        made["EventBridgeConfiguration"] = {}
    for ours, member, theirs, arn in NOTIFICATIONS:
        for item in wanted.get(ours, []):
            check_members(f"{TYPE}.{ours}", item, {"Event", "Filter", member})
            configuration = {"Events": [item["Event"]], arn: item[member]}
            if "Filter" in item:
                rules = item["Filter"]["S3Key"]["Rules"]
                configuration["Filter"] = {"Key": {"FilterRules": rules}}
            made.setdefault(theirs, []).append(configuration)
    return made
