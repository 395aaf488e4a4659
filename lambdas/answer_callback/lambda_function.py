"""Take scores over: the reader of the queue that the batch-scoring pipeline's callback step tells.

A template for a system of your own: `receive` says what happens to the scores; the rest is the contract
with SageMaker Pipelines (https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html,
CallbackStep). Here the scores are looked at and counted, and accepted if there are any.

SQS delivers a message at least once, so a token may come again after it was answered: SageMaker refuses
the second answer, which is logged and is the end of the message. What may succeed later is given back
to the queue, message by message
(https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html); after the queue's
`maxReceiveCount` it lies in the dead-letter queue, and the pipeline still waits: a person can answer.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from callback_message import EXECUTING, Message, parse_message
from scores import ScoresError, count_rows
from slipway_shared.clients import client
from slipway_shared.s3_locations import parse_s3_uri
from slipway_shared.service_errors import code_of, message_of

logger = logging.getLogger(__name__)

RECEIVER = "answer_callback"
MAX_REASON = 256
# The refusals of a token that is unknown, or was answered before, or whose step has ended. Which of them
# AWS gives is not documented; what they have in common is that another try gets the same.
FINAL_CODES = frozenset({"ValidationException", "ResourceNotFound", "ConflictException"})


def lambda_handler(event: Mapping[str, Any], context: object) -> dict[str, list[dict[str, str]]]:
    """Answer each message; gives those that are to come again."""
    failed = []
    for record in event["Records"]:
        try:
            handle(parse_message(record["body"]))
        # One message must not take the others of its batch back to the queue.
        except Exception:
            logger.exception("message %s goes back to the queue", record["messageId"])
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def handle(message: Message) -> None:
    """Answer one token. Raises what may succeed later, or is for a person to see."""
    if message.status != EXECUTING:
        # The execution does not stop before its token is answered.
        refuse(message, f"the execution is {message.status.lower()}: the scores are not taken over")
        return
    try:
        rows = receive(message)
    except ScoresError as error:
        refuse(message, str(error))
        return
    logger.info("token %s: %s rows accepted", message.token, rows)
    accept(message)


def receive(message: Message) -> int:
    """Take the scores over: how many rows. Raises ScoresError, with the reason, to refuse them."""
    uri = message.arguments.get("ScoresS3Uri")
    try:
        location = parse_s3_uri(str(uri))
    except ValueError as error:
        raise ScoresError(f"ScoresS3Uri is {error}") from error
    rows = count_rows(client("s3"), location)
    announced = message.arguments.get("Rows")
    if announced is not None and str(rows) != str(announced):
        raise ScoresError(f"{location.uri} has {rows} rows; {announced} were announced")
    return rows


def accept(message: Message) -> None:
    """Let the step succeed, with its outputs."""
    outputs = {"Accepted": "true", "Receiver": RECEIVER}
    sagemaker = client("sagemaker")
    with _unless_answered(sagemaker, message):
        sagemaker.send_pipeline_execution_step_success(
            CallbackToken=message.token,
            OutputParameters=[{"Name": name, "Value": value} for name, value in outputs.items()],
        )


def refuse(message: Message, reason: str) -> None:
    """Let the step fail, with the reason."""
    logger.warning("token %s is answered with a failure: %s", message.token, reason)
    short = reason if len(reason) <= MAX_REASON else reason[: MAX_REASON - 1] + "…"
    sagemaker = client("sagemaker")
    with _unless_answered(sagemaker, message):
        sagemaker.send_pipeline_execution_step_failure(
            CallbackToken=message.token, FailureReason=short
        )


@contextmanager
def _unless_answered(sagemaker: Any, message: Message) -> Iterator[None]:
    """Log a refusal that another try would get again; raise any other."""
    try:
        yield
    except sagemaker.exceptions.ClientError as error:
        if code_of(error) not in FINAL_CODES:
            raise
        logger.warning(
            "token %s of %s takes no answer any more, or never did: %s: %s",
            message.token,
            message.execution_arn,
            code_of(error),
            message_of(error),
        )
