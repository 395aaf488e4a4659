"""What must hold before a stack is changed or deleted; otherwise the request is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from localcloud.cloudformation.desired import Desired, required_capabilities
from localcloud.cloudformation.errors import CloudFormationError
from localcloud.cloudformation.stack import Stack

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
UPDATABLE = frozenset(
    {
        "CREATE_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE",
        "CREATE_FAILED",
        "UPDATE_FAILED",
        "IMPORT_COMPLETE",
    }
)


def require_updatable(stack: Stack) -> None:
    """The stack is in a state that takes an update."""
    if stack.status not in UPDATABLE:
        raise CloudFormationError(
            f"Stack:{stack.stack_id} is in {stack.status} state and can not be updated."
        )


def require_same_types(stack: Stack, desired: Desired) -> None:
    """No resource that there is becomes one of another type."""
    changed = [
        name
        for name, declared in desired.resources.items()
        if name in stack.resources and stack.resources[name].type_name != declared["Type"]
    ]
    if changed:
        raise CloudFormationError(
            "Update of resource type is not permitted. The new template modifies resource type "
            f"of the following resources: [{', '.join(changed)}]"
        )


def require_capabilities(desired: Desired, given: Iterable[str]) -> None:
    """Whoever asks has acknowledged that the template makes IAM resources."""
    acknowledged = set(given)
    needed = required_capabilities(desired)
    if "CAPABILITY_NAMED_IAM" in acknowledged:
        needed.clear()
    missing = needed - acknowledged
    if missing:
        strongest = "CAPABILITY_NAMED_IAM" if len(missing) > 1 else missing.pop()
        raise CloudFormationError(
            f"Requires capabilities : [{strongest}]", code="InsufficientCapabilitiesException"
        )


def require_deletable(
    stack: Stack, retain: set[str], importers: Callable[[str], list[str]]
) -> None:
    """The stack is not protected, not busy, and no other stack imports its exports."""
    if stack.termination_protection:
        raise CloudFormationError(
            f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
        )
    if retain and stack.status != "DELETE_FAILED":
        raise CloudFormationError(
            f"Invalid operation on stack [{stack.stack_id}]. When specifying "
            "RetainResources, the stack must be in the DELETE_FAILED state."
        )
    for output in stack.outputs.values():
        users = importers(output.export_name) if output.export_name else []
        if users:
            raise CloudFormationError(
                f"Export {output.export_name} cannot be deleted as it is in use by "
                f"{' and '.join(users)}"
            )
    if stack.in_progress:
        raise CloudFormationError(
            f"Stack:{stack.stack_id} is in {stack.status} state and can not be deleted."
        )
