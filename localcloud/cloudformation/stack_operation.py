"""Bringing a stack's resources to what a template asks for, and back when that fails.

Create, update and delete of stacks:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
A replacement is made first and what it replaces is deleted in the cleanup phase, as on AWS.
Difference: resources are made one after another, in order of dependency; AWS works in parallel.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from localcloud.cloudformation import intrinsics, resource
from localcloud.cloudformation.deletion import delete_all, deletion_order
from localcloud.cloudformation.desired import Desired
from localcloud.cloudformation.errors import CloudFormationError, ResourceFailure
from localcloud.cloudformation.outputs import evaluate_outputs
from localcloud.cloudformation.resource_operation import ResourceOperations, implementation
from localcloud.cloudformation.stack import Stack, StackResource
from localcloud.errors import AwsError

CUSTOM_NAME = (
    "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
    "Rename {name} and update the stack again."
)


@dataclass
class _Done:
    """One step of an operation, to be undone when a later one fails."""

    before: StackResource | None
    after: StackResource


@dataclass
class StackOperation:
    """One create, update or delete of one stack."""

    stack: Stack
    exports: Mapping[str, str]
    request_token: str = field(default_factory=lambda: str(uuid.uuid4()))
    _resources: ResourceOperations = field(init=False)
    _done: list[_Done] = field(default_factory=list)
    _replaced: list[StackResource] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._resources = ResourceOperations(self.stack, self.request_token)

    def create(self, desired: Desired, on_failure: str = "ROLLBACK") -> None:
        """Make every resource; `on_failure` is ROLLBACK, DELETE or DO_NOTHING."""
        stack = self.stack
        failure = self._bring_about(desired)
        if failure is None:
            stack.set_status("CREATE_COMPLETE")
            return
        if on_failure == "DO_NOTHING" or stack.disable_rollback:
            stack.set_status("CREATE_FAILED", _failed_words("create", failure))
            return
        status = "DELETE" if on_failure == "DELETE" else "ROLLBACK"
        stack.set_status(
            f"{status}_IN_PROGRESS",
            f"{_failed_words('create', failure)} {'Delete' if status == 'DELETE' else 'Rollback'} "
            "requested by user.",
        )
        kept = {
            item.logical_id
            for item in stack.resources.values()
            if item.deletion_policy in ("Retain", "Snapshot")
        }
        undone = delete_all(self.stack, self._resources, skip=kept)
        stack.outputs = {}
        stack.set_status(f"{status}_COMPLETE" if undone is None else f"{status}_FAILED")

    def update(self, desired: Desired) -> None:
        """Change what differs, delete what is no longer wanted; roll back on a failure."""
        stack = self.stack
        before = (
            stack.template_body,
            stack.template,
            stack.given_parameters,
            stack.parameters,
            stack.outputs,
        )
        failure = self._bring_about(desired)
        if failure is None:
            stack.set_status("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
            self._clean_up(desired)
            stack.set_status("UPDATE_COMPLETE")
            return
        if stack.disable_rollback:
            stack.set_status("UPDATE_FAILED", _failed_words("update", failure))
            return
        stack.set_status("UPDATE_ROLLBACK_IN_PROGRESS", _failed_words("update", failure))
        undone = self._undo()
        (
            stack.template_body,
            stack.template,
            stack.given_parameters,
            stack.parameters,
            stack.outputs,
        ) = before
        if undone is not None:
            stack.set_status("UPDATE_ROLLBACK_FAILED", _failed_words("update", undone))
            return
        stack.set_status("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
        stack.set_status("UPDATE_ROLLBACK_COMPLETE")

    def delete(self, retain: set[str] | None = None) -> None:
        """Delete every resource that no policy retains."""
        kept = {
            item.logical_id
            for item in self.stack.resources.values()
            if item.deletion_policy in ("Retain", "RetainExceptOnCreate", "Snapshot")
        }
        failure = delete_all(self.stack, self._resources, skip=kept | (retain or set()))
        if failure is None:
            self.stack.set_status("DELETE_COMPLETE")
        else:
            self.stack.set_status(
                "DELETE_FAILED",
                f"The following resource(s) failed to delete: [{failure.logical_id}]. ",
            )

    def _bring_about(self, desired: Desired) -> ResourceFailure | None:
        stack = self.stack
        scope = desired.scope
        scope.physical_id = lambda name: stack.resources[name].physical_id
        scope.attribute = self._resources.attribute
        try:
            for logical_id, declared in desired.resources.items():
                self._settle(logical_id, declared, desired)
        except ResourceFailure as failure:
            return failure
        stack.template_body, stack.template = desired.body, desired.template
        stack.given_parameters = desired.given
        stack.parameters = dict(scope.parameters)
        try:
            stack.outputs = evaluate_outputs(desired.template, scope, self.exports, stack.outputs)
        except (CloudFormationError, AwsError) as error:
            return ResourceFailure(stack.name, str(error))
        return None

    def _settle(self, logical_id: str, declared: Mapping[str, Any], desired: Desired) -> None:
        stack = self.stack
        existing = stack.resources.get(logical_id)
        wanted = StackResource(
            logical_id=logical_id,
            type_name=declared["Type"],
            needs=desired.needs[logical_id],
            deletion_policy=declared.get("DeletionPolicy", "Delete"),
            update_replace_policy=declared.get("UpdateReplacePolicy", "Delete"),
        )
        try:
            evaluated = intrinsics.evaluate(declared.get("Properties", {}), desired.scope)
        except (CloudFormationError, AwsError) as error:
            failed = existing or wanted
            stack.resources.setdefault(logical_id, failed)
            verb = "UPDATE" if existing else "CREATE"
            stack.set_resource_status(failed, f"{verb}_FAILED", str(error))
            raise ResourceFailure(logical_id, str(error)) from error
        wanted.properties = evaluated
        if existing is None:
            self._resources.create(wanted)
            self._done.append(_Done(None, wanted))
            return
        existing.needs = wanted.needs
        existing.deletion_policy = wanted.deletion_policy
        existing.update_replace_policy = wanted.update_replace_policy
        if existing.properties == evaluated:
            return
        self._change(existing, wanted)

    def _change(self, existing: StackResource, wanted: StackResource) -> None:
        stack = self.stack
        kind = implementation(wanted.type_name)
        if kind.requires_replacement(existing.properties, wanted.properties):
            self._require_new_name(kind, existing, wanted)
            wanted.physical_id = existing.physical_id
            stack.resources[wanted.logical_id] = wanted
            stack.set_resource_status(
                wanted,
                "UPDATE_IN_PROGRESS",
                "Requested update requires the creation of a new physical resource; "
                "hence creating one.",
            )
            try:
                self._resources.create(wanted, "UPDATE")
            except ResourceFailure:
                stack.resources[wanted.logical_id] = existing
                if wanted.physical_id != existing.physical_id:
                    self._resources.delete(wanted, cleanup=True)
                raise
            self._replaced.append(existing)
        else:
            wanted.physical_id, wanted.attributes = existing.physical_id, existing.attributes
            stack.resources[wanted.logical_id] = wanted
            try:
                self._resources.update_in_place(kind, existing, wanted)
            except ResourceFailure:
                # Undo what a half-done update changed: the old properties are set again.
                self._done.append(_Done(existing, wanted))
                raise
        self._done.append(_Done(existing, wanted))

    def _require_new_name(
        self, kind: resource.Resource, existing: StackResource, wanted: StackResource
    ) -> None:
        name = kind.name_property
        if name and name in wanted.properties:
            given = wanted.properties[name]
            if existing.properties.get(name) == given:
                reason = CUSTOM_NAME.format(name=given)
                self.stack.set_resource_status(existing, "UPDATE_FAILED", reason)
                raise ResourceFailure(existing.logical_id, reason)

    def _clean_up(self, desired: Desired) -> None:
        stack = self.stack
        for old in reversed(self._replaced):
            if old.update_replace_policy == "Delete":
                self._resources.delete(old, cleanup=True)
        gone = [
            item for item in stack.resources.values() if item.logical_id not in desired.resources
        ]
        for item in deletion_order(gone):
            if item.deletion_policy == "Delete":
                self._resources.delete(item, cleanup=True)
            else:
                stack.set_resource_status(item, "DELETE_SKIPPED")
            stack.resources.pop(item.logical_id, None)

    def _undo(self) -> ResourceFailure | None:
        stack = self.stack
        for item in [one for one in stack.resources.values() if one.status == "CREATE_FAILED"]:
            stack.resources.pop(item.logical_id)
            if item.physical_id:  # it was made, and could not be configured
                try:
                    self._resources.delete(item)
                except ResourceFailure as failure:
                    return failure
        for done in reversed(self._done):
            before, after = done.before, done.after
            try:
                if before is None:
                    if after.deletion_policy != "Retain":
                        self._resources.delete(after)
                    stack.resources.pop(after.logical_id, None)
                elif before in self._replaced:
                    stack.resources[before.logical_id] = before
                    self._resources.delete(after)
                else:
                    stack.resources[before.logical_id] = before
                    self._resources.update_in_place(implementation(before.type_name), after, before)
            except ResourceFailure as failure:
                return failure
        return None


def _failed_words(verb: str, failure: ResourceFailure) -> str:
    return f"The following resource(s) failed to {verb}: [{failure.logical_id}]."
