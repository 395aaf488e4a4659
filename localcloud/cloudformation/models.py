"""The CloudFormation backend: stacks, change sets and exports of one account and region.

moto's own engine is not used: it reports success for types and properties that it does not know, has
no resource events, and lets a failing resource's exception escape. Operations run in the background,
as on AWS; a request that starts one is answered once it is done or after `ANSWER_AFTER_SECONDS`,
because clients look again only every few seconds.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from moto.cloudformation.models import CloudFormationBackend as MotoBackend
from moto.core.resource_tagging import TaggedResource
from moto.ssm import ssm_backends
from moto.utilities.utils import get_partition

from localcloud.cloud import current
from localcloud.cloudformation import change_set as change_sets
from localcloud.cloudformation import custom_resource, moto_resource, preconditions, resource
from localcloud.cloudformation.change_set import ChangeSet
from localcloud.cloudformation.desired import Desired, read
from localcloud.cloudformation.errors import CloudFormationError
from localcloud.cloudformation.stack import Stack, new_stack_id
from localcloud.cloudformation.stack_operation import StackOperation
from localcloud.iam.authorization import gate

# AWS answers at once, and its CLIs then poll every 5 s (`cdk`) to 30 s (`aws … wait`).
ANSWER_AFTER_SECONDS = 20.0


def recognized_types() -> frozenset[str]:
    """Every resource type that a template may use here (and any `Custom::…`)."""
    ours = frozenset(resource.type_names()) | {custom_resource.CUSTOM_TYPE}
    return ours | moto_resource.type_names()


class CloudFormationBackend(MotoBackend):
    """State of CloudFormation in one account and region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        # By stack id, deleted ones included (AWS keeps those for 90 days).
        self.our_stacks: dict[str, Stack] = {}
        self.our_change_sets: dict[str, ChangeSet] = {}
        self._lock = threading.RLock()

    def stack(self, name_or_id: str, *, deleted: bool = True) -> Stack:
        """By name (deleted stacks have none any more) or id; ValidationError when there is none."""
        found = self.our_stacks.get(name_or_id)
        if found is not None and (deleted or found.status != "DELETE_COMPLETE"):
            return found
        for stack in self.our_stacks.values():
            if stack.name == name_or_id and stack.status != "DELETE_COMPLETE":
                return stack
        raise CloudFormationError(f"Stack with id {name_or_id} does not exist")

    def exported(self) -> dict[str, tuple[str, str]]:
        """Exported names, each with its value and the exporting stack's id."""
        return {
            output.export_name: (output.value, stack.stack_id)
            for stack in self.our_stacks.values()
            if stack.status != "DELETE_COMPLETE"
            for output in stack.outputs.values()
            if output.export_name
        }

    def importers(self, export_name: str) -> list[str]:
        """Names of the stacks that import `export_name`."""
        return [
            stack.name
            for stack in self.our_stacks.values()
            if export_name in stack.imports and stack.status != "DELETE_COMPLETE"
        ]

    def desired(self, stack: Stack, body: str, passed: Mapping[str, str]) -> Desired:
        """Read a template for `stack`; raises ValidationError, and makes nothing."""
        partition = get_partition(self.region_name)
        pseudo = {
            "AWS::AccountId": self.account_id,
            "AWS::NotificationARNs": stack.notification_arns,
            "AWS::Partition": partition,
            "AWS::Region": self.region_name,
            "AWS::StackId": stack.stack_id,
            "AWS::StackName": stack.name,
            "AWS::URLSuffix": "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com",
        }

        def exported(name: str) -> str:
            known = self.exported()
            if name not in known:
                raise CloudFormationError(f"No export named {name} found.")
            stack.imports.add(name)
            return known[name][0]

        return read(
            body,
            passed,
            pseudo,
            recognized=recognized_types(),
            read_parameter=self._read_parameter,
            exported=exported,
        )

    def _read_parameter(self, name: str) -> str:
        parameter = ssm_backends[self.account_id][self.region_name].get_parameter(name)
        if parameter is None:
            raise CloudFormationError(
                f"Unable to fetch parameters [{name}] from parameter store for this account."
            )
        return str(parameter.value)

    def new_stack(self, name: str, status: str, **details: Any) -> Stack:
        """A stack that has nothing yet; not listed before `add`."""
        partition = get_partition(self.region_name)
        return Stack(
            stack_id=new_stack_id(name, self.account_id, self.region_name, partition),
            name=name,
            account_id=self.account_id,
            region=self.region_name,
            status=status,
            **details,
        )

    def start_create(self, stack: Stack, desired: Desired, on_failure: str) -> None:
        """Make a new stack's resources."""
        with self._lock:
            preconditions.require_capabilities(desired, stack.capabilities)
            self.our_stacks[stack.stack_id] = stack
            stack.set_status("CREATE_IN_PROGRESS", "User Initiated")
        operation = StackOperation(stack, self._export_values())
        self._run(stack, "create", operation.create, desired, on_failure)

    def start_update(self, stack: Stack, desired: Desired) -> None:
        """Bring an existing stack to a new template."""
        with self._lock:
            preconditions.require_updatable(stack)
            preconditions.require_same_types(stack, desired)
            preconditions.require_capabilities(desired, stack.capabilities)
            stack.updated = current().clock.now()
            stack.set_status("UPDATE_IN_PROGRESS", "User Initiated")
        self._run(stack, "update", StackOperation(stack, self._export_values()).update, desired)

    def start_delete(self, name_or_id: str, retain: set[str], request_token: str | None) -> None:
        """Delete a stack; nothing happens when there is none."""
        try:
            stack = self.stack(name_or_id)
        except CloudFormationError:
            return
        if stack.status == "DELETE_COMPLETE":
            return
        with self._lock:
            preconditions.require_deletable(stack, retain, self.importers)
            stack.client_request_token = request_token
            stack.set_status("DELETE_IN_PROGRESS", "User Initiated")

        def delete() -> None:
            StackOperation(stack, self._export_values()).delete(retain)
            if stack.status == "DELETE_COMPLETE":
                stack.deleted = current().clock.now()
                for listed in [
                    item.change_set_id
                    for item in self.our_change_sets.values()
                    if item.stack is stack
                ]:
                    del self.our_change_sets[listed]

        self._run(stack, "delete", delete)

    def add_change_set(self, change_set: ChangeSet) -> None:
        """Keep a change set; a stack that it would create is listed as REVIEW_IN_PROGRESS."""
        stack, desired = change_set.stack, change_set.desired
        with self._lock:
            preconditions.require_capabilities(desired, change_set.capabilities)
            if change_set.kind == "UPDATE":
                preconditions.require_same_types(stack, desired)
                if change_sets.is_unchanged(stack, desired, change_set.tags):
                    change_set.status = "FAILED"
                    change_set.execution_status = "UNAVAILABLE"
                    change_set.status_reason = change_sets.NO_CHANGES
            change_set.changes = change_sets.changes(stack, desired)
            self.our_change_sets[change_set.change_set_id] = change_set
            if stack.stack_id not in self.our_stacks:
                self.our_stacks[stack.stack_id] = stack
                stack.set_status("REVIEW_IN_PROGRESS", "User Initiated")

    def change_set(self, name_or_id: str, stack_name: str | None) -> ChangeSet:
        """By id, or by name and stack; ChangeSetNotFound when there is none."""
        known = self.our_change_sets.get(name_or_id)
        if known is not None:
            return known
        for item in self.our_change_sets.values():
            if item.name == name_or_id and stack_name in (item.stack.name, item.stack.stack_id):
                return item
        raise CloudFormationError(
            f"ChangeSet [{name_or_id}] does not exist", code="ChangeSetNotFound"
        )

    def execute_change_set(
        self, change_set: ChangeSet, *, request_token: str | None, disable_rollback: bool
    ) -> None:
        """Bring about what a change set holds; it and the stack's other ones are then gone."""
        stack = change_set.stack
        if change_set.execution_status != "AVAILABLE":
            raise CloudFormationError(
                f"ChangeSet [{change_set.change_set_id}] cannot be executed in its current "
                f"execution status of [{change_set.execution_status}]",
                code="InvalidChangeSetStatus",
            )
        change_set.execution_status = "EXECUTE_COMPLETE"
        stack.client_request_token = request_token
        stack.change_set_id = change_set.change_set_id
        stack.tags = change_set.tags
        stack.role_arn = change_set.role_arn or stack.role_arn
        stack.capabilities = change_set.capabilities
        stack.notification_arns = change_set.notification_arns
        stack.disable_rollback = disable_rollback
        if change_set.kind == "CREATE":
            self.start_create(stack, change_set.desired, change_set.on_stack_failure or "ROLLBACK")
        else:
            self.start_update(stack, change_set.desired)

    def require_updatable(self, stack: Stack) -> None:
        """Refuse an update of a stack in a state that does not take one."""
        preconditions.require_updatable(stack)

    def _export_values(self) -> dict[str, str]:
        return {name: value for name, (value, _) in self.exported().items()}

    def _run(self, stack: Stack, verb: str, work: Callable[..., Any], *arguments: Any) -> None:
        cloud = current()
        stack.caller = gate.present_caller()

        def run() -> None:
            try:
                work(*arguments)
            except Exception as error:
                status = f"{verb.upper()}_FAILED"
                if not cloud.stopping.is_set():
                    stack.set_status(status, f"the local cloud failed: {error!r}")
                raise

        thread = cloud.background(f"{verb} stack {stack.name}", run)
        thread.join(ANSWER_AFTER_SECONDS)

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        """For the Resource Groups Tagging API."""
        for stack in self.our_stacks.values():
            if stack.status != "DELETE_COMPLETE":
                yield TaggedResource(
                    arn=stack.stack_id, tags=dict(stack.tags), resource_type="cloudformation:stack"
                )
