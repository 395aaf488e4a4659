"""A job in the graph: its trial component, what it reads, what it has produced.

https://docs.aws.amazon.com/sagemaker/latest/dg/lineage-tracking-auto-creation.html. Image and inputs
contributed to the job, its outputs it produced (observed in AWS's tables of a pipeline's lineage). A
training job's model is the artifact that it has written, once it has (observed; the page names the
S3OutputPath). Scripts are inputs like others, so the code that a processing job ran is a data set too
(observed). Assumed: outputs are recorded when a job has Completed, and what the trial component's maps
of parameters and artifacts hold beyond image, hyperparameters and addresses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from localcloud.sagemaker.jobs.job import Job
from localcloud.sagemaker.lineage.artifact import CHECKPOINT, DATA_SET, IMAGE, MODEL
from localcloud.sagemaker.lineage.association import CONTRIBUTED_TO, PRODUCED
from localcloud.sagemaker.lineage.recorder import Recorder
from localcloud.sagemaker.lineage.trial_component import TrialComponent

# By the job's kind: the type in a query's answer, and the source's type.
TYPES = {
    "training-job": ("TrainingJob", "SageMakerTrainingJob"),
    "processing-job": ("ProcessingJob", "SageMakerProcessingJob"),
    "transform-job": ("TransformJob", "SageMakerTransformJob"),
}
_MAX_PARAMETERS = 300
_MAX_VALUE = 2500

# A name of what is read or written, its address, the type of its artifact.
Place = tuple[str, str, str]


def record(recorder: Recorder, job: Job) -> None:
    """Bring a job's part of the graph to its present state."""
    if job.kind not in TYPES:
        return
    component = _component(recorder, job)
    described = job.describe()
    component.status = job.status
    component.message = job.failure_reason
    component.started, component.ended = job.started, job.ended
    component.modified = job.modified
    inputs = list(_READS[job.kind](described))
    for _, uri, kind in inputs:
        artifact = recorder.artifact(uri, kind)
        recorder.associate(artifact, component, CONTRIBUTED_TO)
    component.inputs = {name: uri for name, uri, kind in inputs if kind != IMAGE}
    if job.status != "Completed":
        return
    outputs = list(_WRITES[job.kind](described))
    for _, uri, kind in outputs:
        artifact = recorder.artifact(uri, kind)
        recorder.associate(component, artifact, PRODUCED)
    component.outputs = {name: uri for name, uri, _ in outputs}


def _component(recorder: Recorder, job: Job) -> TrialComponent:
    with recorder.graph.lock:
        found = recorder.graph.by_source(TrialComponent, job.arn)
        if found is not None:
            return found
        kind, source_type = TYPES[job.kind]
        name = f"{job.name}-aws-{job.kind}"
        return recorder.graph.make(
            TrialComponent,
            recorder.graph.arn(TrialComponent, name),
            job.created,
            type=kind,
            name=name,
            source={"SourceArn": job.arn, "SourceType": source_type},
            parameters=_parameters(job.request),
        )


def _training_reads(described: Mapping[str, Any]) -> Iterator[Place]:
    yield "Image", described["AlgorithmSpecification"]["TrainingImage"], IMAGE
    for channel in described.get("InputDataConfig") or []:
        source = (channel.get("DataSource") or {}).get("S3DataSource")
        if source:
            yield channel["ChannelName"], source["S3Uri"], DATA_SET


def _training_writes(described: Mapping[str, Any]) -> Iterator[Place]:
    model = (described.get("ModelArtifacts") or {}).get("S3ModelArtifacts")
    if model:
        yield "SageMaker.ModelArtifact", model, MODEL
    checkpoints = (described.get("CheckpointConfig") or {}).get("S3Uri")
    if checkpoints:
        yield "SageMaker.Checkpoint", checkpoints, CHECKPOINT


def _processing_reads(described: Mapping[str, Any]) -> Iterator[Place]:
    yield "Image", described["AppSpecification"]["ImageUri"], IMAGE
    for each in described.get("ProcessingInputs") or []:
        if each.get("S3Input"):
            yield each["InputName"], each["S3Input"]["S3Uri"], DATA_SET


def _processing_writes(described: Mapping[str, Any]) -> Iterator[Place]:
    for each in (described.get("ProcessingOutputConfig") or {}).get("Outputs") or []:
        if each.get("S3Output"):
            yield each["OutputName"], each["S3Output"]["S3Uri"], DATA_SET


def _transform_reads(described: Mapping[str, Any]) -> Iterator[Place]:
    source = described["TransformInput"]["DataSource"]["S3DataSource"]
    yield "SageMaker.TransformInput", source["S3Uri"], DATA_SET


def _transform_writes(described: Mapping[str, Any]) -> Iterator[Place]:
    yield "SageMaker.TransformOutput", described["TransformOutput"]["S3OutputPath"], DATA_SET


_READS = {
    "training-job": _training_reads,
    "processing-job": _processing_reads,
    "transform-job": _transform_reads,
}
_WRITES = {
    "training-job": _training_writes,
    "processing-job": _processing_writes,
    "transform-job": _transform_writes,
}


def _parameters(request: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    image = (request.get("AlgorithmSpecification") or {}).get("TrainingImage") or (
        request.get("AppSpecification") or {}
    ).get("ImageUri")
    if image:
        found["SageMaker.ImageUri"] = {"StringValue": image}
    for name, value in (request.get("HyperParameters") or {}).items():
        try:
            found[name] = {"NumberValue": float(value)}
        except ValueError:
            found[name] = {"StringValue": str(value)[:_MAX_VALUE]}
    return dict(list(found.items())[:_MAX_PARAMETERS])
