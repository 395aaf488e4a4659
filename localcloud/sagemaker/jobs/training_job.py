"""A training job's record, as the API and the events show it.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html
https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from localcloud.cloud import current
from localcloud.sagemaker.jobs.job import Job, milliseconds, without_none

# API_StoppingCondition: "The default value is 1 day".
DEFAULT_MAX_RUNTIME_SECONDS = 86_400
# SecondaryStatusTransition.StatusMessage (API_SecondaryStatusTransition), and for the ends of a job
# what the SDK's progress lines show.
_MESSAGES = {
    "Starting": "Preparing the instances for training",
    "Downloading": "Downloading input data",
    "Training": "Training image download completed. Training in progress.",
    "Uploading": "Uploading generated training model",
    "Stopping": "Stopping the training job",
    "Stopped": "Training job stopped",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided",
    "Completed": "Training job completed",
    "Failed": "Training job failed",
}
_REQUEST_MEMBERS = (
    "HyperParameters",
    "RoleArn",
    "InputDataConfig",
    "OutputDataConfig",
    "ResourceConfig",
    "Environment",
    "ExperimentConfig",
    "RetryStrategy",
    "ProfilerConfig",
    "VpcConfig",
)


class TrainingJob(Job):
    """One training job. `status` follows from the secondary status that `enter` sets."""

    kind = "training-job"
    detail_type = "SageMaker Training Job State Change"

    def __init__(
        self,
        name: str,
        request: Mapping[str, Any],
        account_id: str,
        region: str,
        metric_definitions: Sequence[Mapping[str, str]],
    ) -> None:
        super().__init__(name, request, account_id, region)
        self.metric_definitions = [dict(definition) for definition in metric_definitions]
        self.secondary_status = ""
        self.transitions: list[dict[str, Any]] = []
        self.final_metrics: list[dict[str, Any]] = []
        self.model_artifact: str | None = None
        # Of the tuning job that has started it, if one has.
        self.tuning_job_arn: str | None = None

    @property
    def max_runtime_seconds(self) -> int:
        """How long its container may run."""
        condition = self.request.get("StoppingCondition") or {}
        return int(condition.get("MaxRuntimeInSeconds", DEFAULT_MAX_RUNTIME_SECONDS))

    @property
    def output_uri(self) -> str:
        """The prefix of the job's artifacts."""
        base = self.request["OutputDataConfig"]["S3OutputPath"].rstrip("/")
        return f"{base}/{self.name}/output"

    def enter(self, secondary_status: str) -> None:
        """Go over to a secondary status, with its transition and event."""
        with self.status_lock:
            self._enter(secondary_status)
        self.changed()

    def begin_stopping(self) -> None:
        self._enter("Stopping")

    def _enter(self, secondary_status: str) -> None:
        now = current().clock.now()
        if self.transitions:
            self.transitions[-1]["EndTime"] = now
        transition = {
            "Status": secondary_status,
            "StartTime": now,
            "StatusMessage": _MESSAGES[secondary_status],
        }
        if secondary_status == "Failed" and self.failure_reason:
            transition["StatusMessage"] = self.failure_reason
        if secondary_status in ("Completed", "Failed", "Stopped", "MaxRuntimeExceeded"):
            transition["EndTime"] = self.ended = now
            self.status = (
                "Stopped" if secondary_status == "MaxRuntimeExceeded" else secondary_status
            )
        elif secondary_status == "Stopping":
            self.status = secondary_status
        elif secondary_status == "Downloading":
            self.started = now
        self.transitions.append(transition)
        self.secondary_status = secondary_status

    def describe(self) -> dict[str, Any]:
        seconds = None
        if self.started and self.ended:
            seconds = max(1, round((self.ended - self.started).total_seconds()))
        specification = dict(self.request["AlgorithmSpecification"])
        if self.metric_definitions:
            specification["MetricDefinitions"] = self.metric_definitions
        specification.setdefault("EnableSageMakerMetricsTimeSeries", False)
        artifacts = {"S3ModelArtifacts": self.model_artifact} if self.model_artifact else None
        return without_none(
            {
                **{name: self.request.get(name) for name in _REQUEST_MEMBERS},
                "TrainingJobName": self.name,
                "TrainingJobArn": self.arn,
                "TuningJobArn": self.tuning_job_arn,
                "ModelArtifacts": artifacts,
                "TrainingJobStatus": self.status,
                "SecondaryStatus": self.secondary_status,
                "FailureReason": self.failure_reason,
                "AlgorithmSpecification": specification,
                "StoppingCondition": {"MaxRuntimeInSeconds": self.max_runtime_seconds},
                "CreationTime": self.created,
                "TrainingStartTime": self.started,
                "TrainingEndTime": self.ended,
                "LastModifiedTime": self.modified,
                "SecondaryStatusTransitions": [dict(each) for each in list(self.transitions)],
                "FinalMetricDataList": self.final_metrics or None,
                "EnableNetworkIsolation": False,
                "EnableInterContainerTrafficEncryption": bool(
                    self.request.get("EnableInterContainerTrafficEncryption")
                ),
                "EnableManagedSpotTraining": False,
                "TrainingTimeInSeconds": seconds,
                "BillableTimeInSeconds": seconds,
            }
        )

    def summary(self) -> dict[str, Any]:
        names = (
            "TrainingJobName",
            "TrainingJobArn",
            "CreationTime",
            "TrainingEndTime",
            "LastModifiedTime",
            "TrainingJobStatus",
            "SecondaryStatus",
        )
        described = self.describe()
        return {name: described[name] for name in names if name in described}

    def event_detail(self) -> dict[str, Any]:
        described = self.describe()
        names = (
            "TrainingJobName",
            "TrainingJobArn",
            "TuningJobArn",
            "ModelArtifacts",
            "TrainingJobStatus",
            "SecondaryStatus",
            "FailureReason",
            "HyperParameters",
            "AlgorithmSpecification",
            "RoleArn",
            "InputDataConfig",
            "OutputDataConfig",
            "ResourceConfig",
            "StoppingCondition",
        )
        return {
            **{name: described[name] for name in names if name in described},
            "CreationTime": milliseconds(self.created),
            "TrainingStartTime": milliseconds(self.started),
            "TrainingEndTime": milliseconds(self.ended),
            "LastModifiedTime": milliseconds(self.modified),
            "SecondaryStatusTransitions": [
                {
                    name: milliseconds(value) if name.endswith("Time") else value
                    for name, value in transition.items()
                }
                for transition in list(self.transitions)
            ],
            "FinalMetricDataList": [
                {**metric, "Timestamp": milliseconds(metric["Timestamp"])}
                for metric in self.final_metrics
            ],
            "Tags": {tag["Key"]: tag["Value"] for tag in self.tags},
        }
