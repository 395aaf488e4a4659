"""What a stage's endpoint is to be, as a deployment manifest says it. Pure.

The settings travel in the manifest, beside the version: what was tested in staging and approved for
prod is a version *with* its settings. The stack writes them (infra/constructs/stage_settings.py);
docs/manifest.schema.json is their published schema, `stage_settings_json` reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ALL_AT_ONCE, CANARY, LINEAR = "ALL_AT_ONCE", "CANARY", "LINEAR"


@dataclass(frozen=True)
class Target:
    """The account and region in which the endpoint lives, and who may deploy there."""

    account_id: str
    region: str
    role_arn: str
    """The role that deployments assume, in that account."""
    external_id: str


@dataclass(frozen=True)
class Instances:
    """An endpoint on instances."""

    instance_type: str
    initial_instance_count: int


@dataclass(frozen=True)
class Serverless:
    """A serverless endpoint: no capture, no scaling, no guardrails, no VPC."""

    memory_size_mb: int
    max_concurrency: int
    provisioned_concurrency: int | None


@dataclass(frozen=True)
class AutoScaling:
    """Target tracking on invocations per instance and minute."""

    min_capacity: int
    max_capacity: int
    invocations_per_instance: float
    scale_in_cooldown_seconds: int
    scale_out_cooldown_seconds: int


@dataclass(frozen=True)
class DataCapture:
    """Which share of requests and answers is written to S3, and where."""

    percentage: int
    destination_s3_uri: str
    kms_key_id: str | None


@dataclass(frozen=True)
class Update:
    """How traffic moves to a new configuration, and what brings it back."""

    type: str
    """ALL_AT_ONCE, CANARY or LINEAR."""
    step_percent: int | None
    """Share of the capacity that gets traffic first (canary), or in each step (linear)."""
    wait_seconds: int
    """How long the canary, or each step, is watched."""
    final_bake_seconds: int
    """How long all of the new fleet is watched before the old one ends."""
    alarm_names: tuple[str, ...]
    """Alarms of the stage, each of which rolls an update back."""
    latency_ratio: float | None
    """By what factor p90 may exceed the version before's; None compares with none."""


@dataclass(frozen=True)
class Vpc:
    """Where the containers run."""

    subnet_ids: tuple[str, ...]
    security_group_ids: tuple[str, ...]


@dataclass(frozen=True)
class StageSettings:
    """One stage's endpoint."""

    stage: str
    endpoint_name: str
    target: Target
    execution_role_arn: str
    hosting: Instances | Serverless
    update: Update
    auto_scaling: AutoScaling | None = None
    data_capture: DataCapture | None = None
    vpc: Vpc | None = None
    network_isolation: bool = False
    kms_key_id: str | None = None
    """Encrypts the instances' volumes."""
    container_environment: Mapping[str, str] = field(default_factory=dict)
    """Added to the version's own."""
    startup_health_check_seconds: int | None = None
    model_data_download_seconds: int | None = None
    keep_versions: int = 3
    """How many earlier configurations are kept, beside the one that serves."""
    tags: Mapping[str, str] = field(default_factory=dict)
