"""The pipeline's role: as whom an execution calls other services.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-access.html
"""

from __future__ import annotations

from typing import Any

from moto.sagemaker.models import sagemaker_backends

from localcloud import clients
from localcloud.errors import AwsError, ValidationException

_PRINCIPAL = "sagemaker.amazonaws.com"
_SESSION_NAME = "SageMaker"
_LAST_STATUSES = ("Completed", "Failed", "Stopped")
_JOBS = {
    "ProcessingJob": "processing_jobs",
    "TrainingJob": "training_jobs",
    "TransformJob": "transform_jobs",
    "HyperParameterTuningJob": "hyper_parameter_tuning_jobs",
}


class PipelineRole:
    """Clients that call as the role, and a look at the jobs that they have started."""

    def __init__(self, role_arn: str, account_id: str, region: str) -> None:
        self._role_arn = role_arn
        self._account_id = account_id
        self._region = region

    def require(self) -> None:
        """ValidationException, in SageMaker's words, unless SageMaker can assume the role."""
        self._session()

    def client(self, service: str) -> Any:
        """A boto3 client that calls as the role."""
        return clients.client(service, self._region, self._session())

    def job_ended(self, noun: str, name: str) -> bool:
        """Whether a job has reached its last status.

        Looked up without a request: it is asked after every change in the cloud. What the job has
        become is then described once, as the role.
        """
        backend = sagemaker_backends[self._account_id][self._region]
        job = getattr(backend, _JOBS[noun]).get(name)
        return job is None or job.status in _LAST_STATUSES

    def _session(self) -> clients.Credentials:
        try:
            return clients.role_session(self._role_arn, _SESSION_NAME, _PRINCIPAL)
        except AwsError as error:
            raise ValidationException(
                f"Could not assume role {self._role_arn}. Please ensure that the role exists and "
                f"allows principal '{_PRINCIPAL}' to assume the role."
            ) from error
