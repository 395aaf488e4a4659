"""Models and endpoint configurations, as the API shows them.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeModel.html
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpointConfig.html
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


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
        members = ("ProductionVariants", "DataCaptureConfig", "KmsKeyId")
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
