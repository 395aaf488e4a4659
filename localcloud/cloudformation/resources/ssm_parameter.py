"""AWS::SSM::Parameter.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-parameter.html
"""

from __future__ import annotations

import contextlib
from typing import Any

from localcloud.cloudformation.resource import Context, Created, Resource
from localcloud.errors import unsupported

TYPES = ("String", "StringList")  # SecureString cannot be made by a template, on AWS too


class Parameter(Resource):
    """A parameter of Parameter Store."""

    type_name = "AWS::SSM::Parameter"
    name_property = "Name"
    properties = frozenset(
        {"AllowedPattern", "DataType", "Description", "Name", "Tags", "Tier", "Type", "Value"}
    )
    required = frozenset({"Type", "Value"})
    create_only = frozenset({"Name"})
    attributes = frozenset({"Type", "Value"})

    def create(self, properties: dict[str, Any], context: Context) -> Created:
        name = properties.get("Name") or f"CFN-{context.generate_name(128)}"
        self._put(name, properties, context, overwrite=False)
        return Created(name, {"Type": properties["Type"], "Value": properties["Value"]})

    def update(
        self, physical_id: str, old: dict[str, Any], new: dict[str, Any], context: Context
    ) -> dict[str, Any]:
        self._put(physical_id, new, context, overwrite=True)
        dropped = sorted((old.get("Tags") or {}).keys() - (new.get("Tags") or {}).keys())
        if dropped:
            context.client("ssm").remove_tags_from_resource(
                ResourceType="Parameter", ResourceId=physical_id, TagKeys=dropped
            )
        return {"Type": new["Type"], "Value": new["Value"]}

    def delete(self, physical_id: str, properties: dict[str, Any], context: Context) -> None:
        ssm = context.client("ssm")
        with contextlib.suppress(ssm.exceptions.ParameterNotFound):
            ssm.delete_parameter(Name=physical_id)

    def _put(self, name: str, wanted: dict[str, Any], context: Context, overwrite: bool) -> None:
        if wanted["Type"] not in TYPES:
            raise unsupported("AWS::SSM::Parameter Type", wanted["Type"], TYPES)
        ssm = context.client("ssm")
        given = ("AllowedPattern", "DataType", "Description", "Tier", "Type")
        ssm.put_parameter(
            Name=name,
            Value=str(wanted["Value"]),
            Overwrite=overwrite,
            **{key: wanted[key] for key in given if key in wanted},
        )
        tags = context.tags(
            {"Key": key, "Value": value} for key, value in (wanted.get("Tags") or {}).items()
        )
        if tags:
            ssm.add_tags_to_resource(ResourceType="Parameter", ResourceId=name, Tags=tags)
