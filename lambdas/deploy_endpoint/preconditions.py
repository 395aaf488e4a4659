"""What must hold before anything is changed: the manifest is still what is wanted, the version may be
deployed, and its files are there (`model_artifacts`)."""

from __future__ import annotations

from typing import Any

from deployment_request import DeploymentRequest
from slipway_shared.codepipeline_job import JobFailure
from slipway_shared.manifest import ManifestError, unzip_manifest
from slipway_shared.s3_locations import MISSING_CODES
from slipway_shared.service_errors import code_of

UNTOUCHED = "the endpoint was not touched"


def require_current(s3: Any, request: DeploymentRequest) -> None:
    """Raises JobFailure when another manifest has taken the place of the action's own: what was tested
    and approved is no longer what should be live."""
    location = request.current_manifest
    try:
        body = s3.get_object(Bucket=location.bucket, Key=location.key)["Body"].read()
        current = unzip_manifest(body)
    except ManifestError as error:
        raise JobFailure(
            f"the current manifest {location.uri} is none: {error}; {UNTOUCHED}"
        ) from error
    except s3.exceptions.ClientError as error:
        if code_of(error) not in MISSING_CODES:
            raise
        raise JobFailure(
            f"the current manifest {location.uri} was deleted, so that nothing says what should be"
            f" live; {UNTOUCHED}"
        ) from error
    if current != request.manifest:
        raise JobFailure(
            f"superseded: the current manifest, of {current.requested_at}, asks for version"
            f" {current.model_package_version} ({current.reason}); its own execution deploys it, and"
            f" {UNTOUCHED}"
        )


def require_deployable(request: DeploymentRequest) -> None:
    """Raises JobFailure for a version that is not approved, or not complete, at this moment."""
    package = request.package
    obstacle = package.obstacle
    if obstacle is None and not package.containers:
        obstacle = "it has no container: register it with an InferenceSpecification"
    if obstacle is not None:
        raise JobFailure(
            f"version {package.version} ({package.arn}) is not deployed, because {obstacle};"
            f" {UNTOUCHED}"
        )
