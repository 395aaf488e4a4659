"""Asking an endpoint, and what it said: the model's answer or refusal, or why there was none."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

from slipway_shared.clients import CONNECT_TIMEOUT_SECONDS, client_in
from slipway_shared.service_errors import code_of
from slipway_shared.stage_settings import Target

LOAD_READ_TIMEOUT_SECONDS = 10


class Request(NamedTuple):
    """One request to a model."""

    body: bytes
    content_type: str
    accept: str


class Reply(NamedTuple):
    """What a model's container answered, with success or not."""

    status: int
    """HTTP status of the container, 200 for every success."""
    content_type: str
    text: str
    milliseconds: float
    log: str | None = None
    """ARN of the log group that has more on an error."""


class Unanswered(Exception):
    """The model did not answer; `kind` is the error's code, the text is the service's."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


Ask = Callable[[Request], Reply]


def asking(runtime: Any, endpoint_name: str) -> Ask:
    """A function that asks this endpoint. It raises Unanswered."""
    # boto3 is imported by now: the client is one of its.
    from botocore.exceptions import BotoCoreError, ClientError

    def ask(request: Request) -> Reply:
        started = time.perf_counter()
        try:
            response = runtime.invoke_endpoint(
                EndpointName=endpoint_name,
                ContentType=request.content_type,
                Accept=request.accept,
                Body=request.body,
            )
            answer: bytes = response["Body"].read()
        except runtime.exceptions.ModelError as error:
            # A container's own error, of the client (4XX) or its own (5XX), comes as HTTP 424
            # (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html).
            members = error.response
            return Reply(
                status=int(members.get("OriginalStatusCode") or 0),
                content_type="",
                text=str(members.get("OriginalMessage") or error),
                milliseconds=_since(started),
                log=members.get("LogStreamArn"),
            )
        except ClientError as error:
            raise Unanswered(code_of(error), str(error)) from error
        except BotoCoreError as error:  # no connection, or no answer in time
            raise Unanswered(type(error).__name__, str(error)) from error
        return Reply(
            status=200,
            content_type=str(response.get("ContentType") or ""),
            text=answer.decode("utf-8", errors="replace"),
            milliseconds=_since(started),
        )

    return ask


def load_client(target: Target, session_name: str, connections: int) -> Any:
    """A runtime client for a load: a connection for each thread, and no second attempts, which would
    hide errors and be requests that were not stated. Raises what STS raises."""
    from botocore.config import Config

    config = Config(
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        read_timeout=LOAD_READ_TIMEOUT_SECONDS,
        max_pool_connections=connections,
        retries={"mode": "standard", "total_max_attempts": 1},
    )
    return client_in(target, "sagemaker-runtime", session_name, config)


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
