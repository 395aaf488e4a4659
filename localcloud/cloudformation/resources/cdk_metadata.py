"""AWS::CDK::Metadata: what the CDK writes for its makers' statistics; it makes nothing, on AWS too.

https://docs.aws.amazon.com/cdk/v2/guide/usage-data.html
"""

from __future__ import annotations

from typing import Any

from localcloud.cloudformation.resource import Context, Created, Resource


class Metadata(Resource):
    """Nothing but its text."""

    type_name = "AWS::CDK::Metadata"
    properties = frozenset({"Analytics", "Modules"})

    def create(self, properties: dict[str, Any], context: Context) -> Created:
        return Created(context.generate_name(128))

    def update(
        self, physical_id: str, old: dict[str, Any], new: dict[str, Any], context: Context
    ) -> None:
        return None

    def delete(self, physical_id: str, properties: dict[str, Any], context: Context) -> None:
        return None
