"""The Callback step: tells a queue, and waits until somebody answers.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html (CallbackStep). The message
is sent as the pipeline's role; its body has `token`, `pipelineExecutionArn`, `arguments` and `status`
(the page has "Stopping"; "Executing" is observed). On StopPipelineExecution a second one with the status
Stopping is sent, and the execution stays Stopping until the token is answered, either way
(https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopPipelineExecution.html).
Callback is not among the types that https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-caching.html
names: caching is refused. Assumed: the step waits for as long as it takes; a failure's reason is the
step's as it was sent; a step that is answered while it is Stopping is Stopped.
"""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.sagemaker.pipelines import output_parameters
from localcloud.sagemaker.pipelines.callbacks import Callback, new_token
from localcloud.sagemaker.pipelines.definition import Definition, Step, invalid, required
from localcloud.sagemaker.pipelines.execution import EXECUTING, STOPPING
from localcloud.sagemaker.pipelines.expressions import Path, is_expression
from localcloud.sagemaker.pipelines.steps.external_call import refuse_caching, refused
from localcloud.sagemaker.pipelines.steps.step_type import (
    StepContext,
    StepFailure,
    StepStopped,
    StepType,
)


class CallbackStep(StepType):
    """Work that is done elsewhere."""

    name = "Callback"
    members = frozenset({"SqsQueueUrl", "OutputParameters", "CacheConfig"})

    def check(self, step: Step, definition: Definition) -> None:
        url = required(step.members, "SqsQueueUrl", f"step '{step.name}'")
        if not isinstance(url, str) and not is_expression(url):
            raise invalid(f"SqsQueueUrl of step '{step.name}' must be the URL of a queue.")
        output_parameters.declared(step)
        refuse_caching(step)

    def has_property(self, step: Step, path: Path) -> bool:
        return output_parameters.is_property(step, path)

    def inputs(self, step: Step) -> dict[str, Any]:
        return {"Arguments": step.arguments, "SqsQueueUrl": step.members["SqsQueueUrl"]}

    def run(self, context: StepContext) -> None:
        run = context.run
        callback = Callback(new_token(), run.name, output_parameters.declared(run.step))
        # Known before it is sent: whoever gets the message may answer at once.
        context.execution.callbacks[callback.token] = callback
        run.metadata["Callback"] = {
            "CallbackToken": callback.token,
            "SqsQueueUrl": str(run.arguments["SqsQueueUrl"]),
        }
        try:
            _send(context, callback.token, EXECUTING)
            context.enter(run.status)
            self._wait(context, callback)
        finally:
            callback.closed = True
        answer = callback.answer
        assert answer is not None
        if callback.stopping:
            raise StepStopped
        if answer.failure_reason is not None:
            raise StepFailure(answer.failure_reason)
        run.metadata["Callback"] = {
            **run.metadata["Callback"],
            "OutputParameters": output_parameters.shown(answer.values),
        }
        run.properties = {output_parameters.MEMBER: answer.values}

    def _wait(self, context: StepContext, callback: Callback) -> None:
        stop = context.execution.stop_requested
        context.wait_until(lambda: callback.answer is not None or stop.is_set())
        if callback.begin_stopping():
            context.enter(STOPPING)
            _send(context, callback.token, STOPPING)
            context.wait_until(lambda: callback.answer is not None)


def _send(context: StepContext, token: str, status: str) -> None:
    url = str(context.run.arguments["SqsQueueUrl"])
    body = {
        "token": token,
        "pipelineExecutionArn": context.execution.arn,
        "arguments": context.run.arguments["Arguments"],
        "status": status,
    }
    try:
        context.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(body, default=str))
    except (ClientError, BotoCoreError) as error:
        raise refused("sqs:SendMessage", url, error) from error
