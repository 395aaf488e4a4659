"""Deleting resources of a stack, each before what it needs."""

from __future__ import annotations

from localcloud.cloudformation.errors import ResourceFailure
from localcloud.cloudformation.resource_operation import ResourceOperations
from localcloud.cloudformation.stack import Stack, StackResource


def delete_all(
    stack: Stack, operations: ResourceOperations, skip: set[str]
) -> ResourceFailure | None:
    """Delete what can be deleted; the first failure."""
    first: ResourceFailure | None = None
    blocked: set[str] = set()
    for item in deletion_order(list(stack.resources.values())):
        if item.logical_id in skip and item.physical_id:
            stack.set_resource_status(item, "DELETE_SKIPPED")
            continue
        if item.logical_id in blocked:
            blocked |= item.needs
            continue
        if not item.physical_id:  # it was never made
            continue
        try:
            operations.delete(item)
        except ResourceFailure as failure:
            first = first or failure
            blocked |= item.needs
    for item in list(stack.resources.values()):
        if item.status in ("DELETE_COMPLETE", "CREATE_FAILED"):
            stack.resources.pop(item.logical_id)
    return first


def deletion_order(items: list[StackResource]) -> list[StackResource]:
    """Each before what it needs."""
    left = {item.logical_id: item for item in items}
    order: list[StackResource] = []
    while left:
        needed = {name for item in left.values() for name in item.needs}
        free = [item for name, item in left.items() if name not in needed] or list(left.values())
        for item in reversed(free):
            del left[item.logical_id]
            order.append(item)
    return order
