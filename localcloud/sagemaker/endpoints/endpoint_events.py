"""The events of endpoints and of their configurations.

https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html: the
status is UPPER_SNAKE (`IN_SERVICE`) where the API says `InService`, a variant's status is as in the API;
times are epoch milliseconds; tags are an object. The form of `SageMaker Endpoint Config State Change` was
observed; that it is sent when a configuration is made, and then only, is assumed. So is that the creation
of an endpoint is no deployment (the samples all have variants that serve).
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from localcloud.events.bus import emit
from localcloud.sagemaker.endpoints.endpoint import Endpoint
from localcloud.sagemaker.endpoints.records import EndpointConfig

# Null in the event where a configuration has none (observed).
_CONFIG_MEMBERS = (
    "DataCaptureConfig",
    "KmsKeyId",
    "AsyncInferenceConfig",
    "ExplainerConfig",
    "ShadowProductionVariants",
)
_VARIANT_MEMBERS = (
    "VariantName",
    "ModelName",
    "InitialInstanceCount",
    "InstanceType",
    "AcceleratorType",
    "CoreDumpConfig",
    "ServerlessConfig",
    "VolumeSizeInGB",
    "ModelDataDownloadTimeoutInSeconds",
    "ContainerStartupHealthCheckTimeoutInSeconds",
    "EnableSSMAccess",
)


def state_change(endpoint: Endpoint, *, account_id: str, region: str) -> None:
    """Emit an endpoint's present status."""
    emit(
        "aws.sagemaker",
        "SageMaker Endpoint State Change",
        detail(endpoint),
        resources=[endpoint.arn],
        account_id=account_id,
        region=region,
    )


def deployment_state_change(endpoint: Endpoint, *, account_id: str, region: str) -> None:
    """Emit what is happening to an endpoint's variants."""
    emit(
        "aws.sagemaker",
        "SageMaker Endpoint Deployment State Change",
        deployment_detail(endpoint),
        resources=[endpoint.arn],
        account_id=account_id,
        region=region,
    )


def config_state_change(config: EndpointConfig, *, account_id: str, region: str) -> None:
    """Emit that there is a configuration."""
    emit(
        "aws.sagemaker",
        "SageMaker Endpoint Config State Change",
        config_detail(config),
        resources=[config.arn],
        account_id=account_id,
        region=region,
    )


def detail(endpoint: Endpoint) -> dict[str, Any]:
    """The detail of an endpoint's status."""
    shape = {**_common(endpoint), "FailureReason": endpoint.failure_reason}
    variants = endpoint.describe().get("ProductionVariants")
    if variants is not None:
        # What happens to each is in the events of the deployment.
        shape["ProductionVariants"] = [
            {name: value for name, value in variant.items() if name != "VariantStatus"}
            for variant in variants
        ]
    return shape


def deployment_detail(endpoint: Endpoint) -> dict[str, Any]:
    """The detail of a deployment's status."""
    described = endpoint.describe()
    members = ("ProductionVariants", "PendingDeploymentSummary")
    shape = {name: described[name] for name in members if name in described}
    return {**_common(endpoint), **_in_milliseconds(shape)}


def config_detail(config: EndpointConfig) -> dict[str, Any]:
    """The detail of a configuration."""
    return {
        "EndpointConfigName": config.name,
        "EndpointConfigArn": config.arn,
        "ProductionVariants": [
            {
                **{name: variant.get(name) for name in _VARIANT_MEMBERS},
                "InitialVariantWeight": variant.get("InitialVariantWeight", 1.0),
            }
            for variant in config.variants
        ],
        "CreationTime": _in_milliseconds(config.created),
        **{name: config.request.get(name) for name in _CONFIG_MEMBERS},
        "Tags": _tags(config.tags),
    }


def upper_snake(status: str) -> str:
    """`InService` as the event spells it: `IN_SERVICE`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", status).upper()


def _common(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "EndpointName": endpoint.name,
        "EndpointArn": endpoint.arn,
        "EndpointConfigName": endpoint.config.name,
        "EndpointStatus": upper_snake(endpoint.status),
        "CreationTime": _in_milliseconds(endpoint.created),
        "LastModifiedTime": _in_milliseconds(endpoint.modified),
        "Tags": _tags(endpoint.tags),
    }


def _tags(tags: list[dict[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}


def _in_milliseconds(value: Any) -> Any:
    """The value with each time in it as milliseconds since 1970."""
    if isinstance(value, datetime):
        return int(value.timestamp() * 1000)
    if isinstance(value, dict):
        return {name: _in_milliseconds(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_in_milliseconds(item) for item in value]
    return value
