"""What a stack is: its template, parameters, resources, outputs and the record of its events.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from localcloud.cloud import current
from localcloud.iam.authorization.caller import Caller

STACK_TYPE = "AWS::CloudFormation::Stack"


@dataclass
class StackResource:
    """One resource of a stack, as it was last made or changed."""

    logical_id: str
    type_name: str
    physical_id: str = ""
    properties: dict[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    needs: frozenset[str] = frozenset()
    deletion_policy: str = "Delete"
    update_replace_policy: str = "Delete"
    status: str = "CREATE_IN_PROGRESS"
    reason: str | None = None
    updated: datetime = field(default_factory=lambda: current().clock.now())


@dataclass(frozen=True)
class Event:
    """One line of a stack's history."""

    stack_id: str
    stack_name: str
    logical_id: str
    physical_id: str
    type_name: str
    status: str
    reason: str | None
    properties: str | None
    client_request_token: str | None
    timestamp: datetime
    event_id: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass(frozen=True)
class Output:
    """One output of a stack, evaluated."""

    key: str
    value: str
    description: str | None
    export_name: str | None


@dataclass
class Stack:
    """A stack of one account and region."""

    stack_id: str
    name: str
    account_id: str
    region: str
    status: str
    template_body: str = ""
    template: dict[str, Any] = field(default_factory=dict)
    # The parameters as given (for Parameter Store ones, the name), and as `Ref` answers them.
    given_parameters: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    role_arn: str | None = None
    capabilities: list[str] = field(default_factory=list)
    notification_arns: list[str] = field(default_factory=list)
    termination_protection: bool = False
    disable_rollback: bool = False
    change_set_id: str | None = None
    status_reason: str | None = None
    resources: dict[str, StackResource] = field(default_factory=dict)
    outputs: dict[str, Output] = field(default_factory=dict)
    imports: set[str] = field(default_factory=set)
    events: list[Event] = field(default_factory=list)
    created: datetime = field(default_factory=lambda: current().clock.now())
    updated: datetime | None = None
    deleted: datetime | None = None
    client_request_token: str | None = None
    # Whoever asked for the operation: without a role, it is made in their name.
    caller: Caller | None = None

    @property
    def in_progress(self) -> bool:
        """Whether an operation runs on it."""
        return self.status.endswith("_IN_PROGRESS") and self.status != "REVIEW_IN_PROGRESS"

    def set_status(self, status: str, reason: str | None = None) -> None:
        """Change the stack's own status, with its event."""
        self.status = status
        self.status_reason = reason
        self._record(self.name, self.stack_id, STACK_TYPE, status, reason, None)

    def set_resource_status(
        self, resource: StackResource, status: str, reason: str | None = None
    ) -> None:
        """Change a resource's status, with its event."""
        resource.status = status
        resource.reason = reason
        resource.updated = current().clock.now()
        self._record(
            resource.logical_id,
            resource.physical_id,
            resource.type_name,
            status,
            reason,
            json.dumps(resource.properties, default=str),
        )

    def _record(
        self,
        logical_id: str,
        physical_id: str,
        type_name: str,
        status: str,
        reason: str | None,
        properties: str | None,
    ) -> None:
        # Clients sort by this, to the millisecond: two events never have the same.
        now = current().clock.now()
        if self.events:
            now = max(now, self.events[-1].timestamp + timedelta(milliseconds=1))
        self.events.append(
            Event(
                stack_id=self.stack_id,
                stack_name=self.name,
                logical_id=logical_id,
                physical_id=physical_id,
                type_name=type_name,
                status=status,
                reason=reason,
                properties=properties,
                client_request_token=self.client_request_token,
                timestamp=now,
            )
        )
        current().changes.announce()


def new_stack_id(name: str, account_id: str, region: str, partition: str) -> str:
    """A stack's ARN."""
    return f"arn:{partition}:cloudformation:{region}:{account_id}:stack/{name}/{uuid.uuid4()}"
