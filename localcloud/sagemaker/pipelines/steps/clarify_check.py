"""The ClarifyCheck step: bias and explainability, by Clarify's container.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html. A baseline is what
Clarify wrote, `analysis.json`. Inferred: the step's ModelName is not in the analysis configuration,
so the service tells the container; here by the environment variable `model_name`.
"""

from __future__ import annotations

from localcloud.sagemaker.pipelines.definition import Definition, Step, invalid
from localcloud.sagemaker.pipelines.steps.check_step import (
    CONSTRAINTS,
    CheckStep,
    CheckType,
    addresses,
)
from localcloud.sagemaker.pipelines.steps.step_type import StepContext

_OF_A_MODEL = ("MODEL_BIAS", "MODEL_EXPLAINABILITY")


class ClarifyCheck(CheckStep):
    """Bias metrics of a data set or of a model, or the attributions of a model's features."""

    name = "ClarifyCheck"
    title = "Clarify"
    check_types = {
        "DATA_BIAS": CheckType("Bias", "PreTrainingConstraints"),
        "MODEL_BIAS": CheckType("Bias", "PostTrainingConstraints"),
        "MODEL_EXPLAINABILITY": CheckType("Explainability"),
    }
    files = {CONSTRAINTS: "analysis.json"}
    members = CheckStep.members | {"ModelName"}
    argument_members = members - {"CacheConfig"}
    plain_properties = addresses(*files)
    cache_keys = (*CheckStep.cache_keys, "ModelName")

    def check(self, step: Step, definition: Definition) -> None:
        super().check(step, definition)
        needs_model = step.members["CheckType"] in _OF_A_MODEL
        if needs_model != bool(step.members.get("ModelName")):
            rule = "needs a" if needs_model else "takes no"
            raise invalid(f"A check of type {step.members['CheckType']} {rule} ModelName.")

    def extra_environment(self, context: StepContext) -> dict[str, str]:
        model = context.run.arguments.get("ModelName")
        return {"model_name": str(model)} if model else {}
