"""AWS::CodeBuild::ReportGroup.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-codebuild-reportgroup.html
An export to S3 fails the resource in the service's words.
"""

from __future__ import annotations

from typing import Any

from localcloud.cloudformation.property_values import truth
from localcloud.cloudformation.resource import (
    Context,
    Created,
    Properties,
    Resource,
    check_members,
)

_EXPORT = frozenset({"ExportConfigType", "S3Destination"})


class ReportGroup(Resource):
    """A group of reports; `Ref` answers its ARN."""

    type_name = "AWS::CodeBuild::ReportGroup"
    name_property = "Name"
    properties = frozenset({"DeleteReports", "ExportConfig", "Name", "Tags", "Type"})
    required = frozenset({"ExportConfig", "Type"})
    create_only = frozenset({"Name", "Type"})
    attributes = frozenset({"Arn"})

    def validate(self, properties: Properties) -> None:
        super().validate(properties)
        if isinstance(properties.get("ExportConfig"), dict):
            check_members(f"{self.type_name}.ExportConfig", properties["ExportConfig"], _EXPORT)

    def create(self, properties: dict[str, Any], context: Context) -> Created:
        made = context.client("codebuild").create_report_group(
            name=properties.get("Name") or context.generate_name(128),
            type=properties["Type"],
            exportConfig=_export(properties),
            tags=_tags(properties, context),
        )
        arn = made["reportGroup"]["arn"]
        return Created(arn, {"Arn": arn})

    def update(
        self, physical_id: str, old: dict[str, Any], new: dict[str, Any], context: Context
    ) -> dict[str, Any]:
        context.client("codebuild").update_report_group(
            arn=physical_id, exportConfig=_export(new), tags=_tags(new, context)
        )
        return {"Arn": physical_id}

    def delete(self, physical_id: str, properties: dict[str, Any], context: Context) -> None:
        context.client("codebuild").delete_report_group(
            arn=physical_id, deleteReports=truth(properties.get("DeleteReports", False))
        )


def _export(properties: Properties) -> dict[str, Any]:
    return {"exportConfigType": properties["ExportConfig"].get("ExportConfigType", "NO_EXPORT")}


def _tags(properties: Properties, context: Context) -> list[dict[str, str]]:
    return [
        {"key": tag["Key"], "value": tag["Value"]} for tag in context.tags(properties.get("Tags"))
    ]
