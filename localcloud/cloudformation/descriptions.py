"""What the API answers about stacks, resources, events, change sets and templates, in its own shapes.

Shapes: botocore's model of CloudFormation, 2010-05-15.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localcloud.cloudformation import change_set as change_sets
from localcloud.cloudformation import parameters
from localcloud.cloudformation.stack import Event, Stack, StackResource

NOT_CHECKED = {"StackDriftStatus": "NOT_CHECKED"}


def _without_none(value: dict[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in value.items() if item is not None}


def _parameters(declared: Mapping[str, Any], given: Mapping[str, str]) -> list[dict[str, str]]:
    shown = parameters.shown(declared, given)
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in shown.items()]


def _tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def stack(item: Stack) -> dict[str, Any]:
    """A stack of DescribeStacks."""
    declared = item.template.get("Parameters", {})
    return _without_none(
        {
            "StackId": item.stack_id,
            "StackName": item.name,
            "ChangeSetId": item.change_set_id,
            "Description": item.template.get("Description"),
            "Parameters": [
                _without_none({**listed, "ResolvedValue": _resolved(item, listed["ParameterKey"])})
                for listed in _parameters(declared, item.given_parameters)
            ],
            "CreationTime": item.created,
            "DeletionTime": item.deleted,
            "LastUpdatedTime": item.updated,
            "RollbackConfiguration": {},
            "StackStatus": item.status,
            "StackStatusReason": item.status_reason,
            "DisableRollback": item.disable_rollback,
            "NotificationARNs": item.notification_arns,
            "Capabilities": item.capabilities,
            "Outputs": [
                _without_none(
                    {
                        "OutputKey": output.key,
                        "OutputValue": output.value,
                        "Description": output.description,
                        "ExportName": output.export_name,
                    }
                )
                for output in item.outputs.values()
            ],
            "RoleARN": item.role_arn,
            "Tags": _tags(item.tags),
            "EnableTerminationProtection": item.termination_protection,
            "DriftInformation": NOT_CHECKED,
        }
    )


def _resolved(item: Stack, name: str) -> str | None:
    declared = item.template.get("Parameters", {}).get(name, {})
    if not str(declared.get("Type", "")).startswith("AWS::SSM::Parameter::Value"):
        return None
    value = item.parameters.get(name, "")
    return ",".join(value) if isinstance(value, list) else str(value)


def summary(item: Stack) -> dict[str, Any]:
    """A stack of ListStacks."""
    return _without_none(
        {
            "StackId": item.stack_id,
            "StackName": item.name,
            "TemplateDescription": item.template.get("Description"),
            "CreationTime": item.created,
            "LastUpdatedTime": item.updated,
            "DeletionTime": item.deleted,
            "StackStatus": item.status,
            "StackStatusReason": item.status_reason,
            "DriftInformation": NOT_CHECKED,
        }
    )


def event(item: Event) -> dict[str, Any]:
    """An event of DescribeStackEvents."""
    return _without_none(
        {
            "StackId": item.stack_id,
            "EventId": item.event_id,
            "StackName": item.stack_name,
            "LogicalResourceId": item.logical_id,
            "PhysicalResourceId": item.physical_id,
            "ResourceType": item.type_name,
            "Timestamp": item.timestamp,
            "ResourceStatus": item.status,
            "ResourceStatusReason": item.reason,
            "ResourceProperties": item.properties,
            "ClientRequestToken": item.client_request_token,
        }
    )


def stack_resource(owner: Stack, item: StackResource) -> dict[str, Any]:
    """A resource of DescribeStackResources."""
    return _without_none(
        {
            "StackName": owner.name,
            "StackId": owner.stack_id,
            "LogicalResourceId": item.logical_id,
            "PhysicalResourceId": item.physical_id or None,
            "ResourceType": item.type_name,
            "Timestamp": item.updated,
            "ResourceStatus": item.status,
            "ResourceStatusReason": item.reason,
            "DriftInformation": {"StackResourceDriftStatus": "NOT_CHECKED"},
        }
    )


def resource_detail(owner: Stack, item: StackResource) -> dict[str, Any]:
    """The resource of DescribeStackResource."""
    detail = stack_resource(owner, item)
    detail["LastUpdatedTimestamp"] = detail.pop("Timestamp")
    return detail


def resource_summary(item: StackResource) -> dict[str, Any]:
    """A resource of ListStackResources."""
    return _without_none(
        {
            "LogicalResourceId": item.logical_id,
            "PhysicalResourceId": item.physical_id or None,
            "ResourceType": item.type_name,
            "LastUpdatedTimestamp": item.updated,
            "ResourceStatus": item.status,
            "ResourceStatusReason": item.reason,
            "DriftInformation": {"StackResourceDriftStatus": "NOT_CHECKED"},
        }
    )


def change_set(item: change_sets.ChangeSet) -> dict[str, Any]:
    """The answer of DescribeChangeSet."""
    return _without_none(
        {
            **change_set_summary(item),
            "Parameters": _parameters(
                item.desired.template.get("Parameters", {}), item.desired.given
            ),
            "NotificationARNs": item.notification_arns,
            "RollbackConfiguration": {},
            "Capabilities": item.capabilities,
            "Tags": _tags(item.tags),
            "Changes": item.changes,
            "OnStackFailure": item.on_stack_failure,
        }
    )


def change_set_summary(item: change_sets.ChangeSet) -> dict[str, Any]:
    """A change set of ListChangeSets."""
    return _without_none(
        {
            "StackId": item.stack.stack_id,
            "StackName": item.stack.name,
            "ChangeSetId": item.change_set_id,
            "ChangeSetName": item.name,
            "ExecutionStatus": item.execution_status,
            "Status": item.status,
            "StatusReason": item.status_reason,
            "CreationTime": item.created,
            "Description": item.description,
            "IncludeNestedStacks": False,
        }
    )


def template_summary(template: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of GetTemplateSummary."""
    return _without_none(
        {
            "Parameters": [
                _without_none(
                    {
                        "ParameterKey": name,
                        "DefaultValue": _text(declared.get("Default")),
                        "ParameterType": declared.get("Type", "String"),
                        "NoEcho": str(declared.get("NoEcho", "")).lower() == "true",
                        "Description": declared.get("Description"),
                        "ParameterConstraints": {
                            "AllowedValues": [_text(v) for v in declared.get("AllowedValues", [])]
                        },
                    }
                )
                for name, declared in template.get("Parameters", {}).items()
            ],
            "Description": template.get("Description"),
            "ResourceTypes": sorted({item["Type"] for item in template["Resources"].values()}),
            "Version": template.get("AWSTemplateFormatVersion"),
        }
    )


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)
