"""AWS::KMS::Key.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html
"""

from __future__ import annotations

from typing import Any

from localcloud.cloudformation.property_values import document, truth
from localcloud.cloudformation.resource import Context, Created, Resource
from localcloud.errors import AwsError

# Neither changed nor replaced on AWS: the update fails (its words are assumed).
FIXED = ("KeySpec", "KeyUsage", "MultiRegion")


class Key(Resource):
    """A key; `Ref` answers its id. Deletion schedules it, as on AWS."""

    type_name = "AWS::KMS::Key"
    properties = frozenset(
        {
            "Description",
            "EnableKeyRotation",
            "Enabled",
            "KeyPolicy",
            "KeySpec",
            "KeyUsage",
            "MultiRegion",
            "PendingWindowInDays",
            "Tags",
        }
    )
    attributes = frozenset({"Arn", "KeyId"})

    def create(self, properties: dict[str, Any], context: Context) -> Created:
        kms = context.client("kms")
        request: dict[str, Any] = {
            name: properties[name]
            for name in ("Description", "KeySpec", "KeyUsage")
            if name in properties
        }
        if "KeyPolicy" in properties:
            request["Policy"] = document(properties["KeyPolicy"])
        if "MultiRegion" in properties:
            request["MultiRegion"] = truth(properties["MultiRegion"])
        tags = context.tags(properties.get("Tags"))
        request["Tags"] = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in tags]
        made = kms.create_key(**request)["KeyMetadata"]
        context.made(made["KeyId"])
        self._switch(kms, made["KeyId"], {}, properties)
        return Created(made["KeyId"], {"Arn": made["Arn"], "KeyId": made["KeyId"]})

    def update(
        self, physical_id: str, old: dict[str, Any], new: dict[str, Any], context: Context
    ) -> None:
        for name in FIXED:
            if old.get(name) != new.get(name):
                raise AwsError("InvalidRequest", f"You cannot change {name} of an existing key")
        kms = context.client("kms")
        if "KeyPolicy" in new and old.get("KeyPolicy") != new["KeyPolicy"]:
            kms.put_key_policy(
                KeyId=physical_id, PolicyName="default", Policy=document(new["KeyPolicy"])
            )
        if old.get("Description") != new.get("Description"):
            kms.update_key_description(KeyId=physical_id, Description=new.get("Description", ""))
        self._switch(kms, physical_id, old, new)
        tags = context.tags(new.get("Tags"))
        gone = {tag["Key"] for tag in old.get("Tags", [])} - {tag["Key"] for tag in tags}
        if gone:
            kms.untag_resource(KeyId=physical_id, TagKeys=sorted(gone))
        if tags:
            listed = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in tags]
            kms.tag_resource(KeyId=physical_id, Tags=listed)

    def delete(self, physical_id: str, properties: dict[str, Any], context: Context) -> None:
        days = int(properties.get("PendingWindowInDays", 30))
        context.client("kms").schedule_key_deletion(KeyId=physical_id, PendingWindowInDays=days)

    def _switch(self, kms: Any, key: str, old: dict[str, Any], new: dict[str, Any]) -> None:
        rotated, rotate = (truth(item.get("EnableKeyRotation", False)) for item in (old, new))
        if rotate != rotated:
            (kms.enable_key_rotation if rotate else kms.disable_key_rotation)(KeyId=key)
        was, enabled = (truth(item.get("Enabled", True)) for item in (old, new))
        if enabled != was:
            (kms.enable_key if enabled else kms.disable_key)(KeyId=key)
