"""Runs a training job: channels from S3, the container, the model and output archives to S3.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html:
a job that is stopped, by a person or by its time limit, uploads what /opt/ml/model holds; a failed one
does not (inferred). /opt/ml/output/data becomes output.tar.gz where it is not empty (inferred).
"""

from __future__ import annotations

import tarfile
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from localcloud.errors import ValidationException
from localcloud.sagemaker.containers import layout
from localcloud.sagemaker.containers.container import Command, ContainerDirectory, Function
from localcloud.sagemaker.containers.images.image import Image
from localcloud.sagemaker.jobs import container_run, failure, job_environment, metrics, s3_transfer
from localcloud.sagemaker.jobs.container_run import JobLog, Outcome
from localcloud.sagemaker.jobs.failure import JobFailure
from localcloud.sagemaker.jobs.job_end import work_to_its_end
from localcloud.sagemaker.jobs.training_job import TrainingJob

LOG_GROUP = "/aws/sagemaker/TrainingJobs"


def program(image: Image, request: dict[str, Any]) -> Command | Function:
    """What a job's container runs; refuses what the image's stand-in cannot."""
    specification = request["AlgorithmSpecification"]
    entrypoint = specification.get("ContainerEntrypoint") or []
    if entrypoint:
        return Command((*entrypoint, *(specification.get("ContainerArguments") or [])))
    return image.training(request.get("HyperParameters") or {})


def require_data(s3: Any, request: dict[str, Any], region: str) -> None:
    """ValidationException, in CreateTrainingJob's words, for a channel without objects."""
    for channel in request.get("InputDataConfig") or []:
        uri = channel["DataSource"]["S3DataSource"]["S3Uri"]
        text = failure.no_objects(uri, region, request["RoleArn"])
        try:
            keys = s3_transfer.matching_keys(s3, uri)
        except ClientError as error:
            reason = error.response["Error"].get("Message", "")
            raise ValidationException(f"{text} Error message from S3: {reason}") from error
        if not keys:
            raise ValidationException(text)


def run(job: TrainingJob, image: Image) -> None:
    """Take a job that is Starting to its end."""
    status = work_to_its_end(job, lambda directory: _work(job, image, directory))
    if status is not None:
        job.enter(status)


def _work(job: TrainingJob, image: Image, directory: ContainerDirectory) -> str:
    """Do the job; the secondary status in which it ends, else JobFailure."""
    s3 = job_environment.s3_client(job)
    job.enter("Downloading")
    specification = job.request["AlgorithmSpecification"]
    channels = job.request.get("InputDataConfig") or []
    layout.write_training(
        directory,
        hyperparameters=job.request.get("HyperParameters") or {},
        channels=channels,
        input_mode=specification["TrainingInputMode"],
        instance_type=job.request["ResourceConfig"].get("InstanceType", ""),
    )
    for channel in channels:
        _download(s3, channel, directory)
    if job.stop_requested.is_set():
        return "Stopped"
    job.enter("Training")
    log = JobLog(LOG_GROUP, job.name, job.account_id, job.region)
    outcome = container_run.run(
        framework=image.framework,
        program=program(image, job.request),
        directory=directory,
        environment={
            "TRAINING_JOB_NAME": job.name,
            "TRAINING_JOB_ARN": job.arn,
            **job_environment.variables(job),
        },
        log=log,
        max_runtime_seconds=job.max_runtime_seconds,
        stop_requested=job.stop_requested,
    )
    job.final_metrics = metrics.final_metrics(job.metric_definitions, log.lines)
    end = secondary_end(outcome)
    job.enter("Uploading")
    kms_key_id = job.request["OutputDataConfig"].get("KmsKeyId")
    _archive(s3, directory, directory.ml / "output" / "data", job, "output", kms_key_id)
    if end == "Failed":
        text = failure.read_text(directory.ml / "output" / "failure")
        raise JobFailure(failure.failure_reason(text, outcome.exit_code))
    if _archive(s3, directory, directory.ml / "model", job, "model", kms_key_id):
        job.model_artifact = f"{job.output_uri}/model.tar.gz"
    return end


def secondary_end(outcome: Outcome) -> str:
    """The secondary status of a job whose container ended so."""
    if outcome.was_late:
        return "MaxRuntimeExceeded"
    if outcome.was_stopped:
        return "Stopped"
    return "Completed" if outcome.exit_code == 0 else "Failed"


def _download(s3: Any, channel: dict[str, Any], directory: ContainerDirectory) -> None:
    uri = channel["DataSource"]["S3DataSource"]["S3Uri"]
    target = directory.ml / "input" / "data" / channel["ChannelName"]
    try:
        s3_transfer.download(s3, uri, s3_transfer.matching_keys(s3, uri), target)
    except (ClientError, s3_transfer.Clash) as error:
        raise JobFailure(f"ClientError: Data download failed:{error}") from error


def _archive(
    s3: Any,
    directory: ContainerDirectory,
    source: Path,
    job: TrainingJob,
    name: str,
    kms_key_id: str | None,
) -> bool:
    """Upload a directory's content as `<name>.tar.gz`; False when there is none.

    A model is archived even if empty, so that a job that saved none is seen to have saved none.
    """
    entries = sorted(source.iterdir())
    if not entries and name != "model":
        return False
    archive = directory.path / f"{name}.tar.gz"
    with tarfile.open(archive, "w:gz", compresslevel=6) as members:
        for entry in entries:
            members.add(entry, arcname=entry.name)
    s3_transfer.upload_file(s3, archive, f"{job.output_uri}/{name}.tar.gz", kms_key_id)
    return True
