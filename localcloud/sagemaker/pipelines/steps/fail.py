"""The Fail step: ends the execution as Failed, with a message.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html. Nothing can depend on it
and it has no properties. Without a message the FailureReason is absent (observed).
"""

from __future__ import annotations

from localcloud.sagemaker.pipelines.definition import Definition, Step, invalid
from localcloud.sagemaker.pipelines.expressions import render
from localcloud.sagemaker.pipelines.steps.step_type import StepContext, StepFailure, StepType


class Fail(StepType):
    """The end of an execution that has not reached what it was for."""

    name = "Fail"

    def check(self, step: Step, definition: Definition) -> None:
        for member in step.arguments:
            if member != "ErrorMessage":
                raise invalid(f"Unknown Argument member '{member}'. (step '{step.name}')")

    def run(self, context: StepContext) -> None:
        message = render(context.resolve(context.run.step.arguments.get("ErrorMessage", "")))
        context.run.fail_with(message)
        raise StepFailure(message)
