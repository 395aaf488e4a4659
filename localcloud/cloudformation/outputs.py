"""A stack's outputs, and the values it exports to other stacks of the account and region.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localcloud.cloudformation import intrinsics
from localcloud.cloudformation.errors import CloudFormationError
from localcloud.cloudformation.stack import Output


def evaluate_outputs(
    template: Mapping[str, Any],
    scope: intrinsics.Scope,
    exports: Mapping[str, str],
    previous: Mapping[str, Output],
) -> dict[str, Output]:
    """The outputs by key; raises ValidationError when another stack exports the same name."""
    mine = {output.export_name for output in previous.values()}
    outputs: dict[str, Output] = {}
    for key, declared in (template.get("Outputs") or {}).items():
        if "Condition" in declared and not scope.condition(declared["Condition"]):
            continue
        value = intrinsics.evaluate(declared["Value"], scope)
        name = declared.get("Export", {}).get("Name")
        name = None if name is None else str(intrinsics.evaluate(name, scope))
        if name in exports and name not in mine:
            raise CloudFormationError(
                f"Export with name {name} is already exported by another stack"
            )
        outputs[key] = Output(key, intrinsics.as_text(value), declared.get("Description"), name)
    return outputs
