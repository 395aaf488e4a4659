"""An endpoint and its configuration as SageMaker describes them, and the settings of its stage."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.unit.lambdas.assets import asset
from tests.unit.lambdas.job_events import described_package, stage_settings

ASSET = asset("deploy_endpoint")
ENDPOINT = "abalone-staging"
ROLE = "arn:aws:iam::123456789012:role/endpoint"
MODIFIED = datetime(2026, 11, 1, tzinfo=UTC)
REGION, ACCOUNT = "eu-west-1", "222222222222"
SAGEMAKER = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}"
ARN = f"{SAGEMAKER}:endpoint/{ENDPOINT}"
TAGS = [{"Key": "project", "Value": "abalone"}]
ALARMS = ["abalone-staging-5xx", "abalone-staging-4xx"]
CAPTURING = {
    "EnableCapture": True,
    "CaptureStatus": "Started",
    "CurrentSamplingPercentage": 100,
    "DestinationS3Uri": "s3://bucket/data-capture",
    "KmsKeyId": "",
}


def staging(**changes: Any) -> dict[str, Any]:
    """The stage's settings as the manifest has them."""
    capture = {"percentage": 100, "destinationS3Uri": "s3://bucket/data-capture"}
    target = {
        "accountId": ACCOUNT,
        "region": REGION,
        "roleArn": f"arn:aws:iam::{ACCOUNT}:role/abalone-staging-deployment",
        "externalId": "slipway-abalone",
    }
    given = {"dataCapture": capture, "tags": {"project": "abalone"}, "target": target, **changes}
    return stage_settings("staging", **given)


def update(kind: str = "ALL_AT_ONCE", percent: int | None = None, **changes: Any) -> dict[str, Any]:
    """The settings of an update that two alarms watch."""
    return {
        "type": kind,
        "stepPercent": percent,
        "waitSeconds": 300,
        "finalBakeSeconds": 600,
        "alarmNames": ALARMS,
        **changes,
    }


def settings(**changes: Any) -> Any:
    """The stage's settings as the handler has them."""
    parse = ASSET.module("slipway_shared.stage_settings_json").parse_stage_settings
    return parse("stages.staging", "staging", staging(**changes))


def package(described: dict[str, Any] | None = None) -> Any:
    """A version as the handler has it."""
    parse = ASSET.module("slipway_shared.model_package").parse_model_package
    return parse(described or described_package())


def resources(described: dict[str, Any] | None = None, **changes: Any) -> Any:
    """What a version needs in the stage."""
    make = ASSET.module("endpoint_resources").endpoint_resources
    return make(package(described), settings(**changes))


def variant(count: int = 1, name: str = "AllTraffic", **members: Any) -> dict[str, Any]:
    """A variant at its capacity, as DescribeEndpoint tells it."""
    counts = {"CurrentInstanceCount": count, "DesiredInstanceCount": count}
    return {"VariantName": name, **counts, **members}


def endpoint(status: str, config: str, **members: Any) -> dict[str, Any]:
    """DescribeEndpoint's response; an endpoint in service captures with one instance."""
    described = {
        "EndpointName": ENDPOINT,
        "EndpointArn": ARN,
        "EndpointStatus": status,
        "EndpointConfigName": config,
        "CreationTime": MODIFIED,
        "LastModifiedTime": MODIFIED,
    }
    if status == "InService":
        described |= {"ProductionVariants": [variant()], "DataCaptureConfig": CAPTURING}
    return {**described, **members}


def config(name: str, count: int = 1, **changes: Any) -> dict[str, Any]:
    """DescribeEndpointConfig's response for a configuration of one variant."""
    members = {
        "VariantName": "AllTraffic",
        "ModelName": "m",
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": count,
        **changes,
    }
    return {
        "EndpointConfigName": name,
        "EndpointConfigArn": f"{SAGEMAKER}:endpoint-config/{name}",
        "ProductionVariants": [{key: value for key, value in members.items() if value is not None}],
        "CreationTime": MODIFIED,
    }


def alarm(
    name: str, state: str = "OK", at: datetime = MODIFIED, reason: str = ""
) -> dict[str, Any]:
    """An alarm as DescribeAlarms tells it."""
    return {
        "AlarmName": name,
        "StateValue": state,
        "StateReason": reason or f"it is {state}",
        "StateTransitionedTimestamp": at,
        "StateUpdatedTimestamp": at,
    }
