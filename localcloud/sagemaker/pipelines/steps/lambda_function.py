"""The Lambda step: invokes a function as the pipeline's role, and waits for what it returns.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html (LambdaStep): the arguments
are the event, primitive values only; the function must return a dictionary, whose keys are the outputs.
The step waits for ten minutes at most, and the function's own timeout (120 seconds when the SDK makes
it) comes first when it is shorter. "A pipeline execution can't be stopped while a lambda step is running"
(https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopPipelineExecution.html).
Lambda is not among the types that https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-caching.html
names, though the SDK lets a step of it have a CacheConfig: caching is refused.
Assumed: the words of the failure reasons, that nothing returned is an empty dictionary, and that the step
has Succeeded when its function ends while the execution is Stopping.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.cloud import current
from localcloud.sagemaker.pipelines import output_parameters
from localcloud.sagemaker.pipelines.definition import Definition, Step, invalid, required
from localcloud.sagemaker.pipelines.expressions import Path, is_expression, render
from localcloud.sagemaker.pipelines.output_parameters import OutputError
from localcloud.sagemaker.pipelines.steps.external_call import refuse_caching, refused
from localcloud.sagemaker.pipelines.steps.step_type import StepContext, StepFailure, StepType

_SECONDS = 600.0
_ARN = re.compile(r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+(:[^:]+)?")
_PRIMITIVE = (str, int, float, bool)


class LambdaFunction(StepType):
    """A function's invocation."""

    name = "Lambda"
    members = frozenset({"FunctionArn", "OutputParameters", "CacheConfig"})

    def check(self, step: Step, definition: Definition) -> None:
        arn = required(step.members, "FunctionArn", f"step '{step.name}'")
        if not is_expression(arn) and not (isinstance(arn, str) and _ARN.fullmatch(arn)):
            raise invalid(_no_arn(arn, step.name))
        for name, value in step.arguments.items():
            if not isinstance(value, _PRIMITIVE) and not is_expression(value):
                raise invalid(
                    f"Argument '{name}' of step '{step.name}' must be a String, Integer, Float or "
                    "Boolean: a Lambda step takes no nested values."
                )
        output_parameters.declared(step)
        refuse_caching(step)

    def has_property(self, step: Step, path: Path) -> bool:
        return output_parameters.is_property(step, path)

    def inputs(self, step: Step) -> dict[str, Any]:
        return {"Arguments": step.arguments, "FunctionArn": step.members["FunctionArn"]}

    def run(self, context: StepContext) -> None:
        run = context.run
        arn = str(run.arguments["FunctionArn"])
        if not _ARN.fullmatch(arn):
            raise StepFailure(f"ClientError: {_no_arn(arn, run.name)}")
        _check_event(run.arguments["Arguments"], run.name)
        run.metadata["Lambda"] = {"Arn": arn}
        context.enter(run.status)
        returned = _returned(_Invocation(context, arn).answer(), arn)
        try:
            values = output_parameters.typed(output_parameters.declared(run.step), returned)
        except OutputError as error:
            raise StepFailure(
                f"ClientError: the result of Lambda function {arn} is not what step {run.name} "
                f"declares: {error}"
            ) from error
        run.metadata["Lambda"] = {
            "Arn": arn,
            "OutputParameters": output_parameters.shown(values),
        }
        run.properties = {output_parameters.MEMBER: values}


class _Invocation:
    """One invocation, in a thread of its own: the step gives up after ten minutes, and the function
    goes on ("the Lambda function invoked by the lambda step can't be stopped")."""

    def __init__(self, context: StepContext, arn: str) -> None:
        self._context = context
        self._arn = arn
        self._client = context.client("lambda")
        self._outcome: dict[str, Any] | ClientError | BotoCoreError | None = None
        self._ended = False

    def answer(self) -> dict[str, Any]:
        """What Invoke answers; StepFailure when it is refused, or does not answer in time."""
        current().background(f"invocation of {self._arn}", self._invoke)
        if not self._context.wait_until(lambda: self._ended, _SECONDS):
            raise StepFailure(
                f"ClientError: Lambda function {self._arn} has not ended within the {_SECONDS:.0f} "
                "seconds that a Lambda step waits"
            )
        if self._outcome is None:
            raise RuntimeError(f"the invocation of {self._arn} has ended without an answer")
        if isinstance(self._outcome, ClientError | BotoCoreError):
            raise refused("lambda:InvokeFunction", self._arn, self._outcome)
        return self._outcome

    def _invoke(self) -> None:
        try:
            answer = self._client.invoke(
                FunctionName=self._arn,
                InvocationType="RequestResponse",
                Payload=json.dumps(self._context.run.arguments["Arguments"]).encode(),
            )
            self._outcome = {**answer, "Payload": answer["Payload"].read()}
        except (ClientError, BotoCoreError) as error:
            self._outcome = error
        finally:
            self._ended = True


def _check_event(event: Mapping[str, Any], step: str) -> None:
    for name, value in event.items():
        if not isinstance(value, _PRIMITIVE):
            raise StepFailure(
                f"ClientError: argument '{name}' of step {step} must be a String, Integer, Float or "
                f"Boolean: {render(value)[:200]}"
            )


def _no_arn(value: Any, step: str) -> str:
    return f"FunctionArn of step '{step}' must be the ARN of a Lambda function, not '{value}'."


def _returned(answer: Mapping[str, Any], arn: str) -> dict[str, Any]:
    content = json.loads(answer["Payload"] or b"null")
    if answer.get("FunctionError"):
        details = content if isinstance(content, dict) else {}
        kind = details.get("errorType", answer["FunctionError"])
        raise StepFailure(
            f"ClientError: Lambda function {arn} failed: {kind}: "
            f"{details.get('errorMessage', content)}"
        )
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise StepFailure(
            f"ClientError: Lambda function {arn} must return a dictionary, not "
            f"{json.dumps(content)[:200]}"
        )
    return content
