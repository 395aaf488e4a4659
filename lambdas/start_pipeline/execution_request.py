"""What an execution is asked for in the action's UserParameters, and StartPipelineExecution's members. Pure.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StartPipelineExecution.html

The request's token is the id of the CodePipeline job that starts the execution: Lambda's retry of the
same job, or its second delivery, gets the execution that the first one started; a retry of the stage
is another job and gets a new one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from check_flags import CARRY, CHECKS, REFRESH, Policy
from slipway_shared.codepipeline_job import ConfigurationError
from slipway_shared.user_parameters import parse_user_parameters

MAX_DISPLAY_NAME = 82
# CodePipeline refuses an empty value of a variable, so a variable that mostly names no check says so.
NO_VIOLATION = "none"


@dataclass(frozen=True)
class Asked:
    """What the UserParameters ask for."""

    pipeline_name: str
    display_name: str
    parameters: Mapping[str, str]
    model_package_group_name: str | None
    """Whose latest approved version the checks' flags are chosen by; None chooses none."""
    policy: Policy
    drift_violations: frozenset[str]


def parse_asked(user_parameters: str) -> Asked:
    """The UserParameters. Raises ConfigurationError for parameters that cannot be meant."""
    given = parse_user_parameters(
        user_parameters,
        required={"pipelineName": str},
        optional={
            "executionDisplayName": str,
            "parameters": dict,
            "modelPackageGroupName": str,
            "retrainBaselines": str,
            "driftResponse": str,
            "driftViolations": list | str,
        },
    )
    return Asked(
        pipeline_name=given["pipelineName"],
        display_name=display_name(given["executionDisplayName"] or ""),
        parameters={
            name: _value(name, value) for name, value in (given["parameters"] or {}).items()
        },
        model_package_group_name=given["modelPackageGroupName"],
        policy=Policy(
            retrain_baselines=_carry_or_refresh(given, "retrainBaselines", CARRY),
            drift_response=_carry_or_refresh(given, "driftResponse", REFRESH),
        ),
        drift_violations=violated_checks(given["driftViolations"] or ()),
    )


def start_request(
    asked: Asked, job_id: str, chosen: Mapping[str, object], description: str = ""
) -> dict[str, Any]:
    """StartPipelineExecution's members, with the parameters that were given and those chosen."""
    values = {**{name: str(value) for name, value in chosen.items()}, **asked.parameters}
    request: dict[str, Any] = {
        "PipelineName": asked.pipeline_name,
        "ClientRequestToken": job_id,
        "PipelineParameters": [{"Name": name, "Value": value} for name, value in values.items()],
    }
    if asked.display_name:
        request["PipelineExecutionDisplayName"] = asked.display_name
    if description:
        request["PipelineExecutionDescription"] = description
    return request


def display_name(text: str) -> str:
    """The text in the form that SageMaker allows (`[a-zA-Z0-9](-*[a-zA-Z0-9]){0,81}`): anything else
    becomes a hyphen; empty when nothing is left."""
    return re.sub(r"[^a-zA-Z0-9]+", "-", text).strip("-")[:MAX_DISPLAY_NAME].rstrip("-")


def violated_checks(given: list[Any] | tuple[()] | str) -> frozenset[str]:
    """The checks that a list, or a text with commas, names. Raises ConfigurationError."""
    named = given.split(",") if isinstance(given, str) else list(given)
    names = [name.strip() if isinstance(name, str) else name for name in named]
    known = [check.name for check in CHECKS]
    wanted = [name for name in names if name not in ("", NO_VIOLATION)]
    for name in wanted:
        if name not in known:
            raise ConfigurationError(
                f"UserParameters: driftViolations names {name!r}; known checks:"
                f" {', '.join(known)} ({NO_VIOLATION!r} names none)"
            )
    return frozenset(wanted)


def _carry_or_refresh(given: Mapping[str, Any], name: str, default: str) -> str:
    value = given[name] or default
    if value not in (CARRY, REFRESH):
        raise ConfigurationError(
            f"UserParameters: {name!r} must be {CARRY!r} or {REFRESH!r}, not {value!r}"
        )
    return str(value)


def _value(name: str, value: object) -> str:
    """Values are strings in the API, whatever the parameter's type."""
    if isinstance(value, str | bool | int | float):
        return str(value)
    raise ConfigurationError(
        f"UserParameters: parameters[{name!r}] must be a string, number or boolean, not {value!r}"
    )
