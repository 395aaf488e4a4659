"""Runs a batch transform job: the model's container, objects from S3, results to S3.

https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform.html and API_StopTransformJob: a failed
object has no `.out` and fails the job after the others are done; a job that is stopped stores nothing.
Results are therefore uploaded at the end. FailureReasons as observed in public issues. Known difference:
one process serves, whatever the InstanceCount. Assumed: what the container may take to become healthy,
half an hour, is the same where it answers nothing at all.
"""

from __future__ import annotations

from pathlib import Path

from botocore.exceptions import ClientError

from localcloud.cloud import current
from localcloud.sagemaker.containers.container import ContainerDirectory
from localcloud.sagemaker.endpoints import model_data
from localcloud.sagemaker.endpoints.health_check import wait_until_healthy
from localcloud.sagemaker.endpoints.serving.container import ServingContainer, start_serving
from localcloud.sagemaker.jobs import job_environment, s3_transfer
from localcloud.sagemaker.jobs.failure import JobFailure
from localcloud.sagemaker.jobs.job_end import work_to_its_end
from localcloud.sagemaker.transform import batch_client, input_objects
from localcloud.sagemaker.transform.batch_client import BatchClient
from localcloud.sagemaker.transform.job_log import TransformLog
from localcloud.sagemaker.transform.results import Result, Transformation
from localcloud.sagemaker.transform.transform_job import TransformJob

# https://github.com/aws/amazon-sagemaker-examples/issues/815
HEALTH_CHECK_SECONDS = 30 * 60.0


def run(job: TransformJob) -> None:
    """Take a job that is InProgress to its end."""
    status = work_to_its_end(job, lambda directory: _work(job, directory))
    if status is not None:
        job.end(status)


def _work(job: TransformJob, directory: ContainerDirectory) -> str:
    """Do the job; the status in which it ends well or by being stopped, else JobFailure."""
    s3 = job_environment.s3_client(job)
    objects = input_objects.of(job, s3)
    log = TransformLog(job)
    job.started = current().clock.now()
    serving = _start(job, directory.path, log)
    try:
        healthy = wait_until_healthy(serving, HEALTH_CHECK_SECONDS, job.stop_requested.is_set)
        if job.stop_requested.is_set():
            return "Stopped"
        if not healthy:
            raise JobFailure(
                "AlgorithmError: Model container failed to respond to ping. Please ensure /ping "
                "endpoint is implemented and responds with an HTTP 200 status code"
            )
        client = BatchClient(serving.port, job.request)
        chosen = batch_client.settings(job.request, client.execution_parameters())
        log.data(str(chosen))
        results = Transformation(
            job.request,
            client=client,
            chosen=chosen,
            s3=s3,
            directory=directory.path,
            log=log,
            is_stopped=lambda: job.stop_requested.is_set() or current().stopping.is_set(),
        ).run(objects)
    finally:
        serving.stop()
    if job.stop_requested.is_set():
        return "Stopped"
    return _store(job, s3, results)


def _start(job: TransformJob, directory: Path, log: TransformLog) -> ServingContainer:
    session = job_environment.session(job.role_arn)
    url = job.container.get("ModelDataUrl")
    archive = directory / "model.tar.gz"
    try:
        if url:
            model_data.download(job.region, session, url, archive)
        return start_serving(
            job.container["Image"],
            fill_model_directory=lambda target: model_data.unpack(archive, target, url),
            environment={
                "AWS_REGION": job.region,
                **batch_client.environment(batch_client.settings(job.request)),
                **(job.container.get("Environment") or {}),
                **(job.request.get("Environment") or {}),
            },
            session=session,
            log=log.container,
        )
    except model_data.ModelDataError as error:
        raise JobFailure(f"ClientError: {error}") from error


def _store(job: TransformJob, s3: object, results: list[Result]) -> str:
    output = job.request["TransformOutput"]
    base = output["S3OutputPath"].rstrip("/")
    for result in results:
        if result.failure is None:
            uri = f"{base}/{result.source.name}.out"
            try:
                s3_transfer.upload_file(s3, result.path, uri, output.get("KmsKeyId"))
            except ClientError as error:
                raise JobFailure(f"ClientError: Failed to upload {uri}: {error}") from error
    failures = {result.failure for result in results if result.failure}
    if failures:
        # The container's fault weighs more than the data's (assumed).
        kind = "AlgorithmError" if "AlgorithmError" in failures else "ClientError"
        raise JobFailure(f"{kind}: See job logs for more information")
    return "Completed"
