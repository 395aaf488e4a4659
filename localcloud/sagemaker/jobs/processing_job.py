"""A processing job's record, as the API and the events show it.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeProcessingJob.html
https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
"""

from __future__ import annotations

import copy
import re
from typing import Any

from localcloud.cloud import current
from localcloud.sagemaker.jobs.job import Job, milliseconds, without_none

# StoppingCondition: "defaults to 24 hours" where the request has none (assumed as for training).
DEFAULT_MAX_RUNTIME_SECONDS = 86_400
# The members whose enumerations the events spell in capitals.
_EVENT_ENUMERATIONS = (
    "S3DataType",
    "S3InputMode",
    "S3DataDistributionType",
    "S3CompressionType",
    "S3UploadMode",
)
_REQUEST_MEMBERS = (
    "ProcessingInputs",
    "ProcessingOutputConfig",
    "ProcessingResources",
    "AppSpecification",
    "Environment",
    "NetworkConfig",
    "RoleArn",
    "ExperimentConfig",
)


class ProcessingJob(Job):
    """One processing job."""

    kind = "processing-job"
    detail_type = "SageMaker Processing Job State Change"
    exit_message: str | None = None

    @property
    def max_runtime_seconds(self) -> int:
        """How long its container may run."""
        condition = self.request.get("StoppingCondition") or {}
        return int(condition.get("MaxRuntimeInSeconds", DEFAULT_MAX_RUNTIME_SECONDS))

    def begin_stopping(self) -> None:
        self.status = "Stopping"

    def end(self, status: str) -> None:
        """Reach the last status, with its event."""
        with self.status_lock:
            self.ended = current().clock.now()
            self.status = status
        self.changed()

    def describe(self) -> dict[str, Any]:
        return without_none(
            {
                **{name: self.request.get(name) for name in _REQUEST_MEMBERS},
                "ProcessingJobName": self.name,
                "StoppingCondition": {"MaxRuntimeInSeconds": self.max_runtime_seconds},
                "ProcessingJobArn": self.arn,
                "ProcessingJobStatus": self.status,
                "ExitMessage": self.exit_message,
                "FailureReason": self.failure_reason,
                "ProcessingStartTime": self.started,
                "ProcessingEndTime": self.ended,
                "LastModifiedTime": self.modified,
                "CreationTime": self.created,
            }
        )

    def summary(self) -> dict[str, Any]:
        names = (
            "ProcessingJobName",
            "ProcessingJobArn",
            "CreationTime",
            "ProcessingEndTime",
            "LastModifiedTime",
            "ProcessingJobStatus",
            "FailureReason",
            "ExitMessage",
        )
        described = self.describe()
        return {name: described[name] for name in names if name in described}

    def event_detail(self) -> dict[str, Any]:
        detail: dict[str, Any] = event_spelling(self.describe())
        for name, moment in (
            ("ProcessingStartTime", self.started),
            ("ProcessingEndTime", self.ended),
            ("LastModifiedTime", self.modified),
            ("CreationTime", self.created),
        ):
            if moment is not None:
                detail[name] = milliseconds(moment)
        return detail


def event_spelling(value: Any) -> Any:
    """A copy with the enumerations of S3 members as events have them: `S3Prefix` → `S3_PREFIX`.

    AWS's sample shows MANIFEST_FILE, PIPE, CONTINUOUS and FULLYREPLICATED, so the words of a
    distribution type are not parted.
    """
    if isinstance(value, list):
        return [event_spelling(item) for item in value]
    if not isinstance(value, dict):
        return copy.copy(value)
    spelled = {}
    for name, item in value.items():
        if name in _EVENT_ENUMERATIONS and isinstance(item, str):
            parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", item)
            spelled[name] = (item if name == "S3DataDistributionType" else parted).upper()
        else:
            spelled[name] = event_spelling(item)
    return spelled
