"""What StartPipelineExecution is asked for, from the action's UserParameters. Pure.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StartPipelineExecution.html

The request's token is the id of the CodePipeline job that starts the execution: Lambda's retry of the
same job, or its second delivery, gets the execution that the first one started; a retry of the stage
is another job and gets a new one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from slipway_shared.codepipeline_job import ConfigurationError
from slipway_shared.user_parameters import parse_user_parameters

MAX_DISPLAY_NAME = 82


def execution_request(user_parameters: str, job_id: str) -> dict[str, Any]:
    """The request's members. Raises ConfigurationError for parameters that cannot be meant."""
    given = parse_user_parameters(
        user_parameters,
        required={"pipelineName": str},
        optional={"executionDisplayName": str, "parameters": dict},
    )
    request: dict[str, Any] = {
        "PipelineName": given["pipelineName"],
        "ClientRequestToken": job_id,
        "PipelineParameters": pipeline_parameters(given["parameters"] or {}),
    }
    name = display_name(given["executionDisplayName"] or "")
    if name:
        request["PipelineExecutionDisplayName"] = name
    return request


def display_name(text: str) -> str:
    """The text in the form that SageMaker allows (`[a-zA-Z0-9](-*[a-zA-Z0-9]){0,81}`): anything else
    becomes a hyphen; empty when nothing is left."""
    return re.sub(r"[^a-zA-Z0-9]+", "-", text).strip("-")[:MAX_DISPLAY_NAME].rstrip("-")


def pipeline_parameters(given: Mapping[str, Any]) -> list[dict[str, str]]:
    """Name and value pairs: values are strings in the API, whatever the parameter's type."""
    return [{"Name": name, "Value": _value(name, value)} for name, value in given.items()]


def _value(name: str, value: object) -> str:
    if isinstance(value, str | bool | int | float):
        return str(value)
    raise ConfigurationError(
        f"UserParameters: parameters[{name!r}] must be a string, number or boolean, not {value!r}"
    )
