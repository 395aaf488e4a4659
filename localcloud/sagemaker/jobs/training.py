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

from localcloud import safe_paths
from localcloud.errors import ValidationException, unsupported
from localcloud.sagemaker.containers import images, layout, older_version
from localcloud.sagemaker.containers.container import Command, ContainerDirectory, Function
from localcloud.sagemaker.containers.images.image import Image
from localcloud.sagemaker.jobs import (
    container_run,
    failure,
    job_environment,
    metrics,
    s3_transfer,
    training_hosts,
)
from localcloud.sagemaker.jobs.container_run import JobLog, Outcome, Stop
from localcloud.sagemaker.jobs.failure import JobFailure
from localcloud.sagemaker.jobs.job_end import work_to_its_end
from localcloud.sagemaker.jobs.training_hosts import Host
from localcloud.sagemaker.jobs.training_job import TrainingJob

MODEL = "/opt/ml/model"
OUTPUT = "/opt/ml/output/data"
LOG_GROUP = "/aws/sagemaker/TrainingJobs"


def program(image: Image, request: dict[str, Any]) -> Command | Function:
    """What a job's container runs; refuses what the image's stand-in cannot."""
    specification = request["AlgorithmSpecification"]
    entrypoint = specification.get("ContainerEntrypoint") or []
    hyperparameters = request.get("HyperParameters") or {}
    count = request["ResourceConfig"].get("InstanceCount") or 1
    if count > 1 and (entrypoint or not image.trains_on_several_hosts(hyperparameters)):
        raise unsupported(
            f"CreateTrainingJob with {image.repository}, a script and ResourceConfig.InstanceCount",
            count,
            ["1", "any number with the built-in XGBoost algorithm"],
        )
    if entrypoint:
        return Command((*entrypoint, *(specification.get("ContainerArguments") or [])))
    return image.training(hyperparameters)


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
    hosts = training_hosts.make(
        int(job.request["ResourceConfig"].get("InstanceCount") or 1),
        directory,
        lambda host: JobLog(LOG_GROUP, job.name, job.account_id, job.region, host=host),
    )
    for number, host in enumerate(hosts):
        _prepare(job, s3, hosts, number, host.directory)
    if job.stop_requested.is_set():
        return "Stopped"
    job.enter("Training")
    image_uri = job.request["AlgorithmSpecification"]["TrainingImage"]
    environment = {
        "TRAINING_JOB_NAME": job.name,
        "TRAINING_JOB_ARN": job.arn,
        **job_environment.variables(job),
    }

    def run_one(host: Host, stop: Stop) -> Outcome:
        variables = {**environment, **host.environment}
        if images.is_older(image_uri):
            variables.update(
                older_version.hide_library(image, image_uri, host.directory, variables)
            )
        return container_run.run(
            framework=image.framework,
            program=program(image, job.request),
            directory=host.directory,
            environment=variables,
            log=host.log,
            max_runtime_seconds=job.max_runtime_seconds,
            stop_requested=stop,
            sockets=host.sockets,
        )

    deciding = training_hosts.run(hosts, run_one, job.stop_requested)
    outcome = deciding.outcome or Outcome(0)
    lines = sorted((line for host in hosts for line in host.log.lines), key=lambda line: line[0])
    job.final_metrics = metrics.final_metrics(job.metric_definitions, lines)
    end = secondary_end(outcome)
    job.enter("Uploading")
    _archive(s3, job, "output", [host.directory.written_path(OUTPUT) for host in hosts])
    if end == "Failed":
        text = failure.read_text(deciding.directory, "output/failure")
        text = text or failure.said_of_full_disk(deciding.directory)
        raise JobFailure(failure.failure_reason(text, outcome.exit_code))
    if _archive(s3, job, "model", [host.directory.written_path(MODEL) for host in hosts]):
        job.model_artifact = f"{job.output_uri}/model.tar.gz"
    return end


def _prepare(
    job: TrainingJob, s3: Any, hosts: list[Host], number: int, directory: ContainerDirectory
) -> None:
    """Write a host's configuration and get its part of the data."""
    channels = job.request.get("InputDataConfig") or []
    layout.write_training(
        directory,
        hyperparameters=job.request.get("HyperParameters") or {},
        channels=channels,
        input_mode=job.request["AlgorithmSpecification"]["TrainingInputMode"],
        instance_type=job.request["ResourceConfig"].get("InstanceType", ""),
        hosts=[host.name for host in hosts],
        current_host=hosts[number].name,
    )
    for channel in channels:
        source = channel["DataSource"]["S3DataSource"]
        target = directory.ml / "input" / "data" / safe_paths.part(channel["ChannelName"])
        try:
            keys = s3_transfer.matching_keys(s3, source["S3Uri"])
            own = training_hosts.keys_of(number, len(hosts), source, keys)
            with failure.naming_a_full_disk("Data download failed"):
                s3_transfer.download(s3, source["S3Uri"], own, target)
        except (ClientError, s3_transfer.Clash) as error:
            raise JobFailure(f"ClientError: Data download failed:{error}") from error


def secondary_end(outcome: Outcome) -> str:
    """The secondary status of a job whose container ended so."""
    if outcome.was_late:
        return "MaxRuntimeExceeded"
    if outcome.was_stopped:
        return "Stopped"
    return "Completed" if outcome.exit_code == 0 else "Failed"


def _archive(s3: Any, job: TrainingJob, name: str, sources: list[Path]) -> bool:
    """Upload what the hosts' directories hold as `<name>.tar.gz`; False when there is nothing.

    A model is archived even if empty, so that a job that saved none is seen to have saved none. Of
    files of one name the first host's is taken (assumed).
    """
    entries = {
        entry.name: entry for source in reversed(sources) for entry in sorted(source.iterdir())
    }
    if not entries and name != "model":
        return False
    archive = sources[0].parents[2 if name == "output" else 1] / f"{name}.tar.gz"
    with (
        failure.naming_a_full_disk("Artifact upload failed"),
        tarfile.open(archive, "w:gz", compresslevel=6) as members,
    ):
        for entry in sorted(entries.values(), key=lambda path: path.name):
            members.add(entry, arcname=entry.name)
    kms_key_id = job.request["OutputDataConfig"].get("KmsKeyId")
    s3_transfer.upload_file(s3, archive, f"{job.output_uri}/{name}.tar.gz", kms_key_id)
    return True
