"""Ask for the deployment of the version that should be live, whatever the event says.

Level-triggered: on any event of the group, the registry is read and compared with the manifest; only
a difference is written, and the write starts the deployment. Duplicate, late and out-of-order events
change nothing. An exception is Lambda's to retry (asynchronous invocation), then its failure
destination's.

Two invocations cannot cross, because the manifest is read before the registry and written only if it
is still the same: who decided on an older state of the registry fails to write, and decides again.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Mapping
from typing import Any

from live_version import deployable_versions, waiting_versions
from manifest_object import CurrentManifest, ManifestChanged, read_manifest, write_manifest
from slipway_shared.clients import client
from slipway_shared.manifest import Manifest
from slipway_shared.model_package import ModelPackage, describe_model_package
from slipway_shared.s3_locations import S3Location

logger = logging.getLogger(__name__)

ATTEMPTS = 5


def lambda_handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Says what was done and why: `action` is `requested`, `unchanged` or `none-approved`."""
    detail = event.get("detail") or {}
    logger.info(
        "model package event %s of %s: approval status %s",
        event.get("id"),
        detail.get("ModelPackageArn"),
        detail.get("ModelApprovalStatus"),
    )
    return request_deployment(
        os.environ["MODEL_PACKAGE_GROUP_NAME"],
        S3Location(os.environ["MANIFEST_BUCKET_NAME"], os.environ["MANIFEST_KEY"]),
    )


def request_deployment(group_name: str, location: S3Location) -> dict[str, Any]:
    """Bring the manifest in line with the registry. Raises when others keep writing it, and what
    SageMaker or S3 raise."""
    for _ in range(ATTEMPTS):
        try:
            return decide(group_name, location)
        except ManifestChanged as error:
            logger.info("the manifest changed meanwhile, deciding again: %s", error)
    raise RuntimeError(f"{location.uri} was written by others {ATTEMPTS} times in a row")


def decide(group_name: str, location: S3Location) -> dict[str, Any]:
    """One look and at most one write. Raises ManifestChanged."""
    # The order matters: see the module's docstring.
    current = read_manifest(client("s3"), location)
    package = version_to_be_live(group_name)
    live = current.manifest.model_package_arn if current.manifest else None
    if package is None:
        reason = f"no version of {group_name} is approved and complete"
        logger.warning("%s; what is live stays live (the manifest names %s)", reason, live)
        return {"action": "none-approved", "modelPackageArn": live, "reason": reason}
    if package.arn == live:
        reason = f"version {package.version} is the highest approved one, and already requested"
        logger.info("nothing to do: %s", reason)
        return {"action": "unchanged", "modelPackageArn": live, "reason": reason}
    return ask_for(package, location, current)


def ask_for(
    package: ModelPackage, location: S3Location, current: CurrentManifest
) -> dict[str, Any]:
    """Write a manifest for the version. Raises ManifestChanged."""
    previous = current.manifest
    manifest = Manifest(
        model_package_group_name=package.group_name,
        model_package_arn=package.arn,
        model_package_version=package.version,
        requested_at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        approved_by=package.last_modified_by,
        previous_model_package_arn=previous.model_package_arn if previous else None,
    )
    version_id = write_manifest(client("s3"), location, manifest, replacing=current)
    instead = f", in place of version {previous.model_package_version}" if previous else ""
    reason = f"version {package.version} is the highest approved one{instead}"
    logger.info("requested the deployment of %s: %s", package.arn, reason)
    return {
        "action": "requested",
        "modelPackageArn": package.arn,
        "previousModelPackageArn": manifest.previous_model_package_arn,
        "manifestVersionId": version_id,
        "reason": reason,
    }


def version_to_be_live(group_name: str) -> ModelPackage | None:
    """The version that should be live by the registry's present state, if there is one."""
    sagemaker = client("sagemaker")
    pages = sagemaker.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=group_name,
        ModelApprovalStatus="Approved",
        SortBy="CreationTime",
        SortOrder="Descending",
    )
    summaries = [summary for page in pages for summary in page["ModelPackageSummaryList"]]
    waiting = waiting_versions(summaries)
    if waiting:
        logger.warning("approved but not complete, so not deployed: versions %s", waiting)
    for summary in deployable_versions(summaries):
        package = describe_model_package(sagemaker, summary["ModelPackageArn"])
        # The list may lag behind; the description is what counts.
        if package.obstacle is None:
            return package
        logger.warning("version %s is not deployed: %s", package.version, package.obstacle)
    return None
