"""AWS::IAM::Role.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html
"""

from __future__ import annotations

import contextlib
from typing import Any

from localcloud.cloudformation.property_values import document
from localcloud.cloudformation.resource import Context, Created, Resource


class Role(Resource):
    """A role with its inline and attached policies."""

    type_name = "AWS::IAM::Role"
    name_property = "RoleName"
    properties = frozenset(
        {
            "AssumeRolePolicyDocument",
            "Description",
            "ManagedPolicyArns",
            "MaxSessionDuration",
            "Path",
            "PermissionsBoundary",
            "Policies",
            "RoleName",
            "Tags",
        }
    )
    required = frozenset({"AssumeRolePolicyDocument"})
    create_only = frozenset({"RoleName", "Path"})
    attributes = frozenset({"Arn", "RoleId"})

    def create(self, properties: dict[str, Any], context: Context) -> Created:
        iam = context.client("iam")
        name = properties.get("RoleName") or context.generate_name(64)
        request: dict[str, Any] = {
            key: properties[key]
            for key in ("Description", "Path", "PermissionsBoundary")
            if key in properties
        }
        if "MaxSessionDuration" in properties:
            request["MaxSessionDuration"] = int(properties["MaxSessionDuration"])
        tags = context.tags(properties.get("Tags"))
        if tags:
            request["Tags"] = tags
        role = iam.create_role(
            RoleName=name,
            AssumeRolePolicyDocument=document(properties["AssumeRolePolicyDocument"]),
            **request,
        )["Role"]
        context.made(name)
        self._set_policies(iam, name, {}, properties)
        return Created(name, {"Arn": role["Arn"], "RoleId": role["RoleId"]})

    def update(
        self, physical_id: str, old: dict[str, Any], new: dict[str, Any], context: Context
    ) -> None:
        iam = context.client("iam")
        if old["AssumeRolePolicyDocument"] != new["AssumeRolePolicyDocument"]:
            iam.update_assume_role_policy(
                RoleName=physical_id, PolicyDocument=document(new["AssumeRolePolicyDocument"])
            )
        iam.update_role(
            RoleName=physical_id,
            Description=new.get("Description", ""),
            MaxSessionDuration=int(new.get("MaxSessionDuration", 3600)),
        )
        if old.get("PermissionsBoundary") != new.get("PermissionsBoundary"):
            if "PermissionsBoundary" in new:
                iam.put_role_permissions_boundary(
                    RoleName=physical_id, PermissionsBoundary=new["PermissionsBoundary"]
                )
            else:
                iam.delete_role_permissions_boundary(RoleName=physical_id)
        wanted = context.tags(new.get("Tags"))
        gone = {tag["Key"] for tag in old.get("Tags", [])} - {tag["Key"] for tag in wanted}
        if gone:
            iam.untag_role(RoleName=physical_id, TagKeys=sorted(gone))
        if wanted:
            iam.tag_role(RoleName=physical_id, Tags=wanted)
        self._set_policies(iam, physical_id, old, new)

    def delete(self, physical_id: str, properties: dict[str, Any], context: Context) -> None:
        iam = context.client("iam")
        missing = iam.exceptions.NoSuchEntityException
        # Each by itself: a role that failed half made has some of them only.
        for policy in properties.get("Policies", []):
            with contextlib.suppress(missing):
                iam.delete_role_policy(RoleName=physical_id, PolicyName=policy["PolicyName"])
        for arn in properties.get("ManagedPolicyArns", []):
            with contextlib.suppress(missing):
                iam.detach_role_policy(RoleName=physical_id, PolicyArn=arn)
        with contextlib.suppress(missing):
            iam.delete_role(RoleName=physical_id)

    def _set_policies(self, iam: Any, name: str, old: dict[str, Any], new: dict[str, Any]) -> None:
        had = {policy["PolicyName"] for policy in old.get("Policies", [])}
        wanted = {policy["PolicyName"]: policy for policy in new.get("Policies", [])}
        for policy_name in had - set(wanted):
            iam.delete_role_policy(RoleName=name, PolicyName=policy_name)
        for policy_name, policy in wanted.items():
            iam.put_role_policy(
                RoleName=name,
                PolicyName=policy_name,
                PolicyDocument=document(policy["PolicyDocument"]),
            )
        attached, wanted_arns = (set(item.get("ManagedPolicyArns", [])) for item in (old, new))
        for arn in attached - wanted_arns:
            iam.detach_role_policy(RoleName=name, PolicyArn=arn)
        for arn in new.get("ManagedPolicyArns", []):
            iam.attach_role_policy(RoleName=name, PolicyArn=arn)
