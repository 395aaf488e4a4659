"""Say what an approver has to know, whether prod waits for one, and clear the way for this execution.

The last action before the approval. Its output variables are the text of the approval's message
(`Message`) and whether there is to be an approval at all (`ApprovalRequired`, `yes` or `no`: the
approval's stage is skipped by a condition on it).

An approval in progress holds its stage, so that an older execution could keep this one waiting for up to
seven days, and a person would release the older version. The older one's approval is rejected here: it
cannot come after this moment, because executions do not overtake each other
(https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html).
"""

from __future__ import annotations

import logging
import os

from approval_message import Facts, message
from slipway_shared.clients import client
from slipway_shared.codepipeline_job import Job, Succeeded, answers_job
from slipway_shared.deployment_records import SUCCEEDED, list_records
from slipway_shared.input_manifest import described_version, read_input_manifest
from slipway_shared.manifest import Manifest
from slipway_shared.user_parameters import parse_user_parameters
from stale_approval import reject_stale_approval
from version_facts import checks_of, read_metrics, read_metrics_of

logger = logging.getLogger(__name__)

PROD = "prod"


@answers_job
def lambda_handler(job: Job) -> Succeeded:
    """The message, whether an approval is needed, and an older approval out of the way."""
    given = parse_user_parameters(
        job.user_parameters,
        required={
            "pipelineName": str,
            "approvalStage": str,
            "approvalAction": str,
            "executionId": str,
            "stagingResults": str,
        },
    )
    manifest = read_input_manifest(job, os.environ["MODEL_PACKAGE_GROUP_NAME"])
    text = message(read_facts(manifest, given["stagingResults"]))
    rejected = reject_stale_approval(
        client("codepipeline"),
        given["pipelineName"],
        given["approvalStage"],
        given["approvalAction"],
        given["executionId"],
        f"superseded by the deployment of version {manifest.model_package_version}"
        f" ({manifest.reason}, {manifest.requested_at})",
    )
    required = manifest.prod_approval_required
    summary = (
        f"prod {'waits for a person' if required else 'does not wait'}:"
        f" {manifest.prod_approval_because}"
    )
    if rejected:
        summary += f"; the approval of execution {rejected}, which was older, was rejected"
    return Succeeded(summary, {"ApprovalRequired": "yes" if required else "no", "Message": text})


def read_facts(manifest: Manifest, staging_results: str) -> Facts:
    """What there is to know of the version and of the one that is live in prod."""
    sagemaker, s3 = client("sagemaker"), client("s3")
    described = described_version(sagemaker, manifest)
    live = live_version()
    live_metrics = None
    if live is not None and live != manifest.model_package_version:
        arn = f"{manifest.model_package_arn.rpartition('/')[0]}/{live}"
        live_metrics = read_metrics_of(sagemaker, s3, arn)
    return Facts(
        manifest=manifest,
        live_version=live,
        metrics=read_metrics(s3, described) or {},
        live_metrics=live_metrics,
        checks=checks_of(described),
        staging_results=staging_results,
    )


def live_version() -> int | None:
    """The version that prod's last successful deployment made live, by the records."""
    records = list_records(client("s3"), os.environ["MANIFEST_BUCKET_NAME"], PROD)
    succeeded = [entry.version for entry in records if entry.outcome == SUCCEEDED]
    return succeeded[-1] if succeeded else None
