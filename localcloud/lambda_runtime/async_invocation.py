"""Asynchronous invocations: queued, tried again, and told to somebody in the end.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
A function error is tried again after one and then two minutes; a throttled event is tried again for up
to six hours, with waits from one second to five minutes. Time comes from the cloud's clock.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from localcloud import clients
from localcloud.cloud import current
from localcloud.errors import AwsError
from localcloud.lambda_runtime.destinations import Outcome, send_dead_letter, send_record
from localcloud.lambda_runtime.executor import Invocation, executor
from localcloud.lambda_runtime.function import LambdaFunction
from localcloud.lambda_runtime.function_request import SERVICE

logger = logging.getLogger(__name__)

RETRY_SECONDS = (60.0, 120.0)
MAXIMUM_AGE_SECONDS = 21_600
THROTTLE_SECONDS = (1.0, 300.0)


@dataclass(frozen=True)
class InvokeConfig:
    """A function's configuration for asynchronous invocation."""

    retries: int = len(RETRY_SECONDS)
    maximum_age_seconds: int = MAXIMUM_AGE_SECONDS
    on_success: str | None = None
    on_failure: str | None = None

    @classmethod
    def read(cls, configuration: Mapping[str, Any]) -> InvokeConfig:
        """From a function's event invoke configuration; empty means the defaults."""
        destinations = configuration.get("DestinationConfig") or {}
        return cls(
            int(configuration.get("MaximumRetryAttempts", len(RETRY_SECONDS))),
            int(configuration.get("MaximumEventAgeInSeconds", MAXIMUM_AGE_SECONDS)),
            (destinations.get("OnSuccess") or {}).get("Destination"),
            (destinations.get("OnFailure") or {}).get("Destination"),
        )


def enqueue(
    function: LambdaFunction,
    event: str,
    configuration: Mapping[str, Any],
    client_context: Mapping[str, Any] | None = None,
) -> str:
    """Run `function` on `event` in the background; answers the request's id at once."""
    request_id = str(uuid.uuid4())
    config = InvokeConfig.read(configuration)

    def work() -> None:
        outcome = _try(function, event, request_id, config, client_context)
        if outcome is not None:
            _tell(function, outcome, config)

    current().background(f"invoke {function.function_name}", work)
    return request_id


def _try(
    function: LambdaFunction,
    event: str,
    request_id: str,
    config: InvokeConfig,
    client_context: Mapping[str, Any] | None,
) -> Outcome | None:
    cloud = current()
    expires = cloud.clock.now() + timedelta(seconds=config.maximum_age_seconds)
    attempts, throttled = 0, THROTTLE_SECONDS[0]
    last: Invocation | None = None

    def outcome(condition: str) -> Outcome:
        now = cloud.clock.now()
        return Outcome(condition, request_id, function.function_arn, attempts, event, last, now)

    if str(function.reserved_concurrency) == "0":
        return outcome("RetriesExhausted")
    while True:
        try:
            last = executor().invoke(
                function, event, request_id=request_id, client_context=client_context
            )
        except AwsError as error:
            wait, throttled = throttled, min(throttled * 2, THROTTLE_SECONDS[1])
            if error.aws_code != "TooManyRequestsException":
                logger.warning("could not invoke %s: %s", function.function_name, error)
                return outcome("RetriesExhausted")
        else:
            attempts += 1
            if last.function_error is None:
                return outcome("Success")
            if attempts > config.retries:
                return outcome("RetriesExhausted")
            wait = RETRY_SECONDS[min(attempts, len(RETRY_SECONDS)) - 1]
        if cloud.clock.now() + timedelta(seconds=wait) > expires:
            return outcome("EventAgeExceeded")
        if cloud.clock.wait(cloud.stopping, wait):
            return None


def _tell(function: LambdaFunction, outcome: Outcome, config: InvokeConfig) -> None:
    target = config.on_success if outcome.succeeded else config.on_failure
    dead_letters = None if outcome.succeeded else function.dead_letter_config.get("TargetArn")
    if not target and not dead_letters:
        return
    try:
        credentials = clients.role_session(function.role, function.function_name, SERVICE)
        if dead_letters:
            send_dead_letter(dead_letters, outcome, function.region, credentials)
        if target:
            send_record(target, outcome, function.region, credentials)
    except (ClientError, BotoCoreError, AwsError) as error:
        # On AWS: the metrics DeadLetterErrors and DestinationDeliveryFailures.
        logger.warning("outcome of %s not delivered: %s", function.function_name, error)
    current().changes.announce()
