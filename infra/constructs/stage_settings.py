"""A stage's settings as a deployment manifest carries them: docs/manifest.schema.json, which
lambdas/shared/slipway_shared/stage_settings_json.py reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import aws_cdk as cdk

from infra.stages_config import ALL_AT_ONCE, OFF, StageConfig, UpdateConfig


@dataclass(frozen=True)
class Stage:
    """A stage for those who deploy to it: its name, its settings as a manifest has them, its stack."""

    name: str
    settings: dict[str, Any]
    stack: cdk.Stack


def stage_settings(
    settings: StageConfig,
    *,
    endpoint_name: str,
    target: dict[str, str],
    execution_role_arn: str,
    capture_uri: str | None,
    alarm_names: list[str],
    tags: dict[str, str],
) -> dict[str, Any]:
    """The JSON object; `target` is where the endpoint lives and which role deploys there."""
    serverless = settings.serverless.memory_size_mb is not None
    given: dict[str, Any] = {
        "endpointName": endpoint_name,
        "target": target,
        "executionRoleArn": execution_role_arn,
        **(_serverless(settings) if serverless else _instances(settings, capture_uri)),
        "update": _update(settings, alarm_names, serverless),
        "containerEnvironment": settings.environment,
        "keepVersions": settings.keep_versions,
        "tags": tags,
    }
    return {name: value for name, value in given.items() if value not in (None, {}, [], False)}


def _serverless(settings: StageConfig) -> dict[str, Any]:
    given = {
        "memorySizeMb": settings.serverless.memory_size_mb,
        "maxConcurrency": settings.serverless.max_concurrency,
        "provisionedConcurrency": settings.serverless.provisioned_concurrency,
    }
    return {"serverless": {name: value for name, value in given.items() if value is not None}}


def _instances(settings: StageConfig, capture_uri: str | None) -> dict[str, Any]:
    scaling = settings.autoscaling
    return {
        "instances": {
            "instanceType": settings.instance_type,
            "initialInstanceCount": settings.initial_instance_count,
        },
        "autoScaling": {
            "minCapacity": scaling.min_instance_count,
            "maxCapacity": scaling.max_instance_count,
            "invocationsPerInstance": scaling.invocations_per_instance,
            "scaleInCooldownSeconds": scaling.scale_in_cooldown_seconds,
            "scaleOutCooldownSeconds": scaling.scale_out_cooldown_seconds,
        }
        if scaling.max_instance_count is not None
        else None,
        "dataCapture": {
            "percentage": settings.data_capture_percentage,
            "destinationS3Uri": capture_uri,
            **({"kmsKeyId": settings.kms_key_arn} if settings.kms_key_arn else {}),
        }
        if capture_uri
        else None,
        "vpc": {
            "subnetIds": settings.subnet_ids,
            "securityGroupIds": settings.security_group_ids,
        }
        if settings.subnet_ids
        else None,
        "networkIsolation": settings.network_isolation,
        "kmsKeyId": settings.kms_key_arn,
        "startupHealthCheckSeconds": settings.startup_health_check_seconds,
        "modelDataDownloadSeconds": settings.model_data_download_seconds,
    }


def _update(settings: StageConfig, alarm_names: list[str], serverless: bool) -> dict[str, Any]:
    if serverless:
        return {"type": "ALL_AT_ONCE", "waitSeconds": 0, "finalBakeSeconds": 0}
    update, ratio = settings.update, settings.alarms.latency_ratio
    given: dict[str, Any] = {
        "type": update.type.upper(),
        "waitSeconds": update.wait_seconds,
        "finalBakeSeconds": update.final_bake_seconds,
        "alarmNames": alarm_names,
    }
    if update.type != ALL_AT_ONCE:
        given["stepPercent"] = update.step_percent
    if ratio != OFF:
        given["latencyRatio"] = ratio
    return given


def what_does_not_apply(stage: str, settings: StageConfig) -> list[str]:
    """What a stage cannot have, in a sentence each: said at synth."""
    said = []
    if settings.serverless.memory_size_mb is not None:
        said.append(
            f"stages.{stage} is serverless: no data capture, no scaling of instances, and no"
            " guardrails (an update moves all traffic at once, without alarms that bring it back)"
        )
    elif settings.update.type != ALL_AT_ONCE and _fewest(settings) < 2:
        kind, update = settings.update.type, settings.update
        said.append(
            f"stages.{stage} may have one instance, of which no part can be a {kind}'s: then an update"
            f" moves all traffic at once, watched for {_watched(update)} s, and is rolled back by the"
            " same alarms; with two instances or more it is as configured"
        )
    return said


def _fewest(settings: StageConfig) -> int:
    scaling = settings.autoscaling
    if scaling.max_instance_count is None:
        return settings.initial_instance_count
    return min(settings.initial_instance_count, scaling.min_instance_count)


def _watched(update: UpdateConfig) -> int:
    return max(update.wait_seconds, update.final_bake_seconds)
