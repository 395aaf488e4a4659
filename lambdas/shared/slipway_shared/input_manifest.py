"""The manifest that an action got as its input artifact, and the version that it names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slipway_shared.clients import client_with
from slipway_shared.codepipeline_job import ConfigurationError, Job, JobFailure
from slipway_shared.manifest import Manifest, ManifestError, unzip_manifest
from slipway_shared.model_package import ModelPackage, parse_model_package
from slipway_shared.service_errors import code_of, message_of


def read_input_manifest(job: Job, group_name: str) -> Manifest:
    """The manifest in the job's only input artifact, read as the action's role. Raises
    ConfigurationError when the action does not have exactly one, JobFailure when it is no manifest, or
    one for another model package group, and what S3 raises."""
    if len(job.input_artifacts) != 1:
        names = ", ".join(artifact.name for artifact in job.input_artifacts) or "none"
        raise ConfigurationError(
            f"the action needs exactly one input artifact, the deployment manifest; it has {names}"
        )
    artifact = job.input_artifacts[0]
    s3 = client_with(
        "s3",
        access_key_id=job.credentials.access_key_id,
        secret_access_key=job.credentials.secret_access_key,
        session_token=job.credentials.session_token,
    )
    content: bytes = s3.get_object(Bucket=artifact.bucket, Key=artifact.key)["Body"].read()
    try:
        manifest = unzip_manifest(content)
    except ManifestError as error:
        raise JobFailure(
            f"input artifact {artifact.name} is not a deployment manifest: {error}"
        ) from error
    require_group(manifest, group_name)
    return manifest


def require_group(manifest: Manifest, group_name: str) -> None:
    """Raises JobFailure for a manifest that is for another group, or whose ARN is of another version
    than it says: it was edited by hand. ARNs may have the group's name in lower case (observed)."""
    named = manifest.model_package_group_name
    resource = manifest.model_package_arn.partition(":model-package/")[2]
    wanted = f"{group_name}/{manifest.model_package_version}"
    if named != group_name or resource.casefold() != wanted.casefold():
        raise JobFailure(
            f"the deployment manifest names version {manifest.model_package_version} of {named!r}"
            f" ({manifest.model_package_arn}); this pipeline deploys versions of {group_name!r}"
        )


def requested_version(sagemaker: Any, manifest: Manifest) -> ModelPackage:
    """The version that the manifest names. Raises JobFailure when the registry does not have it."""
    return parse_model_package(described_version(sagemaker, manifest))


def described_version(sagemaker: Any, manifest: Manifest) -> Mapping[str, Any]:
    """The same, as DescribeModelPackage answers."""
    arn = manifest.model_package_arn
    try:
        described: Mapping[str, Any] = sagemaker.describe_model_package(ModelPackageName=arn)
    except sagemaker.exceptions.ClientError as error:
        if code_of(error) != "ValidationException":
            raise
        raise JobFailure(
            f"version {manifest.model_package_version} ({manifest.model_package_arn}) is not in the"
            f" registry: {message_of(error)}"
        ) from error
    return described
