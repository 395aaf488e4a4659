"""An endpoint's record, as the API shows it.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from localcloud.sagemaker.endpoints.fleet_plan import FleetPlan
from localcloud.sagemaker.endpoints.progress import Progress, VariantProgress
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
    progress: Progress | None = None
    """What is happening to its variants, while something is."""
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
            shape["ProductionVariants"] = _variants(self.live, self.pending, self.progress)
            if self.live.capture:
                shape["DataCaptureConfig"] = _capture(self.live.capture)
        if self.failure_reason:
            shape["FailureReason"] = self.failure_reason
        if self.last_deployment_config:
            shape["LastDeploymentConfig"] = self.last_deployment_config
        coming = self._coming()
        if coming is not None:
            progress = self.progress or Progress(self.modified)
            shape["PendingDeploymentSummary"] = {
                "EndpointConfigName": coming.config.name,
                "ProductionVariants": _pending_variants(coming, progress),
                "StartTime": progress.started,
            }
        return shape

    def _coming(self) -> FleetPlan | None:
        """What is being deployed, if it is "a new endpoint configuration" (DescribeEndpoint)."""
        if self.status == "Creating":
            return self.live
        pending = self.pending
        return pending if pending is not None and pending.config is not self.config else None

    def summary(self) -> dict[str, Any]:
        """One entry of ListEndpoints."""
        return {
            "EndpointName": self.name,
            "EndpointArn": self.arn,
            "CreationTime": self.created,
            "LastModifiedTime": self.modified,
            "EndpointStatus": self.status,
        }


def _variants(
    live: FleetPlan, pending: FleetPlan | None, progress: Progress | None
) -> list[dict[str, Any]]:
    # A change of capacity shows what is wanted beside what is; a new configuration shows it apart.
    wanted = pending if pending is not None and pending.config is live.config else live
    happening = progress.live if progress is not None else {}
    shapes = []
    for name, capacity in live.capacities.items():
        now = happening.get(name, VariantProgress(capacity.instances))
        shapes.append(
            {
                "VariantName": name,
                "CurrentWeight": capacity.weight,
                "DesiredWeight": wanted.capacities[name].weight,
                "CurrentInstanceCount": now.instances,
                **_size(wanted, name),
                **now.statuses(),
            }
        )
    return shapes


def _pending_variants(plan: FleetPlan, progress: Progress) -> list[dict[str, Any]]:
    shapes = []
    for name, capacity in plan.capacities.items():
        now = progress.pending.get(name, VariantProgress(0))
        shapes.append(
            {
                "VariantName": name,
                "CurrentWeight": capacity.weight,
                "DesiredWeight": capacity.weight,
                "CurrentInstanceCount": now.instances,
                **_size(plan, name),
                **now.statuses(),
            }
        )
    return shapes


def _size(plan: FleetPlan, variant: str) -> dict[str, Any]:
    """How large a variant is to be. A serverless one shows no DesiredInstanceCount (observed)."""
    serverless = plan.serverless(variant)
    if serverless is not None:
        return {"CurrentServerlessConfig": dict(serverless)}
    return {"DesiredInstanceCount": plan.capacities[variant].instances}


def _capture(config: Any) -> dict[str, Any]:
    enabled = config.get("EnableCapture", True)
    return {
        "EnableCapture": enabled,
        "CaptureStatus": "Started" if enabled else "Stopped",
        "CurrentSamplingPercentage": config["InitialSamplingPercentage"],
        "DestinationS3Uri": config["DestinationS3Uri"],
        "KmsKeyId": config.get("KmsKeyId", ""),
    }
