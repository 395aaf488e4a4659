"""What the operations of pipelines share: a request against AWS's model, and members refused by name."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from localcloud.errors import unsupported
from localcloud.sagemaker.jobs import request_validation
from localcloud.sagemaker.pipelines import argument_shapes


def require_valid(
    operation: str, request: Mapping[str, Any], refused: Collection[str] = ()
) -> None:
    """ValidationException unless the request fits its model and has none of the `refused` members."""
    request_validation.validate(operation, request)
    for member in sorted(refused):
        if request.get(member):
            known = set(argument_shapes.input_members(operation)) - set(refused)
            raise unsupported(f"{operation} member", member, known)


def parallel_steps(request: Mapping[str, Any]) -> int | None:
    """How many steps may run at once, if the request says so."""
    configuration = request.get("ParallelismConfiguration")
    return int(configuration["MaxParallelExecutionSteps"]) if configuration else None
