"""Jobs of Lambda actions: what a function gets in its event, and what it answers about.

https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PutJobSuccessResult.html
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from localcloud.codepipeline.records import new_id
from localcloud.codepipeline.variables import NAME
from localcloud.errors import AwsError, ValidationException

MAXIMUM_OUTPUT_BYTES = 122_880


@dataclass
class JobResult:
    """What PutJobSuccessResult or PutJobFailureResult said."""

    succeeded: bool
    variables: Mapping[str, str] = field(default_factory=dict)
    continuation_token: str | None = None
    failure_type: str = "JobFailed"
    message: str = ""
    summary: str | None = None
    external_id: str | None = None
    percent_complete: int | None = None
    revision: Mapping[str, Any] | None = None


@dataclass
class Job:
    """One call of an action's function."""

    data: Mapping[str, Any]
    account_id: str
    created: datetime
    id: str = field(default_factory=new_id)
    result: JobResult | None = None
    closed: bool = False


class JobStore:
    """The jobs of one account and region."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}

    def add(self, job: Job) -> Job:
        """Remember a job, before its function is called."""
        with self._lock:
            self._jobs[job.id] = job
        return job

    def get(self, job_id: str) -> Job:
        """A job by its id; raises JobNotFoundException."""
        with self._lock:
            job = self._jobs.get(job_id)
        if job is None:
            raise AwsError("JobNotFoundException", f"Unable to find Job with id {job_id}")
        return job

    def close(self, job: Job) -> None:
        """Take no answer any more: the action has timed out or was given up."""
        with self._lock:
            job.closed = True

    def succeed(self, job_id: str, request: Mapping[str, Any]) -> None:
        """PutJobSuccessResult."""
        variables = request.get("outputVariables") or {}
        token = request.get("continuationToken")
        if variables and token:
            raise ValidationException(
                "outputVariables can be included only when there is no continuationToken"
            )
        for name in variables:
            if not NAME.fullmatch(name):
                # https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PutJobSuccessResult.html
                raise ValidationException(
                    f"Value '{name}' at 'outputVariables' failed to satisfy constraint: Map keys "
                    f"must satisfy regular expression pattern: {NAME.pattern}"
                )
        size = sum(len(name.encode()) + len(value.encode()) for name, value in variables.items())
        if size > MAXIMUM_OUTPUT_BYTES:
            raise AwsError(
                "OutputVariablesSizeExceededException",
                f"The output variables have {size} bytes; at most {MAXIMUM_OUTPUT_BYTES} are allowed",
            )
        details = request.get("executionDetails") or {}
        self._answer(
            job_id,
            JobResult(
                True,
                variables=variables,
                continuation_token=token,
                summary=details.get("summary"),
                external_id=details.get("externalExecutionId"),
                percent_complete=details.get("percentComplete"),
                revision=request.get("currentRevision"),
            ),
        )

    def fail(self, job_id: str, request: Mapping[str, Any]) -> None:
        """PutJobFailureResult."""
        details = request["failureDetails"]
        self._answer(
            job_id,
            JobResult(
                False,
                failure_type=details["type"],
                message=details["message"],
                external_id=details.get("externalExecutionId"),
            ),
        )

    def _answer(self, job_id: str, result: JobResult) -> None:
        job = self.get(job_id)
        with self._lock:
            if job.result is not None or job.closed:
                state = "closed" if job.closed else ("Succeeded" if job.result else "")
                if job.result is not None:
                    state = "Succeeded" if job.result.succeeded else "Failed"
                raise AwsError(
                    "InvalidJobStateException",
                    f"The job {job_id} cannot take a result any more: it is {state}",
                )
            job.result = result
