"""What a person or a schedule may set for one execution, without building the pipeline anew."""

from __future__ import annotations

from dataclasses import dataclass

from sagemaker.core.workflow.parameters import ParameterBoolean, ParameterString


@dataclass(frozen=True)
class PipelineParameters:
    """The parameters of the batch-scoring pipeline."""

    input_data_url: ParameterString
    processing_instance_type: ParameterString
    transform_instance_type: ParameterString
    skip_data_quality_check: ParameterBoolean

    def as_list(self) -> list[ParameterString | ParameterBoolean]:
        """The parameters in the order in which the definition lists them."""
        return list(vars(self).values())


def pipeline_parameters(input_data_url: str) -> PipelineParameters:
    """The run-time parameters with their default values."""
    return PipelineParameters(
        input_data_url=ParameterString("InputDataUrl", default_value=input_data_url),
        processing_instance_type=ParameterString(
            "ProcessingInstanceType", default_value="ml.m5.xlarge"
        ),
        transform_instance_type=ParameterString(
            "TransformInstanceType", default_value="ml.m5.xlarge"
        ),
        skip_data_quality_check=ParameterBoolean("SkipDataQualityCheck", default_value=False),
    )
