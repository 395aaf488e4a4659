"""What a stage's deployment is configured with: the action's UserParameters, checked. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slipway_shared.codepipeline_job import ConfigurationError
from slipway_shared.user_parameters import check_members, parse_user_parameters

MAX_ENDPOINT_NAME = 63  # botocore's model: EndpointName


@dataclass(frozen=True)
class DataCapture:
    """Which share of requests and answers is written to S3, and where."""

    percentage: int
    destination_s3_uri: str
    kms_key_id: str | None


@dataclass(frozen=True)
class StageSettings:
    """One stage's endpoint."""

    stage: str
    endpoint_name: str
    instance_type: str
    initial_instance_count: int
    execution_role_arn: str
    data_capture: DataCapture | None
    tags: Mapping[str, str]


def parse_stage_settings(user_parameters: str) -> StageSettings:
    """The settings. Raises ConfigurationError, which names the member and what is allowed."""
    given = parse_user_parameters(
        user_parameters,
        required={
            "stage": str,
            "endpointName": str,
            "instanceType": str,
            "initialInstanceCount": int,
            "executionRoleArn": str,
        },
        optional={"dataCapture": dict, "tags": dict},
    )
    if given["initialInstanceCount"] < 1:
        count = given["initialInstanceCount"]
        raise ConfigurationError(f"UserParameters: initialInstanceCount must be 1 or more: {count}")
    if len(given["endpointName"]) > MAX_ENDPOINT_NAME:
        raise ConfigurationError(
            f"UserParameters: endpointName has more than {MAX_ENDPOINT_NAME} characters:"
            f" {given['endpointName']}"
        )
    return StageSettings(
        stage=given["stage"],
        endpoint_name=given["endpointName"],
        instance_type=given["instanceType"],
        initial_instance_count=given["initialInstanceCount"],
        execution_role_arn=given["executionRoleArn"],
        data_capture=_data_capture(given["dataCapture"]),
        tags=_tags(given["tags"] or {}),
    )


def _data_capture(given: Mapping[str, Any] | None) -> DataCapture | None:
    if given is None:
        return None
    required: dict[str, type] = {"percentage": int, "destinationS3Uri": str}
    check_members("UserParameters.dataCapture", given, {**required, "kmsKeyId": str}, required)
    if not 0 <= given["percentage"] <= 100:
        raise ConfigurationError(
            f"UserParameters.dataCapture: percentage must be 0 to 100, not {given['percentage']}"
        )
    return DataCapture(given["percentage"], given["destinationS3Uri"], given.get("kmsKeyId"))


def _tags(given: Mapping[str, Any]) -> dict[str, str]:
    for name, value in given.items():
        if not isinstance(value, str):
            raise ConfigurationError(
                f"UserParameters.tags: {name!r} must be a string, not {value!r}"
            )
    return dict(given)
