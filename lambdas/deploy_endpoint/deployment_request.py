"""What one call of the action is about: the manifest, the stage's settings, the version."""

from __future__ import annotations

import os
from dataclasses import dataclass

from slipway_shared.clients import client
from slipway_shared.codepipeline_job import ConfigurationError, Job, JobFailure
from slipway_shared.input_manifest import read_input_manifest, requested_version
from slipway_shared.manifest import Manifest, ManifestError
from slipway_shared.model_package import ModelPackage
from slipway_shared.s3_locations import S3Location
from slipway_shared.stage_settings import StageSettings
from slipway_shared.user_parameters import parse_user_parameters


@dataclass(frozen=True)
class DeploymentRequest:
    """A version that a stage is to serve, and who asks."""

    manifest: Manifest
    settings: StageSettings
    package: ModelPackage
    bucket: str
    """The bucket of the manifest and of its history."""
    manifest_key: str
    execution_id: str | None
    manifest_version_id: str | None

    @property
    def what(self) -> str:
        """What the action is about, in words."""
        settings = self.settings
        return f"{settings.stage} endpoint {settings.endpoint_name}, version {self.package.version}"

    @property
    def current_manifest(self) -> S3Location:
        """Where the manifest that is current lies."""
        return S3Location(self.bucket, self.manifest_key)


def read_request(job: Job) -> DeploymentRequest:
    """From the job and the function's environment. Raises JobFailure, and what the services raise."""
    given = parse_user_parameters(
        job.user_parameters,
        required={"stage": str, "endpointName": str},
        optional={"executionId": str, "manifestVersionId": str},
    )
    manifest = read_input_manifest(job, os.environ["MODEL_PACKAGE_GROUP_NAME"])
    try:
        settings = manifest.stage(given["stage"])
    except ManifestError as error:
        raise ConfigurationError(str(error)) from error
    if settings.endpoint_name != given["endpointName"]:
        raise JobFailure(
            f"the manifest's endpoint for {settings.stage} is {settings.endpoint_name!r}, this"
            f" pipeline's is {given['endpointName']!r}: was the manifest edited by hand? Nothing was"
            f" touched"
        )
    return DeploymentRequest(
        manifest=manifest,
        settings=settings,
        package=requested_version(client("sagemaker"), manifest),
        bucket=os.environ["MANIFEST_BUCKET_NAME"],
        manifest_key=os.environ["MANIFEST_KEY"],
        execution_id=given["executionId"],
        manifest_version_id=given["manifestVersionId"],
    )
