"""What a person or a Lambda may set for one execution, without building the pipeline anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sagemaker.core.workflow.parameters import (
    ParameterFloat,
    ParameterInteger,
    ParameterString,
)

from pipelines.check_steps.check import CheckParameters, check_parameters

# The checks by the part of their parameters' names that is theirs alone; AWS's examples call the
# supplied baselines of Clarify's checks SuppliedBaseline, and those of the quality checks Supplied.
CHECK_NAMES = {
    "data_quality": "DataQuality",
    "data_bias": "DataBias",
    "model_quality": "ModelQuality",
    "model_bias": "ModelBias",
    "explainability": "ModelExplainability",
}
QUALITY_CHECKS = ("data_quality", "model_quality")


@dataclass(frozen=True)
class PipelineParameters:
    """The parameters of the Abalone pipeline; `checks` has those of each check by its kind."""

    input_data_url: ParameterString
    input_data_version: ParameterString
    model_approval_status: ParameterString
    mse_threshold: ParameterFloat
    live_model_tolerance: ParameterFloat | None
    processing_instance_type: ParameterString
    training_instance_type: ParameterString
    training_instance_count: ParameterInteger
    transform_instance_type: ParameterString
    checks: Mapping[str, CheckParameters]

    def as_list(self) -> list[Any]:
        """The parameters in the order in which the definition lists them."""
        return list(self._all())

    def _all(self) -> Iterator[Any]:
        for parameter in vars(self).values():
            if isinstance(parameter, Mapping):
                for check in parameter.values():
                    yield from check.as_list()
            elif parameter is not None:
                yield parameter


def pipeline_parameters(
    input_data_url: str, mse_threshold: float, live_model_tolerance: float | None
) -> PipelineParameters:
    """The run-time parameters with their default values; without a tolerance there is none to set."""
    return PipelineParameters(
        input_data_url=ParameterString("InputDataUrl", default_value=input_data_url),
        # A step is found in the cache by the addresses of its data, not by what lies there: what
        # changes with the content stands here, and whoever starts an execution fills it in.
        input_data_version=ParameterString("InputDataVersion", default_value="unknown"),
        model_approval_status=ParameterString(
            "ModelApprovalStatus",
            default_value="PendingManualApproval",
            enum_values=["PendingManualApproval", "Approved", "Rejected"],
        ),
        mse_threshold=ParameterFloat("MseThreshold", default_value=mse_threshold),
        live_model_tolerance=(
            None
            if live_model_tolerance is None
            else ParameterFloat("LiveModelTolerance", default_value=live_model_tolerance)
        ),
        processing_instance_type=ParameterString(
            "ProcessingInstanceType", default_value="ml.m5.xlarge"
        ),
        training_instance_type=ParameterString(
            "TrainingInstanceType", default_value="ml.m5.xlarge"
        ),
        training_instance_count=ParameterInteger("TrainingInstanceCount", default_value=1),
        transform_instance_type=ParameterString(
            "TransformInstanceType", default_value="ml.m5.xlarge"
        ),
        checks={
            kind: check_parameters(
                name,
                statistics=kind in QUALITY_CHECKS,
                supplied="Supplied" if kind in QUALITY_CHECKS else "SuppliedBaseline",
            )
            for kind, name in CHECK_NAMES.items()
        },
    )
