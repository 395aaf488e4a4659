"""AWS::IAM::ManagedPolicy.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-managedpolicy.html
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
# https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html
MAXIMUM_VERSIONS = 5


class ManagedPolicy(Resource):
    """A customer managed policy, attached to what it names."""

    type_name = "AWS::IAM::ManagedPolicy"
    name_property = "ManagedPolicyName"
    properties = frozenset(
        {
            "Description",
            "Groups",
            "ManagedPolicyName",
            "Path",
            "PolicyDocument",
            "Roles",
            "Users",
        }
    )
    required = frozenset({"PolicyDocument"})
    create_only = frozenset({"Description", "ManagedPolicyName", "Path"})
    attributes = frozenset({"PolicyArn", "PolicyId"})

    def create(self, properties: dict[str, Any], context: Context) -> Created:
        iam = context.client("iam")
        policy = iam.create_policy(
            PolicyName=properties.get("ManagedPolicyName") or context.generate_name(128),
            PolicyDocument=document(properties["PolicyDocument"]),
            **{key: properties[key] for key in ("Description", "Path") if key in properties},
        )["Policy"]
        context.made(policy["Arn"])
        self._attach(iam, policy["Arn"], {}, properties)
        return Created(policy["Arn"], {"PolicyArn": policy["Arn"], "PolicyId": policy["PolicyId"]})

    def update(
        self, physical_id: str, old: dict[str, Any], new: dict[str, Any], context: Context
    ) -> None:
        iam = context.client("iam")
        if old["PolicyDocument"] != new["PolicyDocument"]:
            versions = iam.list_policy_versions(PolicyArn=physical_id)["Versions"]
            spare = [item for item in versions if not item["IsDefaultVersion"]]
            if len(versions) >= MAXIMUM_VERSIONS:
                iam.delete_policy_version(PolicyArn=physical_id, VersionId=spare[0]["VersionId"])
            iam.create_policy_version(
                PolicyArn=physical_id,
                PolicyDocument=document(new["PolicyDocument"]),
                SetAsDefault=True,
            )
        self._attach(iam, physical_id, old, new)

    def delete(self, physical_id: str, properties: dict[str, Any], context: Context) -> None:
        iam = context.client("iam")
        missing = iam.exceptions.NoSuchEntityException
        # Each by itself: a policy that failed half made is attached to some of them only.
        for holders, kind, member in HOLDERS:
            for name in properties.get(holders, []):
                with contextlib.suppress(missing):
                    getattr(iam, f"detach_{kind}_policy")(PolicyArn=physical_id, **{member: name})
        with contextlib.suppress(missing):
            for version in iam.list_policy_versions(PolicyArn=physical_id)["Versions"]:
                if not version["IsDefaultVersion"]:
                    iam.delete_policy_version(PolicyArn=physical_id, VersionId=version["VersionId"])
            iam.delete_policy(PolicyArn=physical_id)

    def _attach(self, iam: Any, arn: str, old: dict[str, Any], new: dict[str, Any]) -> None:
        for holders, kind, member in HOLDERS:
            had, wanted = (set(policy.get(holders, [])) for policy in (old, new))
            for name in wanted - had:
                getattr(iam, f"attach_{kind}_policy")(PolicyArn=arn, **{member: name})
            for name in had - wanted:
                getattr(iam, f"detach_{kind}_policy")(PolicyArn=arn, **{member: name})
