"""Making, changing and deleting one resource of a stack, with the events that tell of it."""

from __future__ import annotations

import logging
from typing import Any

from localcloud import clients
from localcloud.cloudformation import custom_resource, moto_resource, resource
from localcloud.cloudformation.errors import CloudFormationError, ResourceFailure, reason_of
from localcloud.cloudformation.stack import Stack, StackResource
from localcloud.errors import AwsError

logger = logging.getLogger(__name__)

SERVICE = "cloudformation.amazonaws.com"


def implementation(type_name: str) -> resource.Resource:
    """What makes resources of this type: ours, a custom resource's function, or moto's."""
    if custom_resource.is_custom(type_name):
        return custom_resource.CUSTOM
    return resource.find(type_name) or moto_resource.adapter(type_name)


class ResourceOperations:
    """What one operation of a stack does to its resources, one at a time."""

    def __init__(self, stack: Stack, request_token: str) -> None:
        self.stack = stack
        self.request_token = request_token

    def create(self, wanted: StackResource, verb: str = "CREATE") -> None:
        """Make it; raises ResourceFailure."""
        stack = self.stack
        stack.resources[wanted.logical_id] = wanted
        stack.set_resource_status(wanted, f"{verb}_IN_PROGRESS")
        try:
            kind = implementation(wanted.type_name)
            kind.validate(wanted.properties)
            made = kind.create(wanted.properties, self._context(wanted))
        except Exception as error:
            raise self._failed(wanted, f"{verb}_FAILED", error) from error
        wanted.physical_id = made.physical_id
        wanted.attributes = made.attributes
        stack.set_resource_status(wanted, f"{verb}_COMPLETE")

    def update_in_place(
        self, kind: resource.Resource, existing: StackResource, wanted: StackResource
    ) -> None:
        """Change `existing` to what `wanted` has; raises ResourceFailure."""
        self.stack.set_resource_status(wanted, "UPDATE_IN_PROGRESS")
        try:
            kind.validate(wanted.properties)
            attributes = kind.update(
                existing.physical_id,
                dict(existing.properties),
                wanted.properties,
                self._context(wanted),
            )
        except Exception as error:
            raise self._failed(wanted, "UPDATE_FAILED", error) from error
        if attributes is not None:
            wanted.attributes = attributes
        self.stack.set_resource_status(wanted, "UPDATE_COMPLETE")

    def delete(self, item: StackResource, cleanup: bool = False) -> None:
        """Delete it; raises ResourceFailure, unless it is only being cleaned up."""
        stack = self.stack
        stack.set_resource_status(item, "DELETE_IN_PROGRESS")
        try:
            implementation(item.type_name).delete(
                item.physical_id, item.properties, self._context(item)
            )
        except Exception as error:
            failure = self._failed(item, "DELETE_FAILED", error)
            if not cleanup:  # a failed cleanup leaves the resource behind, and the update done
                raise failure from error
        else:
            stack.set_resource_status(item, "DELETE_COMPLETE")

    def attribute(self, name: str, attribute: str) -> Any:
        """`Fn::GetAtt` of a resource of the stack."""
        item = self.stack.resources[name]
        kind = implementation(item.type_name)
        return kind.get_att(attribute, item.physical_id, item.attributes)

    def _failed(self, item: StackResource, status: str, error: BaseException) -> ResourceFailure:
        if not hasattr(error, "response") and not isinstance(error, AwsError | CloudFormationError):
            logger.warning("%s of %s failed", item.type_name, item.logical_id, exc_info=error)
        reason = reason_of(error, self.request_token)
        self.stack.set_resource_status(item, status, reason)
        return ResourceFailure(item.logical_id, reason)

    def _context(self, item: StackResource) -> resource.Context:
        stack = self.stack
        credentials = None
        if stack.role_arn:
            credentials = clients.role_session(stack.role_arn, "AWSCloudFormation", SERVICE)
        elif stack.caller is not None:
            credentials = clients.as_caller(stack.caller)
        return resource.Context(
            account_id=stack.account_id,
            region=stack.region,
            stack_name=stack.name,
            stack_id=stack.stack_id,
            logical_id=item.logical_id,
            type_name=item.type_name,
            stack_tags=stack.tags,
            credentials=credentials,
            made=lambda physical_id: setattr(item, "physical_id", physical_id),
        )
