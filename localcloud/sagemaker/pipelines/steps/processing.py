"""The Processing step: CreateProcessingJob, and property files among its outputs.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html
"""

from __future__ import annotations

from localcloud.sagemaker.pipelines.definition import Definition, Step, invalid
from localcloud.sagemaker.pipelines.steps.job_step import JobStep
from localcloud.sagemaker.pipelines.steps.step_type import literal, nested


class Processing(JobStep):
    """A processing job."""

    name = "Processing"
    noun = "ProcessingJob"
    members = JobStep.members | {"PropertyFiles"}
    cache_keys = ("AppSpecification", "Environment", "ProcessingInputs")
    describe_operation = "DescribeProcessingJob"

    def check(self, step: Step, definition: Definition) -> None:
        super().check(step, definition)
        outputs = nested(step.arguments, "ProcessingOutputConfig", "Outputs") or []
        names = [output.get("OutputName") for output in outputs]
        for file in step.property_files.values():
            if file.output_name not in names:
                raise invalid(
                    f"Property file '{file.name}' of step '{step.name}' names the output "
                    f"'{file.output_name}', which the step does not have."
                )

    def images(self, step: Step) -> list[str]:
        return literal(nested(step.arguments, "AppSpecification", "ImageUri"))
