"""A bucket that holds data: encrypted, versioned, private, TLS only, and kept when its stack goes."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.acknowledgements import acknowledge

NONCURRENT_DAYS = 365


class DataBucket(s3.Bucket):
    """`cdk destroy` keeps it: it holds training data, models, what was captured, what was deployed.

    Encryption is S3's own (SSE-S3), which costs nothing and needs no key policy.
    """

    def __init__(self, scope: Construct, construct_id: str, *, send_events: bool = False) -> None:
        super().__init__(
            scope,
            construct_id,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            versioned=True,
            removal_policy=cdk.RemovalPolicy.RETAIN,
            lifecycle_rules=[
                s3.LifecycleRule(
                    abort_incomplete_multipart_upload_after=cdk.Duration.days(7),
                    noncurrent_version_expiration=cdk.Duration.days(NONCURRENT_DAYS),
                )
            ],
        )
        acknowledge(
            self,
            {
                "AwsSolutions-S1": "Who reads and writes objects is in CloudTrail's data events, which an"
                " account switches on once; access logs would need one more bucket that is kept."
            },
        )
        if send_events:
            # CloudFormation can do this itself; `event_bridge_enabled` would add a Lambda to do it.
            resource = self.node.default_child
            assert isinstance(resource, s3.CfnBucket)
            resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
                event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(
                    event_bridge_enabled=True
                )
            )
