"""Removing what old versions left: configurations, models and latency alarms of this endpoint.

Kept are the version that serves and the last N that served before it, as the stage's records say; where
they know of fewer, the newest others by creation time. A version is in the name of each thing that this
function makes, so that what has another name, and an endpoint's name that had to be cut, is never
touched. SageMaker refuses neither: a deleted configuration makes its endpoint impossible to update
(https://github.com/hashicorp/terraform-provider-aws/issues/40048).

Known limit: a person's configuration under another name may use one of these models, and another
endpoint one of these configurations; neither is looked for.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alarms import LATENCY_SUFFIX
from deployment_request import DeploymentRequest
from endpoint_resources import version_in
from progress import Progress
from slipway_shared.clients import client
from slipway_shared.deployment_records import SUCCEEDED, Entry, list_records
from slipway_shared.service_errors import says
from stage_clients import StageClients

logger = logging.getLogger(__name__)

# Of each kind in one deployment, for the function's time limit; the rest is left to the next.
MAX_DELETIONS = 10


@dataclass(frozen=True)
class Listed:
    """A model or a configuration of this endpoint's."""

    name: str
    version: int
    created_at: float


def versions_to_keep(
    records: Iterable[Entry], served: Sequence[int], listed: Iterable[Listed], keep: int
) -> set[int]:
    """`served` is the version that serves and, if known, the one that served last; `records` are the
    stage's, the oldest first. Pure."""
    kept = dict.fromkeys(served)
    before = [entry.version for entry in records if entry.outcome == SUCCEEDED]
    by_age = sorted(listed, key=lambda each: each.created_at)
    for version in (*reversed(before), *(each.version for each in reversed(by_age))):
        # The one that serves is not one of those before it.
        if len(kept) > keep:
            break
        kept.setdefault(version)
    return set(kept)


def expendable(listed: Iterable[Listed], kept: set[int], before: float) -> list[Listed]:
    """What is of no kept version and older than this deployment, the oldest first. Pure."""
    old = [each for each in listed if each.version not in kept and each.created_at < before]
    return sorted(old, key=lambda each: each.created_at)[:MAX_DELETIONS]


def prune(request: DeploymentRequest, progress: Progress, clients: StageClients) -> str:
    """Remove what is expendable; what was done, in words. A failure is said and logged, not raised:
    the version is live."""
    try:
        return _prune(request, progress, clients)
    except Exception as error:
        logger.exception("old versions could not all be removed")
        return f"Old versions could not all be removed: {error}."


def _prune(request: DeploymentRequest, progress: Progress, clients: StageClients) -> str:
    settings, sagemaker = request.settings, clients.sagemaker
    configs = _listed(
        sagemaker,
        settings.endpoint_name,
        "list_endpoint_configs",
        "EndpointConfigs",
        "EndpointConfig",
    )
    models = _listed(sagemaker, settings.endpoint_name, "list_models", "Models", "Model")
    replaced = progress.replaced_config_name
    last = version_in(replaced, settings.endpoint_name) if replaced else None
    served = [request.package.version, *([last] if last is not None else [])]
    records = list_records(client("s3"), request.bucket, settings.stage)
    kept = versions_to_keep(records, served, configs, settings.keep_versions)
    old_configs = expendable(configs, kept, progress.started_at)
    for each in old_configs:
        _delete(sagemaker.delete_endpoint_config, EndpointConfigName=each.name)
    remaining = {each.name for each in configs} - {each.name for each in old_configs}
    # A configuration names models of its own version only.
    kept |= {each.version for each in configs if each.name in remaining}
    old_models = expendable(models, kept, progress.started_at)
    for each in old_models:
        _delete(sagemaker.delete_model, ModelName=each.name)
    alarms = _delete_alarms(clients.cloudwatch, settings.endpoint_name, remaining)
    if not (old_configs or old_models or alarms):
        return ""
    return (
        f"Removed {len(old_configs)} configuration(s), {len(old_models)} model(s) and {alarms} latency"
        f" alarm(s) of old versions."
    )


def _listed(
    sagemaker: Any, endpoint_name: str, operation: str, answer: str, kind: str
) -> list[Listed]:
    pages = sagemaker.get_paginator(operation).paginate(
        NameContains=f"{endpoint_name}-v", PaginationConfig={"PageSize": 100}
    )
    found = []
    for page in pages:
        for summary in page[answer]:
            name = summary[f"{kind}Name"]
            version = version_in(name, endpoint_name)
            if version is not None:
                found.append(Listed(name, version, summary["CreationTime"].timestamp()))
    return found


def _delete(operation: Any, **name: str) -> None:
    try:
        operation(**name)
        logger.info("removed %s", name)
    except Exception as error:
        if not says(error, "Could not find"):
            raise


def _delete_alarms(cloudwatch: Any, endpoint_name: str, remaining: set[str]) -> int:
    """Of configurations that are not there any more; how many."""
    page: Mapping[str, Any] = cloudwatch.describe_alarms(
        AlarmNamePrefix=f"{endpoint_name}-v", AlarmTypes=["MetricAlarm"], MaxRecords=100
    )
    old = [
        name
        for name in (alarm["AlarmName"] for alarm in page.get("MetricAlarms", []))
        if name.endswith(LATENCY_SUFFIX)
        and (config := name.removesuffix(LATENCY_SUFFIX)) not in remaining
        and version_in(config, endpoint_name) is not None
    ][:MAX_DELETIONS]
    if old:
        cloudwatch.delete_alarms(AlarmNames=old)
    return len(old)
