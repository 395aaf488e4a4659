"""The Model step: CreateModel.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html
"""

from __future__ import annotations

from localcloud.sagemaker.pipelines import argument_shapes
from localcloud.sagemaker.pipelines.definition import Definition, Step
from localcloud.sagemaker.pipelines.steps.service_call import call, job_name, tags
from localcloud.sagemaker.pipelines.steps.step_type import StepContext, StepType, literal, nested


class Model(StepType):
    """A model that can be hosted or used for batch transform."""

    name = "Model"
    members = frozenset({"RetryPolicies"})
    describe_operation = "DescribeModel"

    def check(self, step: Step, definition: Definition) -> None:
        argument_shapes.check("CreateModel", step, definition, {"ModelName"})

    def run(self, context: StepContext) -> None:
        request = dict(context.run.arguments)
        name = job_name(context.execution.id, context.run.name, request.get("ModelName"))
        request.update(ModelName=name, Tags=tags(context, request.get("Tags")))
        created = call(context, "CreateModel", request)
        context.run.metadata["Model"] = {"Arn": created["ModelArn"]}
        context.run.properties = call(context, "DescribeModel", {"ModelName": name})

    def images(self, step: Step) -> list[str]:
        return literal(nested(step.arguments, "PrimaryContainer", "Image"))
