"""What a request to create or change an event source mapping may ask for; the rest is refused by name.

https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
Of the event sources there is one: a standard SQS queue. Observed: the words about the visibility timeout,
the batch window, a mapping that is there already, and a queue that is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.sqs.models import Queue, sqs_backends

from localcloud.errors import AwsError, unsupported
from localcloud.lambda_runtime.function import LambdaFunction
from localcloud.lambda_runtime.function_request import INVALID

REPORT_FAILURES = "ReportBatchItemFailures"
CHANGEABLE = frozenset(
    {
        "BatchSize",
        "Enabled",
        "FunctionName",
        "FunctionResponseTypes",
        "MaximumBatchingWindowInSeconds",
        "ScalingConfig",
    }
)
SUPPORTED = CHANGEABLE | {"EventSourceArn", "Tags"}
DEFAULTS = {"BatchSize": 10, "MaximumBatchingWindowInSeconds": 0}
_RECEIVED_AT_ONCE = 10
_RANGES = {"BatchSize": (1, 10_000), "MaximumBatchingWindowInSeconds": (0, 300)}
_CONCURRENCY = (2, 1000)
# In a request these may be there as long as they ask for nothing.
_NOTHING: tuple[Any, ...] = (None, [], {}, {"Filters": []}, {"OnFailure": {}})


def check(request: Mapping[str, Any], *, creating: bool) -> None:
    """Refuse what is wrong or not supported; raises in Lambda's codes and words."""
    supported = SUPPORTED if creating else CHANGEABLE
    for name, value in request.items():
        if name not in supported and value not in _NOTHING:
            raise unsupported("event source mapping member", name, supported, INVALID)
    for name, (least, most) in _RANGES.items():
        _check_number(name, request.get(name), least, most)
    for kind in request.get("FunctionResponseTypes") or ():
        if kind != REPORT_FAILURES:
            raise unsupported("FunctionResponseTypes", kind, [REPORT_FAILURES], INVALID)
    scaling = request.get("ScalingConfig") or {}
    _check_number(
        "ScalingConfig.MaximumConcurrency", scaling.get("MaximumConcurrency"), *_CONCURRENCY
    )


def check_together(settings: Mapping[str, Any], function: LambdaFunction) -> None:
    """Refuse settings that do not fit each other, the queue or the function."""
    if settings["BatchSize"] > _RECEIVED_AT_ONCE and not settings["MaximumBatchingWindowInSeconds"]:
        raise AwsError(
            INVALID,
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater "
            f"than {_RECEIVED_AT_ONCE}",
        )
    timeout = int(queue_of(settings["EventSourceArn"]).visibility_timeout)
    if timeout < int(function.timeout):
        raise AwsError(
            INVALID,
            f"Queue visibility timeout: {timeout} seconds is less than Function timeout: "
            f"{function.timeout} seconds",
        )


def queue_of(arn: Any) -> Queue:
    """The queue of a mapping; raises for another event source, and for a queue that is not there."""
    parts = str(arn).split(":")
    if len(parts) != 6 or parts[2] != "sqs" or parts[5].endswith(".fifo"):
        raise unsupported("event source", str(arn), ["the ARN of a standard SQS queue"], INVALID)
    queue = sqs_backends[parts[4]][parts[3]].queues.get(parts[5])
    if queue is None:
        raise AwsError(
            INVALID,
            "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService."
            "NonExistentQueue. SQS Error Message: The specified queue does not exist.",
        )
    return queue


def _check_number(name: str, value: Any, least: int, most: int) -> None:
    if value is not None and not least <= value <= most:
        bound = (
            f"less than or equal to {most}" if value > most else f"greater than or equal to {least}"
        )
        member = name[0].lower() + name[1:]
        raise AwsError(
            "ValidationException",
            f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy "
            f"constraint: Member must have value {bound}",
        )
