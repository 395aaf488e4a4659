"""Invoke action Lambda: calls a function with a job, and waits for what it says about the job.

https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-Lambda.html and
https://docs.aws.amazon.com/lambda/latest/dg/services-codepipeline.html (asynchronous invocation).
No answer within 20 minutes fails the action; each answer with a continuation token starts them anew,
for at most 24 hours in all: https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html.
With a token the function is called again "periodically"; the wait is assumed: one second, or sooner
when something in the cloud has changed, but never under 0.15 seconds. Each call has a job of its own.
"""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.cloud import current
from localcloud.codepipeline.actions.action import (
    ActionContext,
    ActionFailed,
    ActionProvider,
    ActionType,
    Result,
    service_failure,
)
from localcloud.codepipeline.jobs import Job, JobStore
from localcloud.codepipeline.records import Artifact

ANSWER_SECONDS = 20 * 60.0
TOTAL_SECONDS = 24 * 60 * 60.0
CALL_AGAIN_SECONDS = 1.0
CALL_AGAIN_AT_LEAST_SECONDS = 0.15


class LambdaInvoke(ActionProvider):
    """`Invoke/Lambda`."""

    type = ActionType(
        "Invoke",
        "Lambda",
        required=frozenset({"FunctionName"}),
        optional=frozenset({"UserParameters"}),
        inputs=(0, 5),
        outputs=(0, 5),
    )

    def run(self, context: ActionContext) -> Result:
        store = _store(context)
        clock = current().clock
        deadline = clock.monotonic() + total_seconds(context)
        token: str | None = None
        while True:
            job = store.add(Job(job_data(context, token), context.account_id, clock.now()))
            try:
                self._call(context, job)
                left = min(ANSWER_SECONDS, deadline - clock.monotonic())
                answered = context.wait_until(lambda job=job: job.result is not None, left)  # type: ignore[misc]
            finally:
                store.close(job)
            result = job.result
            if not answered or result is None:
                raise _no_answer(context.configuration["FunctionName"])
            told = {
                "summary": result.summary,
                "external_id": result.external_id,
                "percent_complete": result.percent_complete,
            }
            context.update(**{name: value for name, value in told.items() if value is not None})
            if not result.succeeded:
                raise ActionFailed(result.message, result.failure_type)
            if not result.continuation_token:
                return Result(result.variables)
            token = result.continuation_token
            self._pause(context)

    def _call(self, context: ActionContext, job: Job) -> None:
        event = {"CodePipeline.job": {"id": job.id, "accountId": job.account_id, "data": job.data}}
        try:
            context.client("lambda").invoke(
                FunctionName=context.configuration["FunctionName"],
                InvocationType="Event",
                Payload=json.dumps(event).encode(),
            )
        except (ClientError, BotoCoreError) as error:
            raise service_failure("invoke", "AWSLambda", error) from error

    def _pause(self, context: ActionContext) -> None:
        clock, changes = current().clock, current().changes
        seen, earliest = changes.count, clock.monotonic() + CALL_AGAIN_AT_LEAST_SECONDS
        context.wait_until(
            lambda: changes.count != seen and clock.monotonic() >= earliest,
            CALL_AGAIN_SECONDS,
            recheck_seconds=CALL_AGAIN_AT_LEAST_SECONDS,
        )


def total_seconds(context: ActionContext) -> float:
    """For how long the function may take in all: a rule may say so, an action cannot."""
    return context.timeout_minutes * 60.0 if context.timeout_minutes else TOTAL_SECONDS


def job_data(context: ActionContext, continuation_token: str | None) -> dict[str, Any]:
    """The job's `data`, exactly as AWS's event has it."""
    credentials = context.credentials
    data: dict[str, Any] = {
        "actionConfiguration": {"configuration": dict(context.configuration)},
        "inputArtifacts": [_artifact(artifact) for artifact in context.run.inputs],
        "outputArtifacts": [_artifact(artifact) for artifact in context.run.outputs],
        "artifactCredentials": {
            "accessKeyId": credentials.access_key_id,
            "secretAccessKey": credentials.secret_access_key,
            "sessionToken": credentials.session_token,
            "expirationTime": int(credentials.expiration.timestamp() * 1000),
        },
    }
    if continuation_token is not None:
        data["continuationToken"] = continuation_token
    if context.encryption_key:
        data["encryptionKey"] = dict(context.encryption_key)
    return data


def _artifact(artifact: Artifact) -> dict[str, Any]:
    return {
        "name": artifact.name,
        "revision": artifact.revision,
        "location": {
            "type": "S3",
            "s3Location": {"bucketName": artifact.bucket, "objectKey": artifact.key},
        },
    }


def _no_answer(function: str) -> ActionFailed:
    # Observed: https://github.com/amazon-archives/cloudformation-validation-pipeline/issues/3
    return ActionFailed(
        f"The AWS Lambda function {function} failed to return a result. Check the function to verify "
        "that it has permission to call the PutJobSuccessResult action and that it made a call to "
        "PutJobSuccessResult."
    )


def _store(context: ActionContext) -> JobStore:
    from moto.codepipeline import codepipeline_backends

    store: JobStore = codepipeline_backends[context.account_id][context.region].jobs
    return store
