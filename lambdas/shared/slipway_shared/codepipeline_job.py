"""A CodePipeline Lambda action: its job, and the answer that the job always gets.

https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-Lambda.html

CodePipeline invokes the function asynchronously and waits for `PutJobSuccessResult` or
`PutJobFailureResult`. A function that raises is run twice more by Lambda, under the same job, and an
unanswered job keeps its action in progress for 20 minutes: so whatever happens is answered, and only
a failure to answer is raised. A function that runs out of time cannot answer; Lambda's retry of the
same job then does, which is why every action here may be repeated. Lambda may deliver an event twice
even without an error (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html):
a job that is answered already takes no second answer, and that is no error.

An answer with a continuation token keeps the job in progress; CodePipeline calls again, under a new
job id, with that token, for up to 24 hours
(https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html).

The event holds the session's credentials (`artifactCredentials`): it is never logged.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from slipway_shared.clients import client
from slipway_shared.service_errors import is_transient

logger = logging.getLogger(__name__)

# FailureDetails.message, ExecutionDetails.summary and ContinuationToken in botocore's model.
MAX_MESSAGE = 5000
MAX_SUMMARY = 2048
MAX_TOKEN = 2048


@dataclass(frozen=True)
class InputArtifact:
    """Where an input artifact of the action lies."""

    name: str
    bucket: str
    key: str


@dataclass(frozen=True)
class ArtifactCredentials:
    """The action role's session, for the artifact store only; its text shows none of it."""

    access_key_id: str = field(repr=False)
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)


@dataclass(frozen=True)
class Job:
    """One call of a Lambda action."""

    id: str
    user_parameters: str
    input_artifacts: tuple[InputArtifact, ...]
    credentials: ArtifactCredentials
    continuation: Mapping[str, Any] | None
    """What the last call for this action left; None at the first call."""


@dataclass(frozen=True)
class Succeeded:
    """The action succeeded; later actions may refer to its variables."""

    summary: str
    output_variables: Mapping[str, str] = field(default_factory=dict)
    external_execution_id: str | None = None


@dataclass(frozen=True)
class Continued:
    """The action goes on: call again with this token."""

    token: Mapping[str, Any]
    summary: str
    external_execution_id: str | None = None


class JobFailure(Exception):
    """The action failed; the text is what a person reads in the action's summary."""

    kind = "JobFailed"

    def __init__(self, message: str, external_execution_id: str | None = None) -> None:
        super().__init__(message)
        self.external_execution_id = external_execution_id


class ConfigurationError(JobFailure):
    """What the action was configured with cannot work; trying again will not help."""

    kind = "ConfigurationError"


def answers_job(
    act: Callable[[Job], Succeeded | Continued],
) -> Callable[[Mapping[str, Any], object], None]:
    """Make a Lambda handler of a function from job to answer; every exception becomes a failure.

    A transient error of a later call (throttled, a service's fault) continues with the same token:
    what the action waits for goes on meanwhile.
    """

    @wraps(act)
    def lambda_handler(event: Mapping[str, Any], context: object) -> None:
        job_id = str(event["CodePipeline.job"]["id"])  # without one there is nothing to answer
        token = None
        try:
            job = parse_job(event)
            token = job.continuation
            answer = act(job)
            request = success_request(job_id, answer)
        except JobFailure as failure:
            logger.error("job %s failed: %s", job_id, failure)
            put_failure(failure_request(job_id, failure))
        except Exception as error:
            logger.exception("job %s ended with an unexpected error", job_id)
            if token is not None and is_transient(error):
                put_success(success_request(job_id, Continued(token, f"trying again: {error}")))
            else:
                unexpected = JobFailure(f"{type(error).__name__}: {error}")
                put_failure(failure_request(job_id, unexpected))
        else:
            logger.info("job %s: %s", job_id, answer.summary)
            put_success(request)

    return lambda_handler


def parse_job(event: Mapping[str, Any]) -> Job:
    """The job of a Lambda action's event. Raises KeyError or TypeError for another event."""
    job = event["CodePipeline.job"]
    data = job["data"]
    credentials = data.get("artifactCredentials") or {}
    locations = [
        (artifact["name"], artifact["location"]["s3Location"])
        for artifact in data.get("inputArtifacts") or []
    ]
    return Job(
        id=str(job["id"]),
        user_parameters=data["actionConfiguration"]["configuration"].get("UserParameters") or "",
        input_artifacts=tuple(
            InputArtifact(name, location["bucketName"], location["objectKey"])
            for name, location in locations
        ),
        credentials=ArtifactCredentials(
            access_key_id=credentials.get("accessKeyId", ""),
            secret_access_key=credentials.get("secretAccessKey", ""),
            session_token=credentials.get("sessionToken", ""),
        ),
        continuation=_parse_token(data.get("continuationToken")),
    )


def _parse_token(text: str | None) -> Mapping[str, Any] | None:
    if text is None:
        return None
    try:
        token = json.loads(text)
    except ValueError:
        token = None
    if not isinstance(token, dict):
        raise JobFailure(f"continuation token is not one of this function's: {text[:100]!r}")
    return token


def success_request(job_id: str, answer: Succeeded | Continued) -> dict[str, Any]:
    """PutJobSuccessResult's members: output variables end the job, a token keeps it in progress.
    Raises ValueError for a token too long."""
    request: dict[str, Any] = {"jobId": job_id, "executionDetails": _details(answer)}
    if isinstance(answer, Continued):
        token = json.dumps(answer.token, separators=(",", ":"))
        if len(token) > MAX_TOKEN:
            raise ValueError(
                f"continuation token has {len(token)} characters, allowed: {MAX_TOKEN}"
            )
        request["continuationToken"] = token
    elif answer.output_variables:
        request["outputVariables"] = dict(answer.output_variables)
    return request


def failure_request(job_id: str, failure: JobFailure) -> dict[str, Any]:
    """PutJobFailureResult's members."""
    details = {"type": failure.kind, "message": shorten(str(failure), MAX_MESSAGE)}
    if failure.external_execution_id:
        details["externalExecutionId"] = failure.external_execution_id
    return {"jobId": job_id, "failureDetails": details}


def put_success(request: Mapping[str, Any]) -> None:
    """PutJobSuccessResult; nothing when the job is answered already."""
    codepipeline = client("codepipeline")
    try:
        codepipeline.put_job_success_result(**request)
    except codepipeline.exceptions.InvalidJobStateException as error:
        logger.warning("job %s takes no answer any more: %s", request["jobId"], error)


def put_failure(request: Mapping[str, Any]) -> None:
    """PutJobFailureResult; nothing when the job is answered already."""
    codepipeline = client("codepipeline")
    try:
        codepipeline.put_job_failure_result(**request)
    except codepipeline.exceptions.InvalidJobStateException as error:
        logger.warning("job %s takes no answer any more: %s", request["jobId"], error)


def shorten(text: str, limit: int) -> str:
    """The text in at most so many characters, never empty; a cut is shown."""
    text = text or "(no reason given)"
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _details(answer: Succeeded | Continued) -> dict[str, Any]:
    details = {"summary": shorten(answer.summary, MAX_SUMMARY)}
    if answer.external_execution_id:
        details["externalExecutionId"] = answer.external_execution_id
    return details
