"""The bucket for what an endpoint captures: requests and answers, which end after a while."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.data_bucket import acknowledge_no_access_logs, encryption_of


class CaptureBucket(s3.Bucket):
    """Encrypted, private, TLS only, and kept when its stack goes. Not versioned: nothing is written
    twice, and what has expired is gone."""

    def __init__(
        self, scope: Construct, construct_id: str, *, key_arn: str | None, keep_days: int
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            # Named by the CDK if a stack elsewhere has to name it.
            bucket_name=cdk.PhysicalName.GENERATE_IF_NEEDED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            removal_policy=cdk.RemovalPolicy.RETAIN,
            lifecycle_rules=[
                s3.LifecycleRule(
                    expiration=cdk.Duration.days(keep_days),
                    abort_incomplete_multipart_upload_after=cdk.Duration.days(7),
                )
            ],
            **encryption_of(scope, construct_id, key_arn),
        )
        acknowledge_no_access_logs(self)
