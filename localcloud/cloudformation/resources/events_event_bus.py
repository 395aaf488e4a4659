"""AWS::Events::EventBus.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-eventbus.html
`Policy` is the bus's whole policy; `AWS::Events::EventBusPolicy` is one statement of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localcloud.cloudformation.property_values import document
from localcloud.cloudformation.resource import Context, Created, Resource


class EventBus(Resource):
    """A bus besides the default one; `Ref` answers its name."""

    type_name = "AWS::Events::EventBus"
    name_property = "Name"
    properties = frozenset({"Description", "Name", "Policy", "Tags"})
    required = frozenset({"Name"})
    create_only = frozenset({"Name"})
    attributes = frozenset({"Arn", "Name"})

    def create(self, properties: dict[str, Any], context: Context) -> Created:
        name = properties["Name"]
        request: dict[str, Any] = {"Name": name}
        if properties.get("Description"):
            request["Description"] = properties["Description"]
        tags = context.tags(properties.get("Tags"))
        if tags:
            request["Tags"] = tags
        arn = context.client("events").create_event_bus(**request)["EventBusArn"]
        context.made(name)
        self._set_policy(name, {}, properties, context)
        return Created(name, {"Arn": arn, "Name": name})

    def update(
        self, physical_id: str, old: dict[str, Any], new: dict[str, Any], context: Context
    ) -> None:
        events = context.client("events")
        if old.get("Description") != new.get("Description"):
            events.update_event_bus(Name=physical_id, Description=new.get("Description", ""))
        arn = context.arn("events", f"event-bus/{physical_id}")
        before, after = context.tags(old.get("Tags")), context.tags(new.get("Tags"))
        gone = {each["Key"] for each in before} - {each["Key"] for each in after}
        if gone:
            events.untag_resource(ResourceARN=arn, TagKeys=sorted(gone))
        if after:
            events.tag_resource(ResourceARN=arn, Tags=after)
        self._set_policy(physical_id, old, new, context)

    def delete(self, physical_id: str, properties: dict[str, Any], context: Context) -> None:
        context.client("events").delete_event_bus(Name=physical_id)

    def _set_policy(
        self, name: str, old: Mapping[str, Any], new: Mapping[str, Any], context: Context
    ) -> None:
        events = context.client("events")
        if new.get("Policy"):
            events.put_permission(EventBusName=name, Policy=document(new["Policy"]))
        elif old.get("Policy"):
            events.remove_permission(EventBusName=name, RemoveAllPermissions=True)
