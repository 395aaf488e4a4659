"""Steps that call SageMaker as the pipeline's role: the call, its refusals, the names they make up.

Step names and suffixes in job names: `pipelines-<execution id>-<step name>-<suffix>` as in
https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html; a step name
is cut after twenty characters (observed). Assumed: an underscore in it becomes a hyphen, and a name
in the definition itself (`use_custom_job_prefix`) takes the place of `pipelines` and the step's name.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.sagemaker.pipelines.steps.step_type import StepContext, StepFailure

_SUFFIX = string.ascii_letters + string.digits
_STEP_NAME = 20
_JOB_NAME = 63
_THROTTLING = ("ThrottlingException", "Throttling", "TooManyRequestsException")
_LIMITS = ("ResourceLimitExceeded", "ResourceLimitExceededException")


def job_name(execution_id: str, step_name: str, prefix: str | None) -> str:
    """The name of what a step makes; differs with every attempt."""
    suffix = "".join(secrets.choice(_SUFFIX) for _ in range(10))
    if prefix:
        room = _JOB_NAME - len(execution_id) - len(suffix) - 2
        return f"{prefix[:room].rstrip('-')}-{execution_id}-{suffix}"
    shown = step_name.replace("_", "-")[:_STEP_NAME].strip("-")
    return f"pipelines-{execution_id}-{shown}-{suffix}"


def call(context: StepContext, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """Call an operation (`CreateTrainingJob`); a refusal fails the step, in SageMaker's words."""
    method = "".join(f"_{char.lower()}" if char.isupper() else char for char in operation)[1:]
    try:
        response: dict[str, Any] = getattr(context.sagemaker, method)(**request)
    except ClientError as error:
        details = error.response.get("Error", {})
        raise StepFailure(
            _failed(operation, str(details.get("Message", error))), _exception_type(error)
        ) from error
    except BotoCoreError as error:
        raise StepFailure(_failed(operation, str(error))) from error
    return response


def tags(context: StepContext, given: Any) -> list[dict[str, str]]:
    """The tags of what a step makes: its own, and the two by which SageMaker marks it.

    That jobs are tagged, so that the role needs sagemaker:AddTags, is observed; the keys are assumed.
    """
    marks = {
        "sagemaker:pipeline-execution-arn": context.execution.arn,
        "sagemaker:pipeline-step-name": context.run.name,
    }
    return [*(given or []), *({"Key": key, "Value": value} for key, value in marks.items())]


def _failed(operation: str, details: str) -> str:
    return f"ClientError: Failed to invoke sagemaker:{operation}. Error Details: {details}"


def _exception_type(error: ClientError) -> str | None:
    code = error.response.get("Error", {}).get("Code", "")
    if code in _THROTTLING:
        return "Step.THROTTLING"
    if code in _LIMITS:
        return "SageMaker.RESOURCE_LIMIT"
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    # What is not implemented here answers 501: it will not be there at the next attempt either.
    return "Step.SERVICE_FAULT" if status in (500, 502, 503, 504) else None
