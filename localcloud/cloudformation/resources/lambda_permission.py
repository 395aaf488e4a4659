"""AWS::Lambda::Permission: a statement of a function's resource policy.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html
"""

from __future__ import annotations

import contextlib
from typing import Any

from localcloud.cloudformation.resource import Context, Created, Resource

GIVEN = (
    "Action",
    "EventSourceToken",
    "FunctionName",
    "FunctionUrlAuthType",
    "Principal",
    "PrincipalOrgID",
    "SourceAccount",
    "SourceArn",
)


class Permission(Resource):
    """One statement; `Ref` answers its id. Every change makes a new one."""

    type_name = "AWS::Lambda::Permission"
    properties = frozenset(GIVEN)
    required = frozenset({"Action", "FunctionName", "Principal"})
    create_only = frozenset(GIVEN)
    attributes = frozenset({"Id"})

    def create(self, properties: dict[str, Any], context: Context) -> Created:
        statement = context.generate_name(100)
        context.client("lambda").add_permission(StatementId=statement, **properties)
        return Created(statement, {"Id": statement})

    def delete(self, physical_id: str, properties: dict[str, Any], context: Context) -> None:
        client = context.client("lambda")
        with contextlib.suppress(client.exceptions.ResourceNotFoundException):
            client.remove_permission(
                FunctionName=properties["FunctionName"], StatementId=physical_id
            )
