"""Runs a processing job: inputs from S3, the container, outputs to S3.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-your-own-processing-container.html. Outputs of
a failed job are not uploaded if they are EndOfJob (inferred). Known difference: a Continuous output
is uploaded at the end too, but whatever the end is.
"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from localcloud.cloud import current
from localcloud.sagemaker.containers import layout
from localcloud.sagemaker.containers.container import ContainerDirectory
from localcloud.sagemaker.containers.images.image import Image
from localcloud.sagemaker.jobs import container_run, failure, job_environment, s3_transfer
from localcloud.sagemaker.jobs.container_run import JobLog, Outcome
from localcloud.sagemaker.jobs.failure import JobFailure
from localcloud.sagemaker.jobs.job_end import work_to_its_end
from localcloud.sagemaker.jobs.processing_job import ProcessingJob

LOG_GROUP = "/aws/sagemaker/ProcessingJobs"


def run(job: ProcessingJob, image: Image) -> None:
    """Take a job that is InProgress to its end."""
    status = work_to_its_end(job, lambda directory: _work(job, image, directory))
    if status is not None:
        job.end(status)


def _work(job: ProcessingJob, image: Image, directory: ContainerDirectory) -> str:
    """Do the job; the status in which it ends well or by being stopped, else JobFailure."""
    s3 = job_environment.s3_client(job)
    for given in job.request.get("ProcessingInputs") or []:
        if job.stop_requested.is_set():
            return "Stopped"
        _download(s3, given["S3Input"], directory, job)
    outputs = (job.request.get("ProcessingOutputConfig") or {}).get("Outputs") or []
    for output in outputs:
        directory.host_path(output["S3Output"]["LocalPath"]).mkdir(parents=True, exist_ok=True)
    layout.write_processing(directory, job.describe())
    specification = job.request["AppSpecification"]
    job.started = current().clock.now()
    outcome = container_run.run(
        framework=image.framework,
        program=image.processing(
            specification.get("ContainerEntrypoint") or [],
            specification.get("ContainerArguments") or [],
        ),
        directory=directory,
        environment=job_environment.variables(job),
        log=JobLog(LOG_GROUP, job.name, job.account_id, job.region),
        max_runtime_seconds=job.max_runtime_seconds,
        stop_requested=job.stop_requested,
    )
    job.exit_message = failure.read_text(directory, "output/message") or None
    status = end_status(outcome)
    kms_key_id = (job.request.get("ProcessingOutputConfig") or {}).get("KmsKeyId")
    for output in outputs:
        target = output["S3Output"]
        if status == "Completed" or target["S3UploadMode"] == "Continuous":
            source = directory.written_path(target["LocalPath"])
            s3_transfer.upload_directory(s3, source, target["S3Uri"], kms_key_id)
    if status == "Failed":
        text = job.exit_message or failure.said_of_full_disk(directory)
        raise JobFailure(failure.failure_reason(text, outcome.exit_code))
    return status


def end_status(outcome: Outcome) -> str:
    """The status of a job whose container ended so: its time limit stops it, as a person does."""
    if outcome.was_stopped or outcome.was_late:
        return "Stopped"
    return "Completed" if outcome.exit_code == 0 else "Failed"


def _download(
    s3: Any, source: dict[str, Any], directory: ContainerDirectory, job: ProcessingJob
) -> None:
    uri = source["S3Uri"]
    try:
        keys = s3_transfer.matching_keys(s3, uri)
    except ClientError as error:
        raise JobFailure(failure.download_failed(uri, str(error))) from error
    if not keys:
        raise JobFailure(f"ClientError: {failure.no_objects(uri, job.region, job.role_arn)}")
    try:
        with failure.naming_a_full_disk("Data download failed"):
            s3_transfer.download(s3, uri, keys, directory.host_path(source["LocalPath"]))
    except s3_transfer.Clash as error:
        raise JobFailure(f"ClientError: Failed to download data. {error}") from error
