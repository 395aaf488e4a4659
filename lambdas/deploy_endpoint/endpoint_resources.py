"""The model, endpoint configuration and endpoint that a version needs, as requests. Pure.

Names are a function of what they stand for: `<endpoint>-v<version>-<hash>`. The same version with
the same settings has the same names, however often it is deployed; anything that changes what would
serve gives another name, and so an update of the endpoint. Names are at most 63 characters
(botocore's model: ModelName, EndpointConfigName), a long endpoint name is cut.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-deploy.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slipway_shared.model_package import ModelPackage
from stage_settings import StageSettings

MAX_NAME = 63
# Constant across updates: a blue/green update needs the same variant names
# (https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-exclusions.html).
VARIANT_NAME = "AllTraffic"

Request = Mapping[str, Any]


@dataclass(frozen=True)
class EndpointResources:
    """What must exist for a version to serve in a stage."""

    endpoint_name: str
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
    container = {"ModelPackageName": package.arn}
    serves = {
        "container": container,
        "specification": [dict(container) for container in package.containers],
        "executionRoleArn": settings.execution_role_arn,
    }
    model_name = _name(settings.endpoint_name, package.version, serves)
    variant = {
        "VariantName": VARIANT_NAME,
        "ModelName": model_name,
        "InstanceType": settings.instance_type,
        "InitialInstanceCount": settings.initial_instance_count,
        "InitialVariantWeight": 1.0,
    }
    config: dict[str, Any] = {"ProductionVariants": [variant]}
    if settings.data_capture:
        config["DataCaptureConfig"] = _data_capture_config(settings)
    return EndpointResources(
        endpoint_name=settings.endpoint_name,
        model={
            "ModelName": model_name,
            "Containers": [container],
            "ExecutionRoleArn": settings.execution_role_arn,
        },
        config={
            "EndpointConfigName": _name(settings.endpoint_name, package.version, config),
            **config,
        },
        tags=tuple({"Key": key, "Value": value} for key, value in settings.tags.items()),
    )


def same_model(wanted: Request, described: Request) -> bool:
    """Whether an existing model serves what is wanted: the same version under the same role."""
    containers = described.get("Containers") or [described.get("PrimaryContainer") or {}]
    packages = [container.get("ModelPackageName") for container in containers]
    wanted_packages = [container["ModelPackageName"] for container in wanted["Containers"]]
    same_role = described.get("ExecutionRoleArn") == wanted["ExecutionRoleArn"]
    return same_role and packages == wanted_packages


def same_config(wanted: Request, described: Request) -> bool:
    """Whether an existing configuration has all that is wanted; SageMaker may have added defaults,
    but not a capture that was not asked for."""
    if "DataCaptureConfig" not in wanted and described.get("DataCaptureConfig"):
        return False
    return _includes(described, wanted)


def properties_to_replace(endpoint: Request, live_config: Request | None) -> list[dict[str, str]]:
    """Which variant properties an update must take from the new configuration; the others are kept
    (ExcludeRetainedVariantProperties,
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpoint.html).

    Capture always comes from the configuration. The instance count does too, unless the endpoint was
    scaled away from what its live configuration said (by autoscaling, or by a person), or that
    configuration is unknown: then the capacity that it has is kept.
    """
    replaced = ["DataCaptureConfig"]
    if live_config is not None and not _was_scaled(endpoint, live_config):
        replaced.append("DesiredInstanceCount")
    return [{"VariantPropertyType": name} for name in replaced]


def _was_scaled(endpoint: Request, live_config: Request) -> bool:
    initial = {
        variant["VariantName"]: variant.get("InitialInstanceCount")
        for variant in live_config.get("ProductionVariants") or []
    }
    return any(
        variant.get("DesiredInstanceCount") != initial.get(variant["VariantName"])
        for variant in endpoint.get("ProductionVariants") or []
    )


def _data_capture_config(settings: StageSettings) -> dict[str, Any]:
    capture = settings.data_capture
    assert capture is not None
    config: dict[str, Any] = {
        "EnableCapture": True,
        "InitialSamplingPercentage": capture.percentage,
        "DestinationS3Uri": capture.destination_s3_uri,
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        # Without it a body is captured in base64.
        "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"]},
    }
    if capture.kms_key_id:
        config["KmsKeyId"] = capture.kms_key_id
    return config


def _name(endpoint_name: str, version: int, content: Mapping[str, Any]) -> str:
    import hashlib

    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
    digest = hashlib.sha256(canonical.encode()).hexdigest()[:8]
    suffix = f"-v{version}-{digest}"
    return endpoint_name[: MAX_NAME - len(suffix)].rstrip("-") + suffix


def _includes(described: Any, wanted: Any) -> bool:
    if isinstance(wanted, Mapping):
        return isinstance(described, Mapping) and all(
            name in described and _includes(described[name], value)
            for name, value in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(described, list)
            and len(described) == len(wanted)
            and all(_includes(*pair) for pair in zip(described, wanted, strict=True))
        )
    return bool(described == wanted)
