"""What became of a deployment: its record, for whoever asks later what was live, when and why."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from deployment_request import DeploymentRequest
from endpoint_resources import version_in
from progress import Endpoint, Progress
from slipway_shared.clients import client
from slipway_shared.deployment_records import write_record


def previous_version(request: DeploymentRequest, progress: Progress) -> int | None:
    """The version that was live before, if its configuration's name says so."""
    replaced = progress.replaced_config_name
    return version_in(replaced, request.settings.endpoint_name) if replaced else None


def record(
    request: DeploymentRequest,
    progress: Progress,
    outcome: str,
    text: str,
    *,
    config_name: str,
    endpoint: Endpoint | None,
    alarms: Sequence[Mapping[str, str]] = (),
    now: float,
) -> str:
    """Write the record; its key, which is the same however often the last call is repeated, because it
    has the time at which the deployment began. Raises what S3 raises."""
    settings = request.settings
    content = {
        "outcome": outcome,
        "text": text,
        "stage": settings.stage,
        "accountId": settings.target.account_id,
        "region": settings.target.region,
        "endpointName": settings.endpoint_name,
        "endpointConfigName": config_name,
        "previousEndpointConfigName": progress.replaced_config_name,
        "previousModelPackageVersion": previous_version(request, progress),
        "requested": progress.requested,
        "startedAt": iso(progress.started_at),
        "finishedAt": iso(now),
        "guardrail": progress.guardrail,
        "rollbackAlarms": alarms_named(endpoint),
        "alarmsSeen": list(alarms),
        "executionId": request.execution_id,
        "manifestVersionId": request.manifest_version_id,
        "manifest": json.loads(request.manifest.to_json()),
    }
    return write_record(
        client("s3"),
        request.bucket,
        settings.stage,
        time=iso(progress.started_at),
        version=request.package.version,
        outcome=outcome,
        content=json.dumps(content, indent=2) + "\n",
    )


def alarms_named(endpoint: Endpoint | None) -> list[str]:
    """The alarms that the last update named, as SageMaker tells it."""
    last: Any = (endpoint or {}).get("LastDeploymentConfig") or {}
    alarms = (last.get("AutoRollbackConfiguration") or {}).get("Alarms") or []
    return [alarm["AlarmName"] for alarm in alarms]


def iso(moment: float) -> str:
    """Epoch seconds as ISO 8601, UTC."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))
