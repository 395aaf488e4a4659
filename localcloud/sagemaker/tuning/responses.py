"""The operations of hyperparameter tuning jobs."""

from __future__ import annotations

from moto.core.responses import ActionResult, EmptyResult

from localcloud.sagemaker.jobs.responses import JobsResponse

_KIND = "HyperParameterTuning"


class TuningResponse(JobsResponse):
    """Parses a request, calls the backend, answers."""

    def create_hyper_parameter_tuning_job(self) -> ActionResult:
        job = self._jobs.start_tuning_job(self._job_request())
        return ActionResult({"HyperParameterTuningJobArn": job.arn})

    def describe_hyper_parameter_tuning_job(self) -> ActionResult:
        return ActionResult(self._jobs.tuning_job(self._job_name(_KIND)).describe())

    def list_hyper_parameter_tuning_jobs(self) -> ActionResult:
        return ActionResult(self._jobs.tuning_page(self._job_request()))

    def stop_hyper_parameter_tuning_job(self) -> EmptyResult:
        self._jobs.request_tuning_stop(self._job_name(_KIND))
        return EmptyResult()

    def list_training_jobs_for_hyper_parameter_tuning_job(self) -> ActionResult:
        return ActionResult(self._jobs.trials_page(self._job_request()))
