"""The RegisterModel step: CreateModelPackage, as a new version in a model package group.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html. SageMaker writes the
execution's ARN into the version's MetadataProperties.GeneratedBy, and refuses ModelPackageName in a
definition (observed). Assumed: a group that does not exist is made, as AWS's examples rely on it.
"""

from __future__ import annotations

from localcloud.sagemaker.pipelines import argument_shapes
from localcloud.sagemaker.pipelines.definition import Definition, Step, invalid, required
from localcloud.sagemaker.pipelines.steps.service_call import call, tags
from localcloud.sagemaker.pipelines.steps.step_type import StepContext, StepFailure, StepType

_ABSENT = "does not exist"


class RegisterModel(StepType):
    """A version in the model registry."""

    name = "RegisterModel"
    members = frozenset({"RetryPolicies"})
    describe_operation = "DescribeModelPackage"

    def check(self, step: Step, definition: Definition) -> None:
        for member in ("ModelPackageName", "ClientToken"):
            if member in step.arguments:
                raise invalid(f"Unknown Argument member '{member}'. (step '{step.name}')")
        required(step.arguments, "ModelPackageGroupName", f"step '{step.name}'")
        argument_shapes.check("CreateModelPackage", step, definition)

    def run(self, context: StepContext) -> None:
        request = dict(context.run.arguments)
        # Versions take the tags of their group (CreateModelPackage refuses them).
        group_tags = request.pop("Tags", None)
        generated = {
            **(request.get("MetadataProperties") or {}),
            "GeneratedBy": context.execution.arn,
        }
        request["MetadataProperties"] = generated
        try:
            created = call(context, "CreateModelPackage", request)
        except StepFailure as failure:
            if _ABSENT not in str(failure):
                raise
            group = {
                "ModelPackageGroupName": request["ModelPackageGroupName"],
                "Tags": tags(context, group_tags),
            }
            call(context, "CreateModelPackageGroup", group)
            created = call(context, "CreateModelPackage", request)
        arn = created["ModelPackageArn"]
        context.run.metadata["RegisterModel"] = {"Arn": arn}
        context.run.properties = call(context, "DescribeModelPackage", {"ModelPackageName": arn})
