"""An endpoint's record, as the API shows it.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from localcloud.sagemaker.endpoints.fleet_plan import FleetPlan
from localcloud.sagemaker.endpoints.records import EndpointConfig

# Statuses in which SageMaker refuses to update or delete an endpoint (DescribeEndpoint, above).
IN_PROGRESS = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"})


@dataclass
class Endpoint:
    """An endpoint: what is live, and what is happening to it."""

    name: str
    arn: str
    live: FleetPlan
    created: datetime
    modified: datetime
    status: str = "Creating"
    failure_reason: str | None = None
    pending: FleetPlan | None = None
    last_deployment_config: dict[str, Any] | None = None
    tags: list[dict[str, str]] = field(default_factory=list)

    @property
    def config(self) -> EndpointConfig:
        """The configuration that serves; while an update runs, the old one."""
        return self.live.config

    def describe(self) -> dict[str, Any]:
        """DescribeEndpoint's response."""
        shape: dict[str, Any] = {
            "EndpointName": self.name,
            "EndpointArn": self.arn,
            "EndpointConfigName": self.config.name,
            "EndpointStatus": self.status,
            "CreationTime": self.created,
            "LastModifiedTime": self.modified,
        }
        if self.status not in ("Creating", "Failed"):
            shape["ProductionVariants"] = _variants(self.live, self.pending)
            if self.live.capture:
                shape["DataCaptureConfig"] = _capture(self.live.capture)
        if self.failure_reason:
            shape["FailureReason"] = self.failure_reason
        if self.last_deployment_config:
            shape["LastDeploymentConfig"] = self.last_deployment_config
        # "Only returned when the endpoint is creating or updating with a new configuration".
        pending = self.pending
        if pending is not None and pending.config is not self.config:
            shape["PendingDeploymentSummary"] = {
                "EndpointConfigName": pending.config.name,
                "ProductionVariants": _pending_variants(pending),
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


def _variants(live: FleetPlan, pending: FleetPlan | None) -> list[dict[str, Any]]:
    # A change of capacity shows what is wanted beside what is; a new configuration shows it apart.
    wanted = pending if pending is not None and pending.config is live.config else live
    return [
        {
            "VariantName": name,
            "CurrentWeight": capacity.weight,
            "DesiredWeight": wanted.capacities[name].weight,
            "CurrentInstanceCount": capacity.instances,
            "DesiredInstanceCount": wanted.capacities[name].instances,
        }
        for name, capacity in live.capacities.items()
    ]


def _pending_variants(plan: FleetPlan) -> list[dict[str, Any]]:
    return [
        {
            "VariantName": name,
            "DesiredWeight": capacity.weight,
            "DesiredInstanceCount": capacity.instances,
        }
        for name, capacity in plan.capacities.items()
    ]


def _capture(config: Any) -> dict[str, Any]:
    enabled = config.get("EnableCapture", True)
    return {
        "EnableCapture": enabled,
        "CaptureStatus": "Started" if enabled else "Stopped",
        "CurrentSamplingPercentage": config["InitialSamplingPercentage"],
        "DestinationS3Uri": config["DestinationS3Uri"],
        "KmsKeyId": config.get("KmsKeyId", ""),
    }
