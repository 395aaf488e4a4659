"""Definitions of pipelines for tests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from localcloud.sagemaker.pipelines import validation
from localcloud.sagemaker.pipelines.definition import Definition, parse

PIPELINE_ARN = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/abalone"
ROLE_ARN = "arn:aws:iam::123456789012:role/Pipeline"
LIMIT = {"Name": "Limit", "Type": "Float", "DefaultValue": 6.0}
RELAXED = {"Name": "Relaxed", "Type": "Boolean", "DefaultValue": False}


def step(name: str, kind: str = "Processing", **members: Any) -> dict[str, Any]:
    """A step; job steps get the arguments that their operation requires."""
    if kind == "Processing" and "Arguments" not in members:
        members["Arguments"] = processing()
    return {"Name": name, "Type": kind, **members}


def processing(**arguments: Any) -> dict[str, Any]:
    """The arguments of a processing step with one output, `out`."""
    return {
        "AppSpecification": {"ImageUri": "image"},
        "ProcessingResources": {
            "ClusterConfig": {
                "InstanceCount": 1,
                "InstanceType": "ml.m5.large",
                "VolumeSizeInGB": 1,
            }
        },
        "RoleArn": ROLE_ARN,
        "ProcessingOutputConfig": {
            "Outputs": [
                {
                    "OutputName": "out",
                    "S3Output": {
                        "S3Uri": "s3://bucket/out",
                        "LocalPath": "/opt/ml/processing/out",
                        "S3UploadMode": "EndOfJob",
                    },
                }
            ]
        },
        **arguments,
    }


def transform(**arguments: Any) -> dict[str, Any]:
    """The arguments of a transform step."""
    return {
        "ModelName": "model",
        "TransformInput": transform_source("s3://bucket/in"),
        "TransformOutput": {"S3OutputPath": "s3://bucket/out"},
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
        **arguments,
    }


def transform_source(uri: str) -> dict[str, Any]:
    """A TransformInput of CSV lines."""
    location = {"S3DataType": "S3Prefix", "S3Uri": uri}
    return {
        "DataSource": {"S3DataSource": location},
        "ContentType": "text/csv",
        "SplitType": "Line",
    }


def outputs(**declared: str) -> list[dict[str, str]]:
    """Output parameters, as `name="Type"`."""
    return [{"OutputName": name, "OutputType": kind} for name, kind in declared.items()]


def output(step: str, name: str) -> dict[str, str]:
    """The expression for an output parameter."""
    return {"Get": f"Steps.{step}.OutputParameters['{name}']"}


def text_of(*steps: Mapping[str, Any], parameters: Any = (), **members: Any) -> str:
    """The JSON of a definition."""
    return json.dumps(
        {"Version": "2020-12-01", "Parameters": list(parameters), "Steps": list(steps), **members}
    )


def checked(*steps: Mapping[str, Any], parameters: Any = (), **members: Any) -> Definition:
    """A definition that has passed CreatePipeline's checks."""
    definition = parse(text_of(*steps, parameters=parameters, **members))
    validation.check(definition)
    return definition


def checking(value: float | dict[str, Any] = 4.5) -> str:
    """A definition without jobs: registers a model when the value is below the limit."""
    message = {"Std:Join": {"On": "", "Values": ["limit ", {"Get": "Parameters.Limit"}]}}
    arguments = {
        "Conditions": [
            {"Type": "LessThan", "LeftValue": value, "RightValue": {"Get": "Parameters.Limit"}}
        ],
        "IfSteps": [
            step("Register", "RegisterModel", Arguments={"ModelPackageGroupName": "Group"})
        ],
        "ElseSteps": [step("Refuse", "Fail", Arguments={"ErrorMessage": message})],
    }
    check = step("Check", "Condition", Arguments=arguments, DisplayName="The check")
    return text_of(check, parameters=[LIMIT, RELAXED])
