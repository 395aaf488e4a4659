"""The CloudFormation API: stacks and change sets.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Operations.html
`ImportExistingResources` (`cdk bootstrap` sets it) is taken, but a resource that already exists fails
to be created instead of being imported.
Not implemented, and refused by name: stack sets, refactors, drift, imports of existing resources,
hooks, types, stack policies, nested stacks, and continuing or cancelling an update.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from moto.core.responses import ActionResult, EmptyResult
from moto.utilities.utils import get_partition

from localcloud.cloudformation import change_set as change_sets
from localcloud.cloudformation import custom_resource, descriptions, template
from localcloud.cloudformation.change_set import ChangeSet
from localcloud.cloudformation.errors import CloudFormationError
from localcloud.cloudformation.models import CloudFormationBackend
from localcloud.cloudformation.stack import Stack
from localcloud.cloudformation.stack_request import StackRequest

NO_UPDATES = "No updates are to be performed."


class CloudFormationResponse(StackRequest):
    """Parses a request, calls the backend, answers."""

    @property
    def backend(self) -> CloudFormationBackend:
        """The state that this request is about."""
        from moto.cloudformation.models import cloudformation_backends

        backend: CloudFormationBackend = cloudformation_backends[self.current_account][self.region]
        return backend

    @classmethod
    def custom_answer(cls, request: Any, full_url: str, headers: Any) -> Any:
        """A custom resource's function answers (PUT to its `ResponseURL`)."""
        request_id = parse_qs(urlsplit(full_url).query).get("RequestId", [""])[0]
        try:
            answer = json.loads(request.get_data())
        except ValueError:
            return 400, {}, "the answer of a custom resource must be JSON"
        known = isinstance(answer, dict) and custom_resource.take_answer(request_id, answer)
        return (200 if known else 404), {}, ""

    def create_stack(self) -> ActionResult:
        """CreateStack."""
        self.refuse_unsupported()
        name = self._get_param("StackName")
        self._require_free_name(name)
        stack = self.backend.new_stack(
            name,
            "CREATE_IN_PROGRESS",
            tags=self.read_tags(),
            role_arn=self._get_param("RoleARN"),
            capabilities=self._get_param("Capabilities", []),
            notification_arns=self._get_param("NotificationARNs", []),
            termination_protection=self._get_bool_param("EnableTerminationProtection", False),
            disable_rollback=self.read_disable_rollback(),
            client_request_token=self._get_param("ClientRequestToken"),
        )
        desired = self.backend.desired(stack, self.read_body(None), self.read_parameters(None))
        self.backend.start_create(stack, desired, self._get_param("OnFailure") or "ROLLBACK")
        return ActionResult({"StackId": stack.stack_id})

    def update_stack(self) -> ActionResult:
        """UpdateStack."""
        self.refuse_unsupported()
        stack = self.backend.stack(self._get_param("StackName"), deleted=False)
        self.backend.require_updatable(stack)
        desired = self.backend.desired(stack, self.read_body(stack), self.read_parameters(stack))
        tags = self.read_tags() if self._get_param("Tags") else stack.tags
        if change_sets.is_unchanged(stack, desired, tags):
            raise CloudFormationError(NO_UPDATES)
        stack.tags = tags
        stack.role_arn = self._get_param("RoleARN") or stack.role_arn
        stack.capabilities = self._get_param("Capabilities", [])
        stack.disable_rollback = self.read_disable_rollback()
        stack.client_request_token = self._get_param("ClientRequestToken")
        self.backend.start_update(stack, desired)
        return ActionResult({"StackId": stack.stack_id})

    def delete_stack(self) -> ActionResult:
        """DeleteStack."""
        self.refuse_unsupported()
        if self._get_param("DeletionMode", "STANDARD") != "STANDARD":
            raise CloudFormationError(
                "unsupported by the local cloud: DeletionMode "
                f"{self._get_param('DeletionMode')!r}; supported: STANDARD"
            )
        self.backend.start_delete(
            self._get_param("StackName"),
            set(self._get_param("RetainResources", [])),
            self._get_param("ClientRequestToken"),
        )
        return EmptyResult()

    def create_change_set(self) -> ActionResult:
        """CreateChangeSet."""
        self.refuse_unsupported()
        kind = self._get_param("ChangeSetType") or "UPDATE"
        name, stack_name = self._get_param("ChangeSetName"), self._get_param("StackName")
        capabilities = self._get_param("Capabilities", [])
        if kind == "UPDATE":
            stack = self.backend.stack(stack_name, deleted=False)
            self.backend.require_updatable(stack)
        elif kind == "CREATE":
            stack = self._stack_under_review(stack_name)
        else:
            raise CloudFormationError(
                f"unsupported by the local cloud: ChangeSetType {kind!r}; supported: CREATE, UPDATE"
            )
        body = self.read_body(stack if kind == "UPDATE" else None)
        desired = self.backend.desired(stack, body, self.read_parameters(stack))
        partition = get_partition(self.region)
        change_set = ChangeSet(
            change_set_id=change_sets.new_change_set_id(
                name, self.current_account, self.region, partition
            ),
            name=name,
            kind=kind,
            stack=stack,
            desired=desired,
            description=self._get_param("Description"),
            tags=self.read_tags(),
            role_arn=self._get_param("RoleARN"),
            capabilities=capabilities,
            notification_arns=self._get_param("NotificationARNs", []),
            on_stack_failure=self._get_param("OnStackFailure"),
            disable_rollback=self.read_disable_rollback(),
        )
        self.backend.add_change_set(change_set)
        return ActionResult({"Id": change_set.change_set_id, "StackId": stack.stack_id})

    def describe_change_set(self) -> ActionResult:
        """DescribeChangeSet."""
        return ActionResult(descriptions.change_set(self._change_set()))

    def delete_change_set(self) -> ActionResult:
        """DeleteChangeSet."""
        try:
            change_set = self._change_set()
        except CloudFormationError:
            return EmptyResult()
        del self.backend.our_change_sets[change_set.change_set_id]
        return EmptyResult()

    def list_change_sets(self) -> ActionResult:
        """ListChangeSets."""
        stack = self.backend.stack(self._get_param("StackName"))
        found = [item for item in self.backend.our_change_sets.values() if item.stack is stack]
        return ActionResult(
            {"Summaries": [descriptions.change_set_summary(item) for item in found]}
        )

    def execute_change_set(self) -> ActionResult:
        """ExecuteChangeSet."""
        self.refuse_unsupported()
        change_set = self._change_set()
        self.backend.execute_change_set(
            change_set,
            request_token=self._get_param("ClientRequestToken"),
            disable_rollback=change_set.disable_rollback or self.read_disable_rollback(),
        )
        return EmptyResult()

    def describe_stacks(self) -> ActionResult:
        """DescribeStacks (in one page)."""
        name = self._get_param("StackName")
        if name:
            stacks = [self.backend.stack(name)]
        else:
            stacks = [
                item
                for item in self.backend.our_stacks.values()
                if item.status != "DELETE_COMPLETE"
            ]
        return ActionResult({"Stacks": [descriptions.stack(item) for item in reversed(stacks)]})

    def list_stacks(self) -> ActionResult:
        """ListStacks (in one page)."""
        wanted = self._get_param("StackStatusFilter", [])
        stacks = [
            item for item in self.backend.our_stacks.values() if not wanted or item.status in wanted
        ]
        return ActionResult(
            {"StackSummaries": [descriptions.summary(item) for item in stacks[::-1]]}
        )

    def describe_stack_events(self) -> ActionResult:
        """DescribeStackEvents: newest first, in one page."""
        stack = self.backend.stack(self._get_param("StackName"))
        return ActionResult({"StackEvents": [descriptions.event(e) for e in stack.events[::-1]]})

    def describe_stack_resources(self) -> ActionResult:
        """DescribeStackResources, by stack or by a resource's physical id."""
        name, physical_id = self._get_param("StackName"), self._get_param("PhysicalResourceId")
        wanted = self._get_param("LogicalResourceId")
        stack = self.backend.stack(name) if name else self._stack_of(physical_id)
        listed = [
            descriptions.stack_resource(stack, item)
            for item in stack.resources.values()
            if wanted in (None, item.logical_id)
        ]
        return ActionResult({"StackResources": listed})

    def describe_stack_resource(self) -> ActionResult:
        """DescribeStackResource."""
        stack = self.backend.stack(self._get_param("StackName"))
        logical_id = self._get_param("LogicalResourceId")
        if logical_id not in stack.resources:
            raise CloudFormationError(
                f"Resource {logical_id} does not exist for stack {stack.name}"
            )
        detail = descriptions.resource_detail(stack, stack.resources[logical_id])
        return ActionResult({"StackResourceDetail": detail})

    def list_stack_resources(self) -> ActionResult:
        """ListStackResources (in one page)."""
        stack = self.backend.stack(self._get_param("StackName"))
        listed = [descriptions.resource_summary(item) for item in stack.resources.values()]
        return ActionResult({"StackResourceSummaries": listed})

    def get_template(self) -> ActionResult:
        """GetTemplate, of a stack or a change set."""
        if self._get_param("ChangeSetName"):
            body = self._change_set().desired.body
        else:
            body = self.backend.stack(self._get_param("StackName")).template_body
        return ActionResult({"TemplateBody": body, "StagesAvailable": ["Original", "Processed"]})

    def get_template_summary(self) -> ActionResult:
        """GetTemplateSummary."""
        name = self._get_param("StackName")
        body = self.backend.stack(name).template_body if name else self.read_body(None)
        return ActionResult(descriptions.template_summary(template.parse(body)))

    def validate_template(self) -> ActionResult:
        """ValidateTemplate: the structure only, as on AWS."""
        summary = descriptions.template_summary(template.parse(self.read_body(None)))
        return ActionResult(
            {
                "Description": summary.get("Description"),
                "Parameters": [
                    {
                        key: item[key]
                        for key in ("ParameterKey", "DefaultValue", "NoEcho")
                        if key in item
                    }
                    for item in summary["Parameters"]
                ],
                "Capabilities": [],
                "DeclaredTransforms": [],
            }
        )

    def list_exports(self) -> ActionResult:
        """ListExports (in one page)."""
        listed = [
            {"Name": name, "Value": value, "ExportingStackId": stack_id}
            for name, (value, stack_id) in self.backend.exported().items()
        ]
        return ActionResult({"Exports": listed})

    def list_imports(self) -> ActionResult:
        """ListImports (in one page)."""
        name = self._get_param("ExportName")
        users = self.backend.importers(name)
        if not users:
            raise CloudFormationError(f"Export '{name}' is not imported by any stack.")
        return ActionResult({"Imports": users})

    def update_termination_protection(self) -> ActionResult:
        """UpdateTerminationProtection."""
        stack = self.backend.stack(self._get_param("StackName"), deleted=False)
        stack.termination_protection = self._get_bool_param("EnableTerminationProtection", False)
        return ActionResult({"StackId": stack.stack_id})

    def _require_free_name(self, name: str) -> None:
        try:
            existing = self.backend.stack(name, deleted=False)
        except CloudFormationError:
            return
        raise CloudFormationError(
            f"Stack [{existing.name}] already exists", code="AlreadyExistsException"
        )

    def _stack_under_review(self, name: str) -> Stack:
        try:
            existing = self.backend.stack(name, deleted=False)
        except CloudFormationError:
            return self.backend.new_stack(name, "REVIEW_IN_PROGRESS")
        if existing.status != "REVIEW_IN_PROGRESS":
            raise CloudFormationError(
                f"Stack [{name}] already exists and cannot be created again with the changeSet "
                f"[{self._get_param('ChangeSetName')}].",
                code="AlreadyExistsException",
            )
        return existing

    def _stack_of(self, physical_id: str) -> Stack:
        for stack in self.backend.our_stacks.values():
            if any(item.physical_id == physical_id for item in stack.resources.values()):
                return stack
        raise CloudFormationError(f"Stack for {physical_id} does not exist")

    def _change_set(self) -> ChangeSet:
        return self.backend.change_set(
            self._get_param("ChangeSetName"), self._get_param("StackName")
        )
