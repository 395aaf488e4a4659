"""Which step waits for which, and which may start now.

A step depends on what it names in DependsOn, on the steps that its expressions refer to, and, in a
branch of a Condition step, on that condition's outcome. All of them are ANDed: a step that depends
on one that never runs (the branch not taken) never runs either
(https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps.html).
Assumed: a step that depends on a Condition step waits for its outcome, not for its branches.
"""

from __future__ import annotations

from collections.abc import Mapping

from localcloud.sagemaker.pipelines.definition import Definition, Step
from localcloud.sagemaker.pipelines.expressions import references

SUCCEEDED = "Succeeded"
# The members of a Condition step that are steps of their own.
_BRANCHES = ("IfSteps", "ElseSteps")


def own_members(step: Step) -> dict[str, object]:
    """A step's members, without the steps within its branches."""
    if step.type != "Condition":
        return dict(step.members)
    arguments = {name: item for name, item in step.arguments.items() if name not in _BRANCHES}
    return {**step.members, "Arguments": arguments}


def dependencies(step: Step) -> set[str]:
    """The names of the steps that must have succeeded before this one starts."""
    names = set(step.depends_on)
    names.update(item.name for item in references(own_members(step)) if item.root == "Steps")
    if step.branch is not None:
        names.add(step.branch.condition)
    return names


def cycle(definition: Definition) -> list[str]:
    """The names of the steps that wait for each other, sorted; empty when there is no cycle."""
    waiting = {step.name: dependencies(step) for step in definition.steps.values()}
    while True:
        free = {name for name, needed in waiting.items() if not needed & waiting.keys()}
        if not free:
            return sorted(waiting)
        for name in free:
            del waiting[name]


def ready(
    definition: Definition, statuses: Mapping[str, str], outcomes: Mapping[str, bool]
) -> list[Step]:
    """The steps that can start now, in the definition's order.

    `statuses` has the status of every step that was started, `outcomes` that of every Condition
    step that has succeeded.
    """
    return [
        step
        for step in definition.steps.values()
        if step.name not in statuses
        and (step.branch is None or outcomes.get(step.branch.condition) is step.branch.outcome)
        and all(statuses.get(name) == SUCCEEDED for name in dependencies(step))
    ]
