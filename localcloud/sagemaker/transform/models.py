"""The part of the SageMaker backend that keeps batch transform jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localcloud.cloud import current
from localcloud.errors import ValidationException
from localcloud.sagemaker import containers
from localcloud.sagemaker.endpoints.hosted_models import HostedModelsBackend
from localcloud.sagemaker.jobs import job_environment, listing, request_validation
from localcloud.sagemaker.jobs.models import JobsBackend, by_name
from localcloud.sagemaker.jobs.supported_members import require_supported
from localcloud.sagemaker.transform import supported_members, transform
from localcloud.sagemaker.transform.data_processing import DataProcessing
from localcloud.sagemaker.transform.transform_job import TransformJob

# CreateTransformJob: "The value of MaxPayloadInMB cannot be greater than 100 MB", nor can its product
# with MaxConcurrentTransforms. The words of the refusal are assumed.
_MEGABYTES = 100


class TransformBackend(JobsBackend, HostedModelsBackend):
    """State of batch transform jobs in one account and region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        # moto's own dictionary, so that resource tagging finds our records.
        self.transform_jobs: dict[str, TransformJob] = {}

    def start_transform_job(self, request: dict[str, Any]) -> TransformJob:
        """CreateTransformJob: checks the request and its model, then works in the background."""
        request_validation.validate("CreateTransformJob", request)
        require_supported("CreateTransformJob", request, supported_members.TRANSFORM_JOB)
        _require_payload(request)
        DataProcessing(request)
        model = self.hosted_model(request["ModelName"])
        container = self.resolve_container(model.containers[0])
        role_arn = model.request["ExecutionRoleArn"]
        job_environment.session(role_arn)
        name = request["TransformJobName"]
        job = TransformJob(
            name,
            request,
            self.account_id,
            self.region_name,
            container=container,
            role_arn=role_arn,
        )
        self._add(self.transform_jobs, job, "Transform job", "a transform job")
        containers.prewarm(container["Image"])
        job.changed()
        current().background(f"transform job {name}", transform.run, job)
        return job

    def transform_job(self, name: str) -> TransformJob:
        """The job, or SageMaker's words for its absence (assumed as for processing jobs)."""
        found = by_name(self.transform_jobs, name)
        if found is None:
            raise ValidationException(f"Could not find requested job with name: {name}")
        return found

    def request_transform_stop(self, name: str) -> None:
        """StopTransformJob: the job is Stopping until its container has ended."""
        self.transform_job(name).request_stop()

    def transform_page(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """ListTransformJobs."""
        request_validation.validate("ListTransformJobs", request)
        jobs = [job.summary() for job in list(self.transform_jobs.values())]
        return listing.page(
            jobs,
            request,
            answer="TransformJobSummaries",
            name="TransformJobName",
            newest_first=True,
        )

    def _get_resource_from_arn(self, arn: str) -> Any:
        """What ListTags, AddTags and DeleteTags look at: ARNs carry names in lower case."""
        known = {job.arn: job for job in list(self.transform_jobs.values())}
        return known[arn] if arn in known else super()._get_resource_from_arn(arn)


def _require_payload(request: Mapping[str, Any]) -> None:
    size = request.get("MaxPayloadInMB") or 0
    total = size * (request.get("MaxConcurrentTransforms") or 1)
    if max(size, total) > _MEGABYTES:
        raise ValidationException(
            f"MaxPayloadInMB, and its product with MaxConcurrentTransforms, must be at most "
            f"{_MEGABYTES}; given: {size} and {total}"
        )
