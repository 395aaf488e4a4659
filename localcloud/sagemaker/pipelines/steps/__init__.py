"""The step types that the local cloud runs, each in a module of its own."""

from __future__ import annotations

import functools
import importlib
import pkgutil

from localcloud.errors import ValidationException
from localcloud.sagemaker.pipelines.definition import Step
from localcloud.sagemaker.pipelines.steps.step_type import StepType


@functools.cache
def known() -> dict[str, StepType]:
    """Every step type by its name in a definition."""
    types: dict[str, StepType] = {}
    for entry in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{entry.name}")
        for item in vars(module).values():
            # The classes that several types share have no name of their own.
            if isinstance(item, type) and issubclass(item, StepType) and "name" in vars(item):
                types[item.name] = item()
    return types


def of(step: Step) -> StepType:
    """The type of a step; refuses, by name, one that is not implemented here."""
    found = known().get(step.type)
    if found is None:
        raise ValidationException(
            f"unsupported by the local cloud: pipeline step type '{step.type}' of step "
            f"'{step.name}'; supported: {', '.join(sorted(known()))}"
        )
    return found
