"""Steps that are a job: make it, wait for its end, and take over its result.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps.html. The step's FailureReason is
the job's, after `ClientError: ` (observed). Assumed: a job that somebody else stops, or that runs out of
time, fails its step.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from localcloud.sagemaker.pipelines import argument_shapes
from localcloud.sagemaker.pipelines.definition import Definition, Step
from localcloud.sagemaker.pipelines.execution import STOPPING
from localcloud.sagemaker.pipelines.steps.service_call import call, job_name, tags
from localcloud.sagemaker.pipelines.steps.step_type import (
    StepContext,
    StepFailure,
    StepStopped,
    StepType,
)

# How the FailureReason of a job begins, and what a retry policy calls it.
_EXCEPTION_TYPES = {
    "InternalServerError": "SageMaker.JOB_INTERNAL_ERROR",
    "CapacityError": "SageMaker.CAPACITY_ERROR",
    "ResourceLimitExceeded": "SageMaker.RESOURCE_LIMIT",
}


class JobStep(StepType):
    """A step whose job is made by Create<noun>, read by Describe<noun>, ended by Stop<noun>."""

    noun: ClassVar[str]
    members = frozenset({"CacheConfig", "RetryPolicies"})

    def check(self, step: Step, definition: Definition) -> None:
        argument_shapes.check(f"Create{self.noun}", step, definition, {f"{self.noun}Name"})

    def run(self, context: StepContext) -> None:
        context.run.properties = self.perform(context, self.request(context, context.run.arguments))

    def perform(self, context: StepContext, request: Mapping[str, Any]) -> dict[str, Any]:
        """Make the job and wait for its end; its description, or StepFailure if it ended badly."""
        name = request[f"{self.noun}Name"]
        created = call(context, f"Create{self.noun}", request)
        self.created(context, str(created[f"{self.noun}Arn"]))
        context.enter(context.run.status)
        self._wait(context, name)
        described = call(context, f"Describe{self.noun}", {f"{self.noun}Name": name})
        described.pop("ResponseMetadata", None)
        self._check_end(context, described)
        return described

    def created(self, context: StepContext, arn: str) -> None:
        """Say in the step's metadata which job it is."""
        context.run.metadata[self.noun] = {"Arn": arn}

    def request(self, context: StepContext, given: Mapping[str, Any]) -> dict[str, Any]:
        """The request that makes the job, from the step's arguments."""
        arguments = dict(given)
        prefix = arguments.get(f"{self.noun}Name")
        execution_id = context.execution.id
        arguments[f"{self.noun}Name"] = job_name(execution_id, context.run.name, prefix)
        arguments["Tags"] = tags(context, arguments.get("Tags"))
        return {key: value for key, value in arguments.items() if value is not None}

    def _wait(self, context: StepContext, name: str) -> None:
        stop = context.execution.stop_requested
        context.wait_until(lambda: context.job_ended(self.noun, name) or stop.is_set())
        if context.job_ended(self.noun, name):
            return
        context.enter(STOPPING)
        try:
            call(context, f"Stop{self.noun}", {f"{self.noun}Name": name})
        except StepFailure:
            # It has ended in the meantime, which is what was asked for.
            if not context.job_ended(self.noun, name):
                raise
        context.wait_until(lambda: context.job_ended(self.noun, name))

    def _check_end(self, context: StepContext, described: Mapping[str, Any]) -> None:
        status = described[f"{self.noun}Status"]
        if status == "Completed":
            return
        if status == "Stopped" and context.execution.stop_requested.is_set():
            raise StepStopped
        reason = described.get("FailureReason") or f"the job has ended as {status}"
        exception_type = next(
            (kind for start, kind in _EXCEPTION_TYPES.items() if reason.startswith(start)), None
        )
        raise StepFailure(f"ClientError: {reason}", exception_type)
