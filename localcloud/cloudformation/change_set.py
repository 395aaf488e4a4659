"""A change set: a template and parameters that were checked against a stack, to be executed later.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeChangeSet.html
The listed changes compare template texts; a property whose value changes only because a resource it
refers to is replaced is not listed (it is still updated on execution).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from localcloud.cloud import current
from localcloud.cloudformation import resource, template
from localcloud.cloudformation.desired import Desired
from localcloud.cloudformation.stack import Stack

NO_CHANGES = (
    "The submitted information didn't contain changes. Submit different information to create a "
    "change set."
)


@dataclass
class ChangeSet:
    """A change set of one stack."""

    change_set_id: str
    name: str
    kind: str  # CREATE or UPDATE
    stack: Stack
    desired: Desired
    description: str | None
    tags: dict[str, str]
    role_arn: str | None
    capabilities: list[str]
    notification_arns: list[str]
    on_stack_failure: str | None
    disable_rollback: bool = False
    status: str = "CREATE_COMPLETE"
    execution_status: str = "AVAILABLE"
    status_reason: str | None = None
    changes: list[dict[str, Any]] = field(default_factory=list)
    created: datetime = field(default_factory=lambda: current().clock.now())


def new_change_set_id(name: str, account_id: str, region: str, partition: str) -> str:
    """A change set's ARN."""
    return f"arn:{partition}:cloudformation:{region}:{account_id}:changeSet/{name}/{uuid.uuid4()}"


def is_unchanged(stack: Stack, desired: Desired, tags: dict[str, str]) -> bool:
    """Whether the stack already is what is asked for: same template, parameter values and tags."""
    return (
        stack.template == desired.template
        and stack.parameters == dict(desired.scope.parameters)
        and stack.tags == tags
    )


def changes(stack: Stack, desired: Desired) -> list[dict[str, Any]]:
    """The `Changes` of a description: one per resource that is added, modified or removed."""
    old = {name: stack.template.get("Resources", {}).get(name) for name in stack.resources}
    changed_parameters = {
        name
        for name, value in desired.scope.parameters.items()
        if stack.parameters.get(name) != value
    }
    listed = []
    for name, new in desired.resources.items():
        if name not in old:
            listed.append(_change("Add", name, new["Type"], None))
            continue
        refers = set(template.references(new.get("Properties", {})))
        if old[name] != new or refers & changed_parameters:
            physical_id = stack.resources[name].physical_id
            change = _change("Modify", name, new["Type"], physical_id)
            change["ResourceChange"].update(_details(old[name] or {}, new))
            listed.append(change)
    for name, item in stack.resources.items():
        if name not in desired.resources:
            change = _change("Remove", name, item.type_name, item.physical_id)
            policy = {"Delete": "Delete", "Snapshot": "Snapshot"}.get(
                item.deletion_policy, "Retain"
            )
            change["ResourceChange"]["PolicyAction"] = policy
            listed.append(change)
    return listed


def _change(action: str, name: str, type_name: str, physical_id: str | None) -> dict[str, Any]:
    change: dict[str, Any] = {
        "Action": action,
        "LogicalResourceId": name,
        "ResourceType": type_name,
        "Scope": [],
        "Details": [],
    }
    if physical_id:
        change["PhysicalResourceId"] = physical_id
    return {"Type": "Resource", "ResourceChange": change}


def _details(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    before, after = old.get("Properties", {}), new.get("Properties", {})
    changed = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    kind = resource.find(new["Type"])
    create_only = kind.create_only if kind else ()
    scope = ["Properties"] if changed else []
    scope += [
        name
        for name in ("Metadata", "DeletionPolicy", "UpdateReplacePolicy")
        if old.get(name) != new.get(name)
    ]
    details = [
        {
            "Target": {
                "Attribute": "Properties",
                "Name": name,
                "RequiresRecreation": "Always" if name in create_only else "Never",
            },
            "Evaluation": "Static",
            "ChangeSource": "DirectModification",
        }
        for name in changed
    ]
    replacement = "True" if any(name in create_only for name in changed) else "False"
    return {"Scope": scope, "Details": details, "Replacement": replacement}
