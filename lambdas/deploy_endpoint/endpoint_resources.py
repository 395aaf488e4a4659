"""The model and the endpoint configuration that a version needs, as requests. Pure.

Names are a function of what they stand for: `<endpoint>-v<version>-<hash>`. The same version with
the same settings has the same names, however often it is deployed; anything that changes what would
serve gives another name, and so an update of the endpoint. Names are at most 63 characters
(botocore's model: ModelName, EndpointConfigName), a long endpoint name is cut.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-deploy.html
https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from comparison import includes
from slipway_shared.model_package import ModelPackage
from slipway_shared.stage_settings import DataCapture, Serverless, StageSettings

MAX_NAME = 63
# Constant across updates: a blue/green update needs the same variant names
# (https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-exclusions.html).
VARIANT_NAME = "AllTraffic"

Request = Mapping[str, Any]


@dataclass(frozen=True)
class EndpointResources:
    """What must exist for a version to serve in a stage."""

    model: Request
    """CreateModel's members."""
    config: Request
    """CreateEndpointConfig's members."""
    tags: tuple[Mapping[str, str], ...]

    @property
    def config_name(self) -> str:
        """The name of the configuration that is to be live."""
        return str(self.config["EndpointConfigName"])


def endpoint_resources(package: ModelPackage, settings: StageSettings) -> EndpointResources:
    """What this version needs in this stage."""
    model = _model(package, settings)
    specification = [dict(container) for container in package.containers]
    model_name = _name(settings, package.version, {**model, "specification": specification})
    config = _config(model_name, settings)
    config_name = _name(settings, package.version, config)
    return EndpointResources(
        model={"ModelName": model_name, **model},
        config={"EndpointConfigName": config_name, **config},
        tags=tuple({"Key": key, "Value": value} for key, value in settings.tags.items()),
    )


def _model(package: ModelPackage, settings: StageSettings) -> dict[str, Any]:
    container: dict[str, Any] = {"ModelPackageName": package.arn}
    if settings.container_environment:
        container["Environment"] = dict(settings.container_environment)
    model: dict[str, Any] = {
        "Containers": [container],
        "ExecutionRoleArn": settings.execution_role_arn,
    }
    if settings.vpc:
        model["VpcConfig"] = {
            "SecurityGroupIds": list(settings.vpc.security_group_ids),
            "Subnets": list(settings.vpc.subnet_ids),
        }
    if settings.network_isolation:
        model["EnableNetworkIsolation"] = True
    return model


def _config(model_name: str, settings: StageSettings) -> dict[str, Any]:
    variant: dict[str, Any] = {
        "VariantName": VARIANT_NAME,
        "ModelName": model_name,
        "InitialVariantWeight": 1.0,
    }
    hosting = settings.hosting
    if isinstance(hosting, Serverless):
        variant["ServerlessConfig"] = {
            "MemorySizeInMB": hosting.memory_size_mb,
            "MaxConcurrency": hosting.max_concurrency,
        }
        if hosting.provisioned_concurrency:
            variant["ServerlessConfig"]["ProvisionedConcurrency"] = hosting.provisioned_concurrency
    else:
        variant["InstanceType"] = hosting.instance_type
        variant["InitialInstanceCount"] = hosting.initial_instance_count
    timeouts = {
        "ContainerStartupHealthCheckTimeoutInSeconds": settings.startup_health_check_seconds,
        "ModelDataDownloadTimeoutInSeconds": settings.model_data_download_seconds,
    }
    variant.update({name: seconds for name, seconds in timeouts.items() if seconds})
    config: dict[str, Any] = {"ProductionVariants": [variant]}
    if settings.data_capture:
        config["DataCaptureConfig"] = _data_capture_config(settings.data_capture)
    if settings.kms_key_id:
        config["KmsKeyId"] = settings.kms_key_id
    return config


def _data_capture_config(capture: DataCapture) -> dict[str, Any]:
    config: dict[str, Any] = {
        "EnableCapture": True,
        "InitialSamplingPercentage": capture.percentage,
        "DestinationS3Uri": capture.destination_s3_uri,
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        # A body of another type is captured in base64.
        "CaptureContentTypeHeader": {
            "CsvContentTypes": ["text/csv"],
            "JsonContentTypes": ["application/json"],
        },
    }
    if capture.kms_key_id:
        config["KmsKeyId"] = capture.kms_key_id
    return config


def version_in(name: str, endpoint_name: str) -> int | None:
    """The version in a name that this module gave for this endpoint; None for any other name, and for
    one in which the endpoint's name was cut, as other endpoints may share it."""
    import re

    match = re.fullmatch(re.escape(endpoint_name) + r"-v([0-9]+)-[0-9a-f]{8}", name)
    return int(match[1]) if match else None


def same_model(wanted: Request, described: Request) -> bool:
    """Whether an existing model serves what is wanted: the same version in the same surroundings.
    DescribeModel may tell a single container as PrimaryContainer."""
    containers = described.get("Containers") or [described.get("PrimaryContainer") or {}]
    is_as_free = all(
        name in wanted or not described.get(name)
        for name in ("VpcConfig", "EnableNetworkIsolation")
    )
    content = {name: value for name, value in wanted.items() if name != "ModelName"}
    return is_as_free and includes({**described, "Containers": containers}, content)


def same_config(wanted: Request, described: Request) -> bool:
    """Whether an existing configuration has all that is wanted; SageMaker may have added defaults,
    but not a capture or a key that was not asked for."""
    added = [name for name in ("DataCaptureConfig", "KmsKeyId") if name not in wanted]
    return not any(described.get(name) for name in added) and includes(described, wanted)


def _name(settings: StageSettings, version: int, content: Mapping[str, Any]) -> str:
    import hashlib

    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
    digest = hashlib.sha256(canonical.encode()).hexdigest()[:8]
    suffix = f"-v{version}-{digest}"
    return settings.endpoint_name[: MAX_NAME - len(suffix)].rstrip("-") + suffix
