"""AWS::Lambda::EventSourceMapping: a queue whose messages invoke a function.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html
Event sources other than SQS, and what only they have, are refused by the service itself.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from localcloud.cloudformation.property_values import truth
from localcloud.cloudformation.resource import Context, Created, Resource

_NUMBERS = ("BatchSize", "MaximumBatchingWindowInSeconds")
# A property that is taken away goes back to what it is without it.
_ABSENT = {
    "BatchSize": 10,
    "Enabled": True,
    "FunctionResponseTypes": [],
    "MaximumBatchingWindowInSeconds": 0,
    "ScalingConfig": {},
}


class EventSourceMapping(Resource):
    """A mapping; `Ref` answers its UUID."""

    type_name = "AWS::Lambda::EventSourceMapping"
    properties = frozenset({*_ABSENT, "EventSourceArn", "FunctionName", "Tags"})
    required = frozenset({"FunctionName"})
    create_only = frozenset({"EventSourceArn"})
    attributes = frozenset({"EventSourceMappingArn", "Id"})

    def create(self, properties: dict[str, Any], context: Context) -> Created:
        request = _request(properties)
        tags = context.tags(properties.get("Tags"))
        made = context.client("lambda").create_event_source_mapping(
            **request,
            **(
                {"EventSourceArn": properties["EventSourceArn"]}
                if "EventSourceArn" in properties
                else {}
            ),
            Tags={tag["Key"]: tag["Value"] for tag in tags},
        )
        attributes = {"Id": made["UUID"], "EventSourceMappingArn": made["EventSourceMappingArn"]}
        return Created(made["UUID"], attributes)

    def update(
        self, physical_id: str, old: dict[str, Any], new: dict[str, Any], context: Context
    ) -> None:
        gone = {name: value for name, value in _ABSENT.items() if name in old and name not in new}
        context.client("lambda").update_event_source_mapping(
            UUID=physical_id, **gone, **_request(new)
        )

    def delete(self, physical_id: str, properties: dict[str, Any], context: Context) -> None:
        client = context.client("lambda")
        with contextlib.suppress(client.exceptions.ResourceNotFoundException):
            client.delete_event_source_mapping(UUID=physical_id)


def _request(properties: Mapping[str, Any]) -> dict[str, Any]:
    request = {
        name: properties[name]
        for name in ("FunctionName", "FunctionResponseTypes")
        if name in properties
    }
    request |= {name: int(properties[name]) for name in _NUMBERS if name in properties}
    if "Enabled" in properties:
        request["Enabled"] = truth(properties["Enabled"])
    if "ScalingConfig" in properties:
        scaling = properties["ScalingConfig"]
        request["ScalingConfig"] = {name: int(value) for name, value in scaling.items()}
    return request
