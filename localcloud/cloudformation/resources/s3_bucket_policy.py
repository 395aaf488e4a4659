"""AWS::S3::BucketPolicy.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucketpolicy.html
"""

from __future__ import annotations

import contextlib
from typing import Any

from localcloud.cloudformation.property_values import document
from localcloud.cloudformation.resource import Context, Created, Resource


class BucketPolicy(Resource):
    """The policy of one bucket; its physical id is the bucket's name."""

    type_name = "AWS::S3::BucketPolicy"
    properties = frozenset({"Bucket", "PolicyDocument"})
    required = frozenset({"Bucket", "PolicyDocument"})
    create_only = frozenset({"Bucket"})

    def create(self, properties: dict[str, Any], context: Context) -> Created:
        self._put(properties, context)
        return Created(properties["Bucket"])

    def update(
        self, physical_id: str, old: dict[str, Any], new: dict[str, Any], context: Context
    ) -> None:
        self._put(new, context)

    def delete(self, physical_id: str, properties: dict[str, Any], context: Context) -> None:
        s3 = context.client("s3")
        with contextlib.suppress(s3.exceptions.NoSuchBucket):
            s3.delete_bucket_policy(Bucket=physical_id)

    def _put(self, properties: dict[str, Any], context: Context) -> None:
        context.client("s3").put_bucket_policy(
            Bucket=properties["Bucket"], Policy=document(properties["PolicyDocument"])
        )
