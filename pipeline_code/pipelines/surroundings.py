"""What a person's own session works with: role, bucket, names.

Each value is the environment's if it has one (under the build's name for it), else the output of the
CloudFormation stack that made the model build, else a default. So the same notebook runs in SageMaker
Studio, at a desk beside a deployed stack, and in an account that has none.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from pipelines._utils import CommandError

# Names of the values in the environment and among the stack's outputs.
NAMES = {
    "role": ("SAGEMAKER_PIPELINE_ROLE_ARN", "SageMakerPipelineRoleArn"),
    "bucket": ("ARTIFACT_BUCKET", "ArtifactBucketName"),
    "pipeline_name": ("SAGEMAKER_PIPELINE_NAME", "SageMakerPipelineName"),
    "model_package_group_name": ("MODEL_PACKAGE_GROUP_NAME", "ModelPackageGroupName"),
    "input_data_url": ("INPUT_DATA_URL", "InputDataUrl"),
    "relax_baseline_function_arn": ("RELAX_BASELINE_FUNCTION_ARN", "RelaxBaselineFunctionArn"),
}
STACK = "MODEL_BUILD_STACK"
# The outputs by which a stack is known to be one of a model build.
MARKS = {"SageMakerPipelineRoleArn", "ModelPackageGroupName", "InputDataUrl"}


@dataclass(frozen=True)
class Surroundings:
    """The values, and where they are from."""

    region: str
    role: str
    bucket: str
    pipeline_name: str
    model_package_group_name: str
    input_data_url: str
    relax_baseline_function_arn: str | None
    origin: str

    def lines(self) -> str:
        """For a person to look at."""
        shown = {name: value for name, value in vars(self).items() if value is not None}
        width = max(map(len, shown))
        return "\n".join(f"{name.ljust(width)}  {value}" for name, value in shown.items())


def find() -> Surroundings:
    """The values for this session. Raises CommandError: no region, or several stacks."""
    region = os.environ.get("AWS_REGION") or boto3.Session().region_name
    if not region:
        raise CommandError("no region: set AWS_DEFAULT_REGION")
    # The SDK makes a client while it is imported, and that needs a region.
    os.environ.setdefault("AWS_DEFAULT_REGION", region)
    stack, outputs = stack_of_model_build(
        boto3.client("cloudformation", region_name=region), os.environ.get(STACK)
    )
    return choose(region, os.environ, outputs, stack, _defaults(region))


def stack_of_model_build(cloudformation: Any, wanted: str | None) -> tuple[str, dict[str, str]]:
    """Name and outputs of the stack that is wanted, or of the only one that there is; empty without
    one, or without the permission to look. Raises CommandError."""
    try:
        pages = cloudformation.get_paginator("describe_stacks").paginate(
            **({"StackName": wanted} if wanted else {})
        )
        found = {
            stack["StackName"]: {
                each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])
            }
            for page in pages
            for stack in page["Stacks"]
        }
    except (ClientError, BotoCoreError) as error:
        if wanted:
            raise CommandError(f"{STACK} is {wanted}: {error}") from None
        return "", {}
    if wanted:
        return wanted, found[wanted]
    builds = {name: outputs for name, outputs in found.items() if outputs.keys() >= MARKS}
    if len(builds) > 1:
        raise CommandError(
            f"there are several model build stacks: {', '.join(sorted(builds))}; set {STACK}"
        )
    return next(iter(builds.items()), ("", {}))


def choose(
    region: str,
    environment: Mapping[str, str],
    outputs: Mapping[str, str],
    stack: str,
    defaults: Mapping[str, Callable[[], str | None]],
) -> Surroundings:
    """The environment's values, then the stack's, then the defaults, which are not asked for unless
    they are needed."""
    values: dict[str, str | None] = {}
    given = []
    for name, (variable, output) in NAMES.items():
        if environment.get(variable):
            values[name] = environment[variable]
            given.append(variable)
        elif outputs.get(output):
            values[name] = outputs[output]
        elif name in defaults:
            values[name] = defaults[name]()
        elif name == "input_data_url":
            values[name] = f"s3://{values['bucket']}/data/abalone.csv"
        else:
            values[name] = None
    origins = [", ".join(given), f"stack {stack}" if stack else "", "" if stack else "defaults"]
    origin = "; ".join(each for each in origins if each)
    return Surroundings(region=region, origin=origin, **values)  # type: ignore[arg-type]


def _defaults(region: str) -> dict[str, Callable[[], str | None]]:
    def session() -> Any:
        from sagemaker.core.helper.session_helper import Session  # seconds that a stack saves

        return Session(boto_session=boto3.Session(region_name=region))

    def role() -> str:
        from sagemaker.core.helper.session_helper import get_execution_role

        return str(get_execution_role(session()))

    return {
        "role": role,
        "bucket": lambda: str(session().default_bucket()),
        "pipeline_name": lambda: "AbalonePipeline",
        "model_package_group_name": lambda: "AbalonePackageGroup",
    }
