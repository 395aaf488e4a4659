"""The part of the SageMaker backend that keeps hyperparameter tuning jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localcloud.cloud import current
from localcloud.errors import ValidationException
from localcloud.sagemaker import containers
from localcloud.sagemaker.jobs import listing, request_validation
from localcloud.sagemaker.jobs.models import JobsBackend, by_name
from localcloud.sagemaker.jobs.supported_members import require_supported
from localcloud.sagemaker.tuning import candidates, supported_members, tuning
from localcloud.sagemaker.tuning.tuning_job import TuningJob

_CREATE = "CreateHyperParameterTuningJob"
_TRIALS = "ListTrainingJobsForHyperParameterTuningJob"


class TuningBackend(JobsBackend):
    """State of hyperparameter tuning jobs in one account and region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        # moto's own dictionary, so that resource tagging finds our records.
        self.hyper_parameter_tuning_jobs: dict[str, TuningJob] = {}

    def start_tuning_job(self, request: dict[str, Any]) -> TuningJob:
        """CreateHyperParameterTuningJob: checks the request, then works in the background."""
        request_validation.validate(_CREATE, request)
        require_supported(_CREATE, request, supported_members.TUNING_JOB)
        config = request["HyperParameterTuningJobConfig"]
        definition = request.get("TrainingJobDefinition")
        objective = config.get("HyperParameterTuningJobObjective")
        if not definition or not objective:
            raise ValidationException(
                "TrainingJobDefinition and HyperParameterTuningJobObjective must be given"
            )
        tried, _ = candidates.of(config)
        self._check_trial(request)
        name = request["HyperParameterTuningJobName"]
        job = TuningJob(name, request, self.account_id, self.region_name)
        self._add(
            self.hyper_parameter_tuning_jobs,
            job,
            "Hyper parameter tuning job",
            "a hyper parameter tuning job",
        )
        containers.prewarm(definition["AlgorithmSpecification"]["TrainingImage"])
        job.changed()
        current().background(f"tuning job {name}", tuning.run, job, tried, self)
        return job

    def tuning_job(self, name: str) -> TuningJob:
        """The job, or SageMaker's words for its absence (assumed as for processing jobs)."""
        found = by_name(self.hyper_parameter_tuning_jobs, name)
        if found is None:
            raise ValidationException(f"Could not find requested job with name: {name}")
        return found

    def request_tuning_stop(self, name: str) -> None:
        """StopHyperParameterTuningJob: its training jobs are stopped, and keep their models."""
        self.tuning_job(name).request_stop()

    def tuning_page(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """ListHyperParameterTuningJobs."""
        request_validation.validate("ListHyperParameterTuningJobs", request)
        jobs = [job.summary() for job in list(self.hyper_parameter_tuning_jobs.values())]
        return listing.page(
            jobs,
            request,
            answer="HyperParameterTuningJobSummaries",
            name="HyperParameterTuningJobName",
            by="HyperParameterTuningJobName",
        )

    def trials_page(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """ListTrainingJobsForHyperParameterTuningJob: sorted by their scores, training jobs without
        one are left out (API reference)."""
        request_validation.validate(_TRIALS, request)
        job = self.tuning_job(request["HyperParameterTuningJobName"])
        given = dict(request)
        by: str | None = "TrainingJobName"
        trials = list(job.trials)
        if given.get("SortBy") == "FinalObjectiveMetricValue":
            by = None
            del given["SortBy"]
            trials = job.ranked(greatest_first=given.pop("SortOrder", None) == "Descending")
        return listing.page(
            [job.trial_summary(trial) for trial in trials],
            given,
            answer="TrainingJobSummaries",
            name="TrainingJobName",
            by=by,
        )

    def _check_trial(self, request: dict[str, Any]) -> None:
        """Refuse at once what none of the training jobs could be, or could be judged by."""
        given = request["TrainingJobDefinition"].get("StaticHyperParameters") or {}
        config = request["HyperParameterTuningJobConfig"]
        doubled = candidates.tuned_names(config["ParameterRanges"]) & given.keys()
        if doubled:
            raise ValidationException(
                f"StaticHyperParameters and ParameterRanges both name {', '.join(sorted(doubled))}"
            )
        trial = tuning.training_request(request, 1, {})
        image = self.check_training_request(trial)
        specification = trial["AlgorithmSpecification"]
        definitions = specification.get("MetricDefinitions") or image.metric_definitions
        names = [each["Name"] for each in definitions]
        metric = config["HyperParameterTuningJobObjective"]["MetricName"]
        if metric not in names:
            raise ValidationException(
                f"The objective metric '{metric}' is none of the training job's metrics: "
                f"{', '.join(names) or 'it defines none'}"
            )

    def _get_resource_from_arn(self, arn: str) -> Any:
        """What ListTags, AddTags and DeleteTags look at: ARNs carry names in lower case."""
        known = {job.arn: job for job in list(self.hyper_parameter_tuning_jobs.values())}
        return known[arn] if arn in known else super()._get_resource_from_arn(arn)
