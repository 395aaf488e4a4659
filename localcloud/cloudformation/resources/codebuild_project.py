"""AWS::CodeBuild::Project.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-codebuild-project.html
What the service itself refuses (a cache, privileged mode …) fails the resource in the service's words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localcloud.cloudformation.property_values import truth
from localcloud.cloudformation.resource import Context, Created, Resource, check_members

_SOURCE = frozenset(
    {
        "BuildSpec",
        "GitCloneDepth",
        "InsecureSsl",
        "Location",
        "ReportBuildStatus",
        "SourceIdentifier",
        "Type",
    }
)
_ARTIFACTS = frozenset(
    {
        "ArtifactIdentifier",
        "EncryptionDisabled",
        "Location",
        "Name",
        "NamespaceType",
        "OverrideArtifactName",
        "Packaging",
        "Path",
        "Type",
    }
)
# Structures and lists of structures, and the members that each may have.
_MEMBERS: dict[str, frozenset[str]] = {
    "Artifacts": _ARTIFACTS,
    "Cache": frozenset({"Type"}),
    "CloudWatchLogs": frozenset({"GroupName", "Status", "StreamName"}),
    "Environment": frozenset(
        {
            "ComputeType",
            "EnvironmentVariables",
            "Image",
            "ImagePullCredentialsType",
            "PrivilegedMode",
            "Type",
        }
    ),
    "EnvironmentVariables": frozenset({"Name", "Type", "Value"}),
    "LogsConfig": frozenset({"CloudWatchLogs", "S3Logs"}),
    "S3Logs": frozenset({"EncryptionDisabled", "Location", "Status"}),
    "SecondaryArtifacts": _ARTIFACTS,
    "SecondarySourceVersions": frozenset({"SourceIdentifier", "SourceVersion"}),
    "SecondarySources": _SOURCE,
    "Source": _SOURCE,
    "VpcConfig": frozenset({"SecurityGroupIds", "Subnets", "VpcId"}),
}
_NUMBERS = frozenset({"GitCloneDepth", "QueuedTimeoutInMinutes", "TimeoutInMinutes"})
_TRUTHS = frozenset(
    {
        "BadgeEnabled",
        "EncryptionDisabled",
        "InsecureSsl",
        "OverrideArtifactName",
        "PrivilegedMode",
        "ReportBuildStatus",
    }
)
# Names that the API does not make by lowering the first letter.
_RENAMED = {"BuildSpec": "buildspec"}
_PASSED = (
    "Artifacts",
    "BadgeEnabled",
    "Cache",
    "Description",
    "EncryptionKey",
    "Environment",
    "LogsConfig",
    "QueuedTimeoutInMinutes",
    "SecondaryArtifacts",
    "SecondarySourceVersions",
    "SecondarySources",
    "ServiceRole",
    "Source",
    "SourceVersion",
    "TimeoutInMinutes",
    "VpcConfig",
)
# What an update sets for a property that the template no longer has.
_DEFAULTS: dict[str, Any] = {
    "BadgeEnabled": False,
    "Cache": {"Type": "NO_CACHE"},
    "Description": "",
    "EncryptionKey": "alias/aws/s3",
    "LogsConfig": {"CloudWatchLogs": {"Status": "ENABLED"}},
    "QueuedTimeoutInMinutes": 480,
    "SecondaryArtifacts": [],
    "SecondarySourceVersions": [],
    "SecondarySources": [],
    "SourceVersion": "",
    "TimeoutInMinutes": 60,
    "VpcConfig": {},
}


class Project(Resource):
    """A build project; `Ref` answers its name."""

    type_name = "AWS::CodeBuild::Project"
    name_property = "Name"
    properties = frozenset({*_PASSED, "Name", "Tags"})
    required = frozenset({"Artifacts", "Environment", "ServiceRole", "Source"})
    create_only = frozenset({"Name"})
    attributes = frozenset({"Arn"})

    def create(self, properties: dict[str, Any], context: Context) -> Created:
        name = properties.get("Name") or context.generate_name(150)
        made = context.client("codebuild").create_project(
            name=name, tags=_tags(properties, context), **request(properties)
        )
        context.made(name)
        return Created(name, {"Arn": made["project"]["arn"]})

    def update(
        self, physical_id: str, old: dict[str, Any], new: dict[str, Any], context: Context
    ) -> None:
        gone = {key: value for key, value in _DEFAULTS.items() if key in old and key not in new}
        context.client("codebuild").update_project(
            name=physical_id, tags=_tags(new, context), **request({**gone, **new})
        )

    def delete(self, physical_id: str, properties: dict[str, Any], context: Context) -> None:
        context.client("codebuild").delete_project(name=physical_id)


def request(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The API's members of a template's properties. Pure."""
    return {
        _name(key): _converted(key, properties[key], Project.type_name)
        for key in _PASSED
        if key in properties
    }


def _converted(key: str, value: Any, where: str) -> Any:
    if isinstance(value, list):
        return [_converted(key, each, where) for each in value]
    if isinstance(value, Mapping):
        where = f"{where} {key}"
        check_members(where, value, _MEMBERS.get(key, frozenset()))
        return {_name(name): _converted(name, each, where) for name, each in value.items()}
    if key in _NUMBERS:
        return int(value)
    if key in _TRUTHS:
        return truth(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _name(key: str) -> str:
    return _RENAMED.get(key, key[:1].lower() + key[1:])


def _tags(properties: Mapping[str, Any], context: Context) -> list[dict[str, str]]:
    return [
        {"key": tag["Key"], "value": tag["Value"]} for tag in context.tags(properties.get("Tags"))
    ]
