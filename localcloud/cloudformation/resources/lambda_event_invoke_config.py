"""AWS::Lambda::EventInvokeConfig: retries and destinations of asynchronous invocations.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventinvokeconfig.html
"""

from __future__ import annotations

import contextlib
from typing import Any

from localcloud.cloudformation.resource import Context, Created, Resource
from localcloud.errors import unsupported

NUMBERS = ("MaximumEventAgeInSeconds", "MaximumRetryAttempts")


class EventInvokeConfig(Resource):
    """The configuration of one function's `$LATEST`."""

    type_name = "AWS::Lambda::EventInvokeConfig"
    properties = frozenset({*NUMBERS, "DestinationConfig", "FunctionName", "Qualifier"})
    required = frozenset({"FunctionName", "Qualifier"})
    create_only = frozenset({"FunctionName", "Qualifier"})

    def create(self, properties: dict[str, Any], context: Context) -> Created:
        if properties["Qualifier"] != "$LATEST":
            raise unsupported("EventInvokeConfig qualifier", properties["Qualifier"], ["$LATEST"])
        self._put(properties, context)
        return Created(f"{properties['FunctionName']}|{properties['Qualifier']}")

    def update(
        self, physical_id: str, old: dict[str, Any], new: dict[str, Any], context: Context
    ) -> None:
        self._put(new, context)

    def delete(self, physical_id: str, properties: dict[str, Any], context: Context) -> None:
        client = context.client("lambda")
        with contextlib.suppress(client.exceptions.ResourceNotFoundException):
            client.delete_function_event_invoke_config(FunctionName=properties["FunctionName"])

    def _put(self, properties: dict[str, Any], context: Context) -> None:
        request: dict[str, Any] = {
            name: int(properties[name]) for name in NUMBERS if name in properties
        }
        if "DestinationConfig" in properties:
            request["DestinationConfig"] = properties["DestinationConfig"]
        context.client("lambda").put_function_event_invoke_config(
            FunctionName=properties["FunctionName"], **request
        )
