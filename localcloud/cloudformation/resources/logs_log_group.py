"""AWS::Logs::LogGroup.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html
"""

from __future__ import annotations

import contextlib
from typing import Any

from localcloud.cloudformation.resource import Context, Created, Resource


class LogGroup(Resource):
    """A log group with its retention."""

    type_name = "AWS::Logs::LogGroup"
    name_property = "LogGroupName"
    properties = frozenset({"KmsKeyId", "LogGroupName", "RetentionInDays", "Tags"})
    create_only = frozenset({"LogGroupName"})
    attributes = frozenset({"Arn"})

    def create(self, properties: dict[str, Any], context: Context) -> Created:
        logs = context.client("logs")
        name = properties.get("LogGroupName") or context.generate_name(512)
        request: dict[str, Any] = {"logGroupName": name}
        tags = context.tags(properties.get("Tags"))
        if tags:
            request["tags"] = {tag["Key"]: tag["Value"] for tag in tags}
        if "KmsKeyId" in properties:
            request["kmsKeyId"] = properties["KmsKeyId"]
        logs.create_log_group(**request)
        context.made(name)
        if "RetentionInDays" in properties:
            days = int(properties["RetentionInDays"])
            logs.put_retention_policy(logGroupName=name, retentionInDays=days)
        return Created(name, {"Arn": context.arn("logs", f"log-group:{name}:*")})

    def update(
        self, physical_id: str, old: dict[str, Any], new: dict[str, Any], context: Context
    ) -> None:
        logs = context.client("logs")
        if "RetentionInDays" in new:
            days = int(new["RetentionInDays"])
            logs.put_retention_policy(logGroupName=physical_id, retentionInDays=days)
        elif "RetentionInDays" in old:
            logs.delete_retention_policy(logGroupName=physical_id)
        if old.get("KmsKeyId") != new.get("KmsKeyId"):
            if "KmsKeyId" in new:
                logs.associate_kms_key(logGroupName=physical_id, kmsKeyId=new["KmsKeyId"])
            else:
                logs.disassociate_kms_key(logGroupName=physical_id)
        gone, tags = context.tag_changes(old, new)
        if gone:
            logs.untag_log_group(logGroupName=physical_id, tags=gone)
        if tags:
            logs.tag_log_group(logGroupName=physical_id, tags=tags)

    def delete(self, physical_id: str, properties: dict[str, Any], context: Context) -> None:
        logs = context.client("logs")
        with contextlib.suppress(logs.exceptions.ResourceNotFoundException):
            logs.delete_log_group(logGroupName=physical_id)
