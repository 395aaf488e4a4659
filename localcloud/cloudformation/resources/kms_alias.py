"""AWS::KMS::Alias.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-alias.html
"""

from __future__ import annotations

import contextlib
from typing import Any

from localcloud.cloudformation.resource import Context, Created, Resource


class Alias(Resource):
    """Another name of a key; `Ref` answers it."""

    type_name = "AWS::KMS::Alias"
    name_property = "AliasName"
    properties = frozenset({"AliasName", "TargetKeyId"})
    required = frozenset({"AliasName", "TargetKeyId"})
    create_only = frozenset({"AliasName"})

    def create(self, properties: dict[str, Any], context: Context) -> Created:
        name = properties["AliasName"]
        kms = context.client("kms")
        kms.create_alias(AliasName=name, TargetKeyId=properties["TargetKeyId"])
        return Created(name)

    def update(
        self, physical_id: str, old: dict[str, Any], new: dict[str, Any], context: Context
    ) -> None:
        kms = context.client("kms")
        kms.update_alias(AliasName=physical_id, TargetKeyId=new["TargetKeyId"])

    def delete(self, physical_id: str, properties: dict[str, Any], context: Context) -> None:
        kms = context.client("kms")
        with contextlib.suppress(kms.exceptions.NotFoundException):
            kms.delete_alias(AliasName=physical_id)
