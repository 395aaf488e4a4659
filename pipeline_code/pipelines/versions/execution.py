"""The pipeline execution that registered a version: its parameters, its steps, its training."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.versions.aws import Aws, asking
from pipelines.versions.version import Version


@dataclass(frozen=True)
class Execution:
    """An execution; `parameters` are all that the pipeline has, with the values that it ran with."""

    arn: str
    pipeline: str
    display_name: str
    parameters: Mapping[str, str]
    steps: Sequence[Mapping[str, Any]]

    def metadata(self, *kinds: str) -> list[Mapping[str, Any]]:
        """What the steps of these kinds (`TrainingJob`, `QualityCheck` …) say of their work."""
        found = [step.get("Metadata") or {} for step in self.steps]
        return [each[kind] for each in found for kind in kinds if kind in each]


def execution_of(aws: Aws, version: Version) -> Execution | None:
    """The execution that registered the version; None if something else did. Raises CommandError."""
    # SageMaker writes the execution's ARN there (observed), the registering person need not.
    arn = str((version.described.get("MetadataProperties") or {}).get("GeneratedBy") or "")
    if ":pipeline/" not in arn or "/execution/" not in arn:
        return None
    sagemaker = aws.sagemaker
    with asking(f"the pipeline execution of {version.name} ({arn}) cannot be read"):
        described = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
        steps = _all(aws, "list_pipeline_execution_steps", "PipelineExecutionSteps", arn)
        given = _all(aws, "list_pipeline_parameters_for_execution", "PipelineParameters", arn)
        # Whether the list has parameters that were not given is nowhere said: the definition does.
        definition = json.loads(
            sagemaker.describe_pipeline_definition_for_execution(PipelineExecutionArn=arn)[
                "PipelineDefinition"
            ]
        )
    defaults = {
        each["Name"]: _text(each["DefaultValue"])
        for each in definition.get("Parameters") or []
        if "DefaultValue" in each
    }
    return Execution(
        arn=arn,
        pipeline=described["PipelineArn"].rpartition("/")[2],
        display_name=described.get("PipelineExecutionDisplayName", ""),
        parameters=defaults | {each["Name"]: _same_text(each["Value"]) for each in given},
        steps=steps,
    )


def pipeline_description(aws: Aws, execution: Execution) -> str:
    """What the pipeline is described by; the build writes its commit there. Raises CommandError."""
    with asking(f"pipeline {execution.pipeline} cannot be described"):
        described = aws.sagemaker.describe_pipeline(PipelineName=execution.pipeline)
    return str(described.get("PipelineDescription", ""))


def training_job(aws: Aws, execution: Execution, version: Version) -> Mapping[str, Any] | None:
    """The execution's training job whose artifact the version is; None without one.

    Of a tuning job it is the best of its training jobs. Raises CommandError.
    """
    with asking(f"the training job of {version.name} cannot be described"):
        names = [_name(each["Arn"]) for each in execution.metadata("TrainingJob")]
        for tuning in execution.metadata("TuningJob"):
            best = aws.sagemaker.describe_hyper_parameter_tuning_job(
                HyperParameterTuningJobName=_name(tuning["Arn"])
            ).get("BestTrainingJob")
            names += [best["TrainingJobName"]] if best else []
        jobs = [aws.sagemaker.describe_training_job(TrainingJobName=name) for name in names]
    artifacts = {
        each.get("ModelDataUrl")
        for each in (version.described.get("InferenceSpecification") or {}).get("Containers", [])
    }
    for job in jobs:
        if (job.get("ModelArtifacts") or {}).get("S3ModelArtifacts") in artifacts:
            return dict(job)
    return dict(jobs[0]) if len(jobs) == 1 else None


def _all(aws: Aws, operation: str, member: str, arn: str) -> list[Any]:
    # Not all of these operations have a paginator in every botocore.
    found: list[Any] = []
    request = {"PipelineExecutionArn": arn}
    while True:
        answer = getattr(aws.sagemaker, operation)(**request)
        found += answer[member]
        if not answer.get("NextToken"):
            return found
        request["NextToken"] = answer["NextToken"]


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _same_text(value: str) -> str:
    # A truth value may have been given as Python's `True`; two executions are to be compared.
    return value.lower() if value.lower() in ("true", "false") else value
