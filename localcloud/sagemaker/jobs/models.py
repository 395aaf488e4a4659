"""The part of the SageMaker backend that keeps processing and training jobs."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any, TypeVar

from moto.sagemaker.models import SageMakerModelBackend

from localcloud.cloud import current
from localcloud.errors import AwsError, ValidationException
from localcloud.sagemaker import containers
from localcloud.sagemaker.containers import images
from localcloud.sagemaker.containers.images.image import Image
from localcloud.sagemaker.jobs import (
    job_environment,
    listing,
    network,
    processing,
    request_validation,
    supported_members,
    training,
)
from localcloud.sagemaker.jobs.job import Job
from localcloud.sagemaker.jobs.processing_job import ProcessingJob
from localcloud.sagemaker.jobs.training_job import TrainingJob

_Job = TypeVar("_Job", bound=Job)
_PROCESSING_ROOT = "/opt/ml/processing"


class JobsBackend(SageMakerModelBackend):
    """State of processing and training jobs in one account and region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        # moto's own dictionaries, so that resource tagging finds our records.
        self.processing_jobs: dict[str, ProcessingJob] = {}
        self.training_jobs: dict[str, TrainingJob] = {}
        self._jobs_lock = threading.Lock()

    def start_processing_job(self, request: dict[str, Any]) -> ProcessingJob:
        """CreateProcessingJob: checks the request, then works in the background."""
        request_validation.validate("CreateProcessingJob", request)
        supported_members.require_supported(
            "CreateProcessingJob", request, supported_members.PROCESSING_JOB
        )
        _require_processing_paths(request)
        specification = request["AppSpecification"]
        image = images.require_processing(specification["ImageUri"])
        image.processing(
            specification.get("ContainerEntrypoint") or [],
            specification.get("ContainerArguments") or [],
        )
        job_environment.session(request["RoleArn"])
        network_config = request.get("NetworkConfig") or {}
        network.check(network_config.get("VpcConfig"), request["RoleArn"], self.region_name)
        name = request["ProcessingJobName"]
        job = ProcessingJob(name, request, self.account_id, self.region_name)
        self._add(self.processing_jobs, job, "Processing job", "a processing job")
        containers.prewarm(specification["ImageUri"])
        job.changed()
        current().background(f"processing job {name}", processing.run, job, image)
        return job

    def check_training_request(self, request: dict[str, Any]) -> Image:
        """Refuse a training job that could not run; the stand-in for its image."""
        request_validation.validate("CreateTrainingJob", request)
        supported_members.require_supported(
            "CreateTrainingJob", request, supported_members.TRAINING_JOB
        )
        specification = request.get("AlgorithmSpecification") or {}
        for member in ("TrainingImage", "TrainingInputMode"):
            if not specification.get(member):
                raise ValidationException(f"AlgorithmSpecification.{member} must be given")
        for member in ("OutputDataConfig", "ResourceConfig"):
            if not request.get(member):
                raise ValidationException(f"{member} must be given")
        image = images.require_training(
            specification["TrainingImage"],
            own_program=bool(specification.get("ContainerEntrypoint")),
        )
        training.program(image, request)
        job_environment.session(request["RoleArn"])
        network.check(request.get("VpcConfig"), request["RoleArn"], self.region_name)
        return image

    def start_training_job(
        self, request: dict[str, Any], tuning_job_arn: str | None = None
    ) -> TrainingJob:
        """CreateTrainingJob: checks the request and its data, then works in the background."""
        image = self.check_training_request(request)
        specification = request["AlgorithmSpecification"]
        definitions = specification.get("MetricDefinitions") or image.metric_definitions
        name = request["TrainingJobName"]
        job = TrainingJob(name, request, self.account_id, self.region_name, definitions)
        job.tuning_job_arn = tuning_job_arn
        self._require_new(self.training_jobs, job, "Training job", "a training job")
        training.require_data(job_environment.s3_client(job), request, self.region_name)
        self._add(self.training_jobs, job, "Training job", "a training job")
        containers.prewarm(specification["TrainingImage"])
        job.enter("Starting")
        current().background(f"training job {name}", training.run, job, image)
        return job

    def processing_job(self, name: str) -> ProcessingJob:
        """The job, or SageMaker's words for its absence."""
        found = by_name(self.processing_jobs, name)
        if found is None:
            raise ValidationException(f"Could not find requested job with name: {name}")
        return found

    def training_job(self, name: str) -> TrainingJob:
        """The job, or SageMaker's words for its absence."""
        found = by_name(self.training_jobs, name)
        if found is None:
            raise ValidationException("Requested resource not found.")
        return found

    def request_processing_stop(self, name: str) -> None:
        """StopProcessingJob: the job is Stopping until its container has ended."""
        self.processing_job(name).request_stop()

    def request_training_stop(self, name: str) -> None:
        """StopTrainingJob: the job is Stopping until its container has ended."""
        self.training_job(name).request_stop()

    def processing_page(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """ListProcessingJobs."""
        request_validation.validate("ListProcessingJobs", request)
        jobs = [job.summary() for job in list(self.processing_jobs.values())]
        return listing.page(
            jobs, request, answer="ProcessingJobSummaries", name="ProcessingJobName"
        )

    def training_page(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """ListTrainingJobs."""
        request_validation.validate("ListTrainingJobs", request)
        supported_members.require_supported("ListTrainingJobs", request, _LIST_TRAINING_JOBS)
        jobs = [job.summary() for job in list(self.training_jobs.values())]
        return listing.page(jobs, request, answer="TrainingJobSummaries", name="TrainingJobName")

    def _get_resource_from_arn(self, arn: str) -> Any:
        """What ListTags, AddTags and DeleteTags look at: ARNs carry names in lower case."""
        every: list[Job] = [*self.processing_jobs.values(), *self.training_jobs.values()]
        known = {job.arn: job for job in every}
        return known[arn] if arn in known else super()._get_resource_from_arn(arn)

    def _add(self, jobs: dict[str, Any], job: Job, kind: str, indefinite: str) -> None:
        with self._jobs_lock:
            self._require_new(jobs, job, kind, indefinite)
            jobs[job.name] = job

    def _require_new(self, jobs: dict[str, Any], job: Job, kind: str, indefinite: str) -> None:
        known = by_name(jobs, job.name)
        if known is not None:
            raise AwsError(
                "ResourceInUse",
                f"{kind} names must be unique within an AWS account and region, and {indefinite} "
                f"with this name already exists ({known.arn})",
            )


def by_name(jobs: Mapping[str, _Job], name: str) -> _Job | None:
    """A job by its name, in any case."""
    # ARNs carry the name in lower case, and people describe a job by what they cut from its ARN
    # (https://github.com/aws/sagemaker-python-sdk/pull/1186): inferred that names differ in more
    # than case, for jobs' names as for pipelines'.
    found = jobs.get(name)
    if found is None:
        known = list(jobs.values())
        found = next((job for job in known if job.name.lower() == name.lower()), None)
    return found


_LIST_TRAINING_JOBS = dict.fromkeys(
    (
        "NextToken",
        "MaxResults",
        "CreationTimeAfter",
        "CreationTimeBefore",
        "LastModifiedTimeAfter",
        "LastModifiedTimeBefore",
        "NameContains",
        "StatusEquals",
        "SortBy",
        "SortOrder",
    ),
    True,
)


def _require_processing_paths(request: Mapping[str, Any]) -> None:
    """Every input and output needs a LocalPath below /opt/ml/processing (API_ProcessingS3Input)."""
    inputs = [given.get("S3Input") for given in request.get("ProcessingInputs") or []]
    config = request.get("ProcessingOutputConfig") or {}
    outputs = [output.get("S3Output") for output in config.get("Outputs") or []]
    for source in (*inputs, *outputs):
        if source is None:
            raise ValidationException("S3Input or S3Output must be given")
        path = source.get("LocalPath") or ""
        inside = path == _PROCESSING_ROOT or path.startswith(f"{_PROCESSING_ROOT}/")
        if not inside or ".." in path.split("/"):
            raise ValidationException(
                f"LocalPath '{path}' must be an absolute path that begins with {_PROCESSING_ROOT}/"
            )
    paths = [source["LocalPath"].rstrip("/") for source in inputs if source is not None]
    for path in paths:
        # SageMaker refuses it too (observed), but without a word.
        if paths.count(path) > 1:
            raise ValidationException(f"LocalPath '{path}' is given to more than one input")
