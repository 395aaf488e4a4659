"""What SageMaker hosting keeps: models, endpoint configurations, endpoints, and their API shapes.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

# Statuses in which SageMaker refuses to update or delete an endpoint (DescribeEndpoint, above).
IN_PROGRESS = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"})


@dataclass
class HostedModel:
    """A model: containers with artifacts, and the role under which they run."""

    name: str
    arn: str
    request: dict[str, Any]
    created: datetime
    tags: list[dict[str, str]] = field(default_factory=list)

    @property
    def containers(self) -> list[dict[str, Any]]:
        """The container definitions as requested, the primary one first."""
        primary = self.request.get("PrimaryContainer")
        return [primary] if primary else list(self.request.get("Containers") or [])

    def describe(self) -> dict[str, Any]:
        """DescribeModel's response."""
        members = ("PrimaryContainer", "Containers", "ExecutionRoleArn", "VpcConfig")
        shape = {name: self.request[name] for name in members if self.request.get(name)}
        return {
            "ModelName": self.name,
            "ModelArn": self.arn,
            "CreationTime": self.created,
            "EnableNetworkIsolation": bool(self.request.get("EnableNetworkIsolation", False)),
            **copy.deepcopy(shape),
        }

    def summary(self) -> dict[str, Any]:
        """One entry of ListModels."""
        return {"ModelName": self.name, "ModelArn": self.arn, "CreationTime": self.created}


@dataclass
class EndpointConfig:
    """An endpoint configuration: immutable once made."""

    name: str
    arn: str
    request: dict[str, Any]
    created: datetime
    tags: list[dict[str, str]] = field(default_factory=list)

    @property
    def variants(self) -> list[dict[str, Any]]:
        """The production variants as requested."""
        return list(self.request["ProductionVariants"])

    def describe(self) -> dict[str, Any]:
        """DescribeEndpointConfig's response."""
        members = ("ProductionVariants", "DataCaptureConfig", "KmsKeyId", "ExecutionRoleArn")
        shape = {name: self.request[name] for name in members if self.request.get(name)}
        return {
            "EndpointConfigName": self.name,
            "EndpointConfigArn": self.arn,
            "CreationTime": self.created,
            **copy.deepcopy(shape),
        }

    def summary(self) -> dict[str, Any]:
        """One entry of ListEndpointConfigs."""
        return {
            "EndpointConfigName": self.name,
            "EndpointConfigArn": self.arn,
            "CreationTime": self.created,
        }


@dataclass
class Endpoint:
    """An endpoint: which configuration is live, and what is happening to it."""

    name: str
    arn: str
    config: EndpointConfig
    created: datetime
    modified: datetime
    status: str = "Creating"
    failure_reason: str | None = None
    pending: EndpointConfig | None = None
    # Capacity by variant name: an update keeps it when RetainAllVariantProperties asks for that.
    instance_counts: dict[str, int] = field(default_factory=dict)
    last_deployment_config: dict[str, Any] | None = None
    tags: list[dict[str, str]] = field(default_factory=list)

    def describe(self) -> dict[str, Any]:
        """DescribeEndpoint's response. While an update runs, the configuration is the old one."""
        shape: dict[str, Any] = {
            "EndpointName": self.name,
            "EndpointArn": self.arn,
            "EndpointConfigName": self.config.name,
            "EndpointStatus": self.status,
            "CreationTime": self.created,
            "LastModifiedTime": self.modified,
        }
        if self.status not in ("Creating", "Failed"):
            shape["ProductionVariants"] = self._variants(self.config)
        capture = self.config.request.get("DataCaptureConfig")
        if capture and self.status not in ("Creating", "Failed"):
            shape["DataCaptureConfig"] = {
                "EnableCapture": capture.get("EnableCapture", True),
                "CaptureStatus": "Started" if capture.get("EnableCapture", True) else "Stopped",
                "CurrentSamplingPercentage": capture["InitialSamplingPercentage"],
                "DestinationS3Uri": capture["DestinationS3Uri"],
                "KmsKeyId": capture.get("KmsKeyId", ""),
            }
        if self.failure_reason:
            shape["FailureReason"] = self.failure_reason
        if self.last_deployment_config:
            shape["LastDeploymentConfig"] = self.last_deployment_config
        if self.pending is not None:
            shape["PendingDeploymentSummary"] = {
                "EndpointConfigName": self.pending.name,
                "ProductionVariants": [
                    {"VariantName": variant["VariantName"]} for variant in self.pending.variants
                ],
                "StartTime": self.modified,
            }
        return shape

    def summary(self) -> dict[str, Any]:
        """One entry of ListEndpoints."""
        return {
            "EndpointName": self.name,
            "EndpointArn": self.arn,
            "CreationTime": self.created,
            "LastModifiedTime": self.modified,
            "EndpointStatus": self.status,
        }

    def _variants(self, config: EndpointConfig) -> list[dict[str, Any]]:
        described = []
        for variant in config.variants:
            weight = float(variant.get("InitialVariantWeight", 1.0))
            count = self.instance_counts.get(
                variant["VariantName"], variant.get("InitialInstanceCount", 1)
            )
            described.append(
                {
                    "VariantName": variant["VariantName"],
                    "CurrentWeight": weight,
                    "DesiredWeight": weight,
                    "CurrentInstanceCount": count,
                    "DesiredInstanceCount": count,
                }
            )
        return described
