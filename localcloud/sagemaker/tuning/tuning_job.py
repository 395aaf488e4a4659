"""A hyperparameter tuning job's record, as the API and the events show it.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeHyperParameterTuningJob.html
https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from localcloud.cloud import current
from localcloud.sagemaker.jobs.job import TERMINAL, Job, milliseconds, without_none
from localcloud.sagemaker.jobs.training_job import TrainingJob
from localcloud.sagemaker.tuning.candidates import Candidate


@dataclass(frozen=True)
class Trial:
    """One training job that a tuning job has started, and what it tries."""

    job: TrainingJob
    tuned: Candidate


class TuningJob(Job):
    """One tuning job and its training jobs, in the order of their start."""

    kind = "hyper-parameter-tuning-job"
    detail_type = "SageMaker HyperParameter Tuning Job State Change"

    def __init__(self, name: str, request: dict[str, Any], account_id: str, region: str) -> None:
        super().__init__(name, request, account_id, region)
        self.trials: list[Trial] = []

    @property
    def config(self) -> dict[str, Any]:
        """HyperParameterTuningJobConfig."""
        return dict(self.request["HyperParameterTuningJobConfig"])

    @property
    def definition(self) -> dict[str, Any]:
        """TrainingJobDefinition."""
        return dict(self.request["TrainingJobDefinition"])

    @property
    def objective(self) -> dict[str, str]:
        """The metric that decides, and whether its greatest or least value is best."""
        return dict(self.config["HyperParameterTuningJobObjective"])

    @property
    def role_arn(self) -> str:
        return str(self.definition["RoleArn"])

    def begin_stopping(self) -> None:
        self.status = "Stopping"

    def end(self, status: str) -> None:
        """Reach the last status, with its event."""
        with self.status_lock:
            self.ended = current().clock.now()
            self.status = status
        self.changed()

    def score(self, trial: Trial) -> float | None:
        """The objective metric's value that a training job has reached."""
        if trial.job.status not in TERMINAL:
            return None
        name = self.objective["MetricName"]
        found = [each["Value"] for each in trial.job.final_metrics if each["MetricName"] == name]
        return float(found[0]) if found else None

    def ranked(self, *, greatest_first: bool) -> list[Trial]:
        """The training jobs that have a score, in the order of it."""
        scores = [(self.score(trial), trial) for trial in list(self.trials)]
        scored = [(score, trial) for score, trial in scores if score is not None]
        scored.sort(key=lambda pair: pair[0], reverse=greatest_first)
        return [trial for _, trial in scored]

    def best(self) -> Trial | None:
        """The best of the training jobs that have completed."""
        ranked = self.ranked(greatest_first=self.objective["Type"] == "Maximize")
        return next((each for each in ranked if each.job.status == "Completed"), None)

    def describe(self) -> dict[str, Any]:
        best = self.best()
        return without_none(
            {
                "HyperParameterTuningJobName": self.name,
                "HyperParameterTuningJobArn": self.arn,
                "HyperParameterTuningJobConfig": self.config,
                "TrainingJobDefinition": self.definition,
                "HyperParameterTuningJobStatus": self.status,
                "CreationTime": self.created,
                "HyperParameterTuningEndTime": self.ended,
                "LastModifiedTime": self.modified,
                **self._counters(),
                "BestTrainingJob": self.trial_summary(best) if best else None,
                "FailureReason": self.failure_reason,
            }
        )

    def summary(self) -> dict[str, Any]:
        return without_none(
            {
                "HyperParameterTuningJobName": self.name,
                "HyperParameterTuningJobArn": self.arn,
                "HyperParameterTuningJobStatus": self.status,
                "Strategy": self.config["Strategy"],
                "CreationTime": self.created,
                "HyperParameterTuningEndTime": self.ended,
                "LastModifiedTime": self.modified,
                **self._counters(),
                "ResourceLimits": self.config["ResourceLimits"],
            }
        )

    def trial_summary(self, trial: Trial) -> dict[str, Any]:
        """A HyperParameterTrainingJobSummary."""
        job, score = trial.job, self.score(trial)
        metric = {**self.objective, "Value": score} if score is not None else None
        status = "Pending"
        if job.status in TERMINAL:
            status = "Succeeded" if score is not None else "Failed"
        return without_none(
            {
                "TrainingJobDefinitionName": self.definition.get("DefinitionName"),
                "TrainingJobName": job.name,
                "TrainingJobArn": job.arn,
                "CreationTime": job.created,
                "TrainingStartTime": job.started,
                "TrainingEndTime": job.ended,
                "TrainingJobStatus": job.status,
                "TunedHyperParameters": trial.tuned,
                "FailureReason": job.failure_reason,
                "FinalHyperParameterTuningJobObjectiveMetric": metric,
                "ObjectiveStatus": status,
            }
        )

    def event_detail(self) -> dict[str, Any]:
        return {
            "HyperParameterTuningJobName": self.name,
            "HyperParameterTuningJobArn": self.arn,
            "TrainingJobDefinition": self.definition,
            "HyperParameterTuningJobStatus": self.status,
            "CreationTime": milliseconds(self.created),
            "LastModifiedTime": milliseconds(self.modified),
            **self._counters(),
            "Tags": {tag["Key"]: tag["Value"] for tag in self.tags},
        }

    def _counters(self) -> dict[str, Any]:
        statuses = [trial.job.status for trial in list(self.trials)]
        ended = [trial for trial in list(self.trials) if trial.job.status in TERMINAL]
        scored = sum(self.score(trial) is not None for trial in ended)
        return {
            "TrainingJobStatusCounters": {
                "Completed": statuses.count("Completed"),
                "InProgress": statuses.count("InProgress") + statuses.count("Stopping"),
                # Nothing here is tried again.
                "RetryableError": 0,
                "NonRetryableError": statuses.count("Failed"),
                "Stopped": statuses.count("Stopped"),
            },
            "ObjectiveStatusCounters": {
                "Succeeded": scored,
                "Pending": len(statuses) - len(ended),
                "Failed": len(ended) - scored,
            },
        }
