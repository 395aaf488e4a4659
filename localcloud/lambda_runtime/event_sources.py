"""Event source mappings: queues whose messages invoke functions.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
A mapping is read by a poller of its own while it is enabled. Assumed: its state changes at once, with no
Creating, Enabling or Updating in between.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from localcloud.cloud import current
from localcloud.errors import AwsError
from localcloud.lambda_runtime import event_source_request as request_rules
from localcloud.lambda_runtime.function import LambdaFunction

ENABLED, DISABLED = "Enabled", "Disabled"
_SHOWN = ("BatchSize", "EventSourceArn", "MaximumBatchingWindowInSeconds")
_SHOWN_IF_SET = ("FunctionResponseTypes", "ScalingConfig")


class EventSourceMapping:
    """One queue and one function."""

    def __init__(self, request: Mapping[str, Any], function: LambdaFunction) -> None:
        self.uuid = str(uuid.uuid4())
        self.region: str = function.region
        self.account_id: str = function.account_id
        self.function_arn: str = function.function_arn
        self.function_name: str = function.function_name
        self.settings: dict[str, Any] = {**request_rules.DEFAULTS, **request}
        self.state = ENABLED if request.get("Enabled", True) else DISABLED
        self.last_result = "No records processed"
        self.changed = current().clock.now()
        # A poller that was started before the last change of the settings is not the one any more.
        self.poller = 0
        request_rules.check_together(self.settings, function)

    @property
    def arn(self) -> str:
        """Its ARN."""
        partition = self.function_arn.split(":")[1]
        return (
            f"arn:{partition}:lambda:{self.region}:{self.account_id}:"
            f"event-source-mapping:{self.uuid}"
        )

    @property
    def queue_arn(self) -> str:
        """The queue."""
        return str(self.settings["EventSourceArn"])

    @property
    def reports_failures(self) -> bool:
        """Whether the function answers which messages of a batch failed."""
        kinds = self.settings.get("FunctionResponseTypes") or ()
        return request_rules.REPORT_FAILURES in kinds

    @property
    def concurrency(self) -> int | None:
        """How many batches at most are with the function at a time, if that is limited."""
        limit = (self.settings.get("ScalingConfig") or {}).get("MaximumConcurrency")
        return None if limit is None else int(limit)

    def change(self, request: Mapping[str, Any], function: LambdaFunction) -> None:
        """Take the settings of an update, or raise and stay as it is."""
        settings = {**self.settings, **request}
        request_rules.check_together(settings, function)
        self.settings = settings
        self.function_arn, self.function_name = function.function_arn, function.function_name
        if "Enabled" in request:
            self.state = ENABLED if request["Enabled"] else DISABLED
        self.changed = current().clock.now()

    def describe(self, state: str | None = None) -> dict[str, Any]:
        """As GetEventSourceMapping answers it."""
        return {
            "UUID": self.uuid,
            "EventSourceMappingArn": self.arn,
            "FunctionArn": self.function_arn,
            "LastModified": self.changed.timestamp(),
            "LastProcessingResult": self.last_result,
            "State": state or self.state,
            "StateTransitionReason": "USER_INITIATED",
            **{name: self.settings[name] for name in _SHOWN},
            **{name: self.settings[name] for name in _SHOWN_IF_SET if self.settings.get(name)},
        }


def already_there(mapping: EventSourceMapping) -> AwsError:
    """The refusal of a second mapping of the same queue and function."""
    return AwsError(
        "ResourceConflictException",
        f'The event source arn (" {mapping.queue_arn} ") and function (" {mapping.function_name} ") '
        "provided mapping already exists. Please update or delete the existing mapping with UUID "
        f"{mapping.uuid}",
        409,
    )


def not_there() -> AwsError:
    """The refusal of an identifier that no mapping has."""
    return AwsError("ResourceNotFoundException", "The resource you requested does not exist.", 404)
