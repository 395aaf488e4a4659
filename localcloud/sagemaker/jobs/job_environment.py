"""What a job's container is told of the cloud around it: region, credentials, address.

Known difference: on AWS the credentials come from an address in
AWS_CONTAINER_CREDENTIALS_RELATIVE_URI; here they are in the environment, where the SDKs look first.
"""

from __future__ import annotations

from typing import Any

from localcloud import clients
from localcloud.cloud import current
from localcloud.errors import AwsError, ValidationException
from localcloud.sagemaker.jobs.job import Job

_SESSION_NAME = "SageMaker"
PRINCIPAL = "sagemaker.amazonaws.com"


def session(role_arn: str) -> clients.Credentials:
    """A session of a job's role; ValidationException in SageMaker's words if it has none."""
    try:
        return clients.role_session(role_arn, _SESSION_NAME, PRINCIPAL)
    except AwsError as error:
        raise ValidationException(
            f"Could not assume role {role_arn}. Please ensure that the role exists and allows "
            f"principal '{PRINCIPAL}' to assume the role."
        ) from error


def s3_client(job: Job) -> Any:
    """S3, called as the job's role."""
    return clients.client("s3", job.region, session(job.role_arn))


def variables(job: Job) -> dict[str, str]:
    """The environment of a job's container; what the request gives comes last."""
    return {
        "AWS_REGION": job.region,
        "AWS_ENDPOINT_URL": current().settings.endpoint_url,
        **session(job.role_arn).environment(),
        **(job.request.get("Environment") or {}),
    }
