"""A bucket that holds data: encrypted, versioned, private, TLS only, and kept when its stack goes."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.acknowledgements import acknowledge
from infra.constructs.project_stack import project_of

NONCURRENT_DAYS = 365


class DataBucket(s3.Bucket):
    """`cdk destroy` keeps it: it holds training data, models, what was deployed.

    Encryption is S3's own (SSE-S3), which costs nothing and needs no key policy, or by a key that the
    configuration names.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        send_events: bool = False,
    ) -> None:
        key_arn = project_of(scope).config.kms_key_arn
        super().__init__(
            scope,
            construct_id,
            # Named by the CDK if a stack elsewhere has to name it.
            bucket_name=cdk.PhysicalName.GENERATE_IF_NEEDED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            versioned=True,
            removal_policy=cdk.RemovalPolicy.RETAIN,
            lifecycle_rules=[
                s3.LifecycleRule(
                    abort_incomplete_multipart_upload_after=cdk.Duration.days(7),
                    noncurrent_version_expiration=cdk.Duration.days(NONCURRENT_DAYS),
                )
            ],
            **encryption_of(scope, construct_id, key_arn),
        )
        acknowledge_no_access_logs(self)
        if send_events:
            # CloudFormation can do this itself; `event_bridge_enabled` would add a Lambda to do it.
            resource = self.node.default_child
            assert isinstance(resource, s3.CfnBucket)
            resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
                event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(
                    event_bridge_enabled=True
                )
            )


def encryption_of(scope: Construct, construct_id: str, key_arn: str | None) -> dict[str, Any]:
    """A bucket's properties for encryption by a key, or by S3's own."""
    if key_arn is None:
        return {"encryption": s3.BucketEncryption.S3_MANAGED}
    return {
        "encryption": s3.BucketEncryption.KMS,
        "encryption_key": kms.Key.from_key_arn(scope, f"{construct_id}Key", key_arn),
        "bucket_key_enabled": True,
    }


def acknowledge_no_access_logs(bucket: s3.Bucket) -> None:
    """Accept that reads and writes are not logged into another bucket."""
    acknowledge(
        bucket,
        {
            "AwsSolutions-S1": "Who reads and writes objects is in CloudTrail's data events, which an"
            " account switches on once; access logs would need one more bucket that is kept."
        },
    )
