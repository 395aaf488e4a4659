"""Make the version that a manifest names live on a stage's endpoint, and say when it is.

Each call looks at the endpoint, does the one next thing, and waits by continuation token; see
`deployment_plan` for what follows from what. Nothing is changed for a version that is not (or no
longer) approved and complete, or whose model artifact is gone. Models and endpoint configurations
are never deleted: those that serve, and those before them, stay.

Known limit: one variant on instances; no serverless, no traffic guardrails.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from deployment_plan import (
    CREATE,
    DELETE,
    NOTHING,
    UPDATE,
    Progress,
    Step,
    asked_for,
    minutes,
    next_step,
)
from endpoint_api import EndpointApi, EndpointBusy
from endpoint_resources import EndpointResources, endpoint_resources
from model_artifacts import require_model_artifacts
from slipway_shared.clients import client
from slipway_shared.codepipeline_job import Continued, Job, JobFailure, Succeeded, answers_job
from slipway_shared.input_manifest import read_input_manifest, requested_version
from slipway_shared.model_package import ModelPackage
from stage_settings import StageSettings, parse_stage_settings

logger = logging.getLogger(__name__)


@answers_job
def lambda_handler(job: Job) -> Succeeded | Continued:
    """One look, and at most one change."""
    settings = parse_stage_settings(job.user_parameters)
    manifest = read_input_manifest(job)
    progress = Progress(time.time())
    if job.continuation is not None:
        progress = Progress.from_token(job.continuation)
    package = requested_version(client("sagemaker"), manifest)
    return deploy(package, settings, progress)


def deploy(
    package: ModelPackage, settings: StageSettings, progress: Progress
) -> Succeeded | Continued:
    """The next step of a deployment. Raises JobFailure when it cannot or did not succeed."""
    resources = endpoint_resources(package, settings)
    # What SageMaker was asked for is what is waited for, even if the version was changed since.
    wanted = progress.config_name or resources.config_name
    if progress.requested in (NOTHING, DELETE):
        require_deployable(package)
    api = EndpointApi(client("sagemaker"), settings.endpoint_name)
    endpoint = api.describe()
    step = next_step(endpoint, wanted, progress, time.time())
    what = f"{settings.stage} endpoint {settings.endpoint_name}, version {package.version}"
    if step.do == "fail":
        raise JobFailure(f"{what}: {step.words}")
    if step.do == "succeed":
        took = minutes(time.time() - progress.started_at)
        return Succeeded(
            f"{what}: {step.words} after {took}",
            {
                "EndpointName": settings.endpoint_name,
                "EndpointConfigName": wanted,
                "ModelPackageArn": package.arn,
            },
        )
    if step.do in ("create", "update", "delete"):
        require_model_artifacts(client("s3"), package)
    if step.do in ("create", "update"):
        api.ensure_resources(resources)
    step = act(step, api, resources, endpoint)
    return Continued(step.progress.to_token(), f"{what}: {step.words}")


def act(
    step: Step, api: EndpointApi, resources: EndpointResources, endpoint: Mapping[str, Any] | None
) -> Step:
    """Ask SageMaker for what the step says; the step with what is to be remembered of it."""
    config_name, now = resources.config_name, time.time()
    try:
        if step.do == "create":
            api.create(resources)
            done = asked_for(CREATE, config_name, step.progress, now)
        elif step.do == "update" and endpoint is not None:
            api.update(resources, endpoint)
            done = asked_for(UPDATE, config_name, step.progress, now, endpoint=endpoint)
        elif step.do == "delete":
            api.delete()
            done = asked_for(DELETE, None, step.progress, now)
        else:
            return step
    except EndpointBusy as busy:
        logger.info("not now: %s", busy)
        return replace(step, do="wait", words=f"waiting, SageMaker says: {busy}")
    return replace(step, progress=done)


def require_deployable(package: ModelPackage) -> None:
    """Raises JobFailure for a version that is not approved, or not complete, at this moment."""
    if package.obstacle is not None:
        raise JobFailure(
            f"version {package.version} ({package.arn}) is not deployed, because {package.obstacle};"
            f" the endpoint was not touched"
        )
