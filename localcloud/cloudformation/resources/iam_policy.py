"""AWS::IAM::Policy: an inline policy, put into each of the roles, users and groups that it names.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-policy.html
"""

from __future__ import annotations

import contextlib
from typing import Any

from localcloud.cloudformation.property_values import document
from localcloud.cloudformation.resource import Context, Created, Resource

HOLDERS = (
    ("Roles", "role", "RoleName"),
    ("Users", "user", "UserName"),
    ("Groups", "group", "GroupName"),
)


class Policy(Resource):
    """An inline policy; `Ref` answers its generated id, as on AWS."""

    type_name = "AWS::IAM::Policy"
    properties = frozenset({"Groups", "PolicyDocument", "PolicyName", "Roles", "Users"})
    required = frozenset({"PolicyDocument", "PolicyName"})
    attributes = frozenset({"Id"})

    def create(self, properties: dict[str, Any], context: Context) -> Created:
        self._set(context.client("iam"), {}, properties)
        name = context.generate_name(64)
        return Created(name, {"Id": name})

    def update(
        self, physical_id: str, old: dict[str, Any], new: dict[str, Any], context: Context
    ) -> None:
        self._set(context.client("iam"), old, new)

    def delete(self, physical_id: str, properties: dict[str, Any], context: Context) -> None:
        self._set(context.client("iam"), properties, {})

    def _set(self, iam: Any, old: dict[str, Any], new: dict[str, Any]) -> None:
        for holders, kind, member in HOLDERS:
            had, wanted = (
                {(name, policy.get("PolicyName")) for name in policy.get(holders, [])}
                for policy in (old, new)
            )
            for name, policy_name in wanted:
                getattr(iam, f"put_{kind}_policy")(
                    PolicyName=policy_name,
                    PolicyDocument=document(new["PolicyDocument"]),
                    **{member: name},
                )
            for name, policy_name in had - wanted:
                with contextlib.suppress(iam.exceptions.NoSuchEntityException):
                    getattr(iam, f"delete_{kind}_policy")(PolicyName=policy_name, **{member: name})
