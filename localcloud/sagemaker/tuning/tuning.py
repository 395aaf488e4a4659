"""Runs a tuning job: training jobs, so many at a time, until all candidates were tried.

https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-how-it-works.html. The objective's
name is told to the training job as `_tuning_objective_metric` (a hyperparameter of the open-source XGBoost
container). `No training job succeeded after 5 attempts. …` is observed. Assumed: the words of the other
FailureReasons, a training job's name (the tuning job's, a number, eight characters), that one success
is enough for Completed, and that the fifth failure without one starts no further job.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from localcloud.cloud import current
from localcloud.errors import ValidationException
from localcloud.sagemaker.jobs.failure import JobFailure
from localcloud.sagemaker.jobs.job import TERMINAL
from localcloud.sagemaker.jobs.job_end import work_to_its_end
from localcloud.sagemaker.tuning.candidates import Candidate
from localcloud.sagemaker.tuning.tuning_job import Trial, TuningJob

if TYPE_CHECKING:
    from localcloud.sagemaker.tuning.models import TuningBackend

OBJECTIVE = "_tuning_objective_metric"
_FOREVER = 366 * 24 * 3600.0
_VAIN_ATTEMPTS = 5


def training_request(request: dict[str, Any], number: int, tuned: Candidate) -> dict[str, Any]:
    """CreateTrainingJob's request for a candidate."""
    definition = dict(request["TrainingJobDefinition"])
    definition.pop("DefinitionName", None)
    metric = request["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]
    hyperparameters = {
        **(definition.pop("StaticHyperParameters", None) or {}),
        OBJECTIVE: metric["MetricName"],
        **tuned,
    }
    name = f"{request['HyperParameterTuningJobName']}-{number:03d}-{secrets.token_hex(4)}"
    return {
        **definition,
        "TrainingJobName": name,
        "HyperParameters": hyperparameters,
        "Tags": request.get("Tags") or [],
    }


def run(job: TuningJob, candidates: Iterator[Candidate], backend: TuningBackend) -> None:
    """Take a job that is InProgress to its end."""
    status = work_to_its_end(job, lambda _: _work(job, candidates, backend))
    if status == "Failed":
        _stop_trials(job)
    if status is not None:
        _wait_for_all(job)
        job.end(status)


def _work(job: TuningJob, candidates: Iterator[Candidate], backend: TuningBackend) -> str:
    parallel = int(job.config["ResourceLimits"]["MaxParallelTrainingJobs"])
    for number, tuned in enumerate(candidates, start=1):
        _wait(job, parallel)
        if job.stop_requested.is_set() or _is_in_vain(job):
            break
        request = training_request(job.request, number, tuned)
        started = backend.start_training_job(request, tuning_job_arn=job.arn)
        job.trials.append(Trial(started, tuned))
    _wait(job, 1)
    if job.stop_requested.is_set():
        _stop_trials(job)
        return "Stopped"
    _require_success(job)
    return "Completed"


def _running(job: TuningJob) -> int:
    return sum(trial.job.status not in TERMINAL for trial in job.trials)


def _wait(job: TuningJob, parallel: int) -> None:
    """Wait until fewer jobs run than may, or the tuning job is to stop."""
    current().changes.wait_until(
        lambda: job.stop_requested.is_set() or _running(job) < parallel,
        _FOREVER,
        stop=current().stopping,
    )


def _wait_for_all(job: TuningJob) -> None:
    current().changes.wait_until(lambda: _running(job) == 0, _FOREVER, stop=current().stopping)


def _stop_trials(job: TuningJob) -> None:
    for trial in job.trials:
        # One that has ended in the meantime cannot be stopped, and need not be.
        with contextlib.suppress(ValidationException):
            trial.job.request_stop()


def _is_in_vain(job: TuningJob) -> bool:
    statuses = [trial.job.status for trial in job.trials]
    return "Completed" not in statuses and statuses.count("Failed") >= _VAIN_ATTEMPTS


def _require_success(job: TuningJob) -> None:
    if not any(trial.job.status == "Completed" for trial in job.trials):
        if _is_in_vain(job):
            raise JobFailure(
                f"No training job succeeded after {_VAIN_ATTEMPTS} attempts. For additional details, "
                "please take a look at the training job failures by listing training jobs for the "
                "hyperparameter tuning job."
            )
        raise JobFailure(
            "All training jobs have failed. Please take a look at the training jobs failures to get "
            "more details."
        )
    if job.best() is None:
        raise JobFailure(
            f"No objective metrics found after running {len(job.trials)} training jobs. Please "
            "ensure that the custom algorithm is emitting the objective metric as defined by the "
            "regular expression provided."
        )
