"""A batch transform job's record, as the API and the events show it.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTransformJob.html
https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html: times are
numbers and what is not there is null, as in the published recorded event.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localcloud.cloud import current
from localcloud.sagemaker.jobs.job import Job, milliseconds, without_none

_REQUEST_MEMBERS = (
    "ModelName",
    "MaxConcurrentTransforms",
    "ModelClientConfig",
    "MaxPayloadInMB",
    "BatchStrategy",
    "Environment",
    "TransformInput",
    "TransformOutput",
    "TransformResources",
    "DataProcessing",
    "ExperimentConfig",
)
_EVENT_MEMBERS = (
    "ModelName",
    "MaxConcurrentTransforms",
    "MaxPayloadInMB",
    "BatchStrategy",
    "Environment",
    "TransformInput",
    "TransformOutput",
    "TransformResources",
)


class TransformJob(Job):
    """One batch transform job; it works as its model's role, with its model's container."""

    kind = "transform-job"
    detail_type = "SageMaker Transform Job State Change"

    def __init__(
        self,
        name: str,
        request: Mapping[str, Any],
        account_id: str,
        region: str,
        *,
        container: Mapping[str, Any],
        role_arn: str,
    ) -> None:
        super().__init__(name, request, account_id, region)
        self.container = dict(container)
        self._role_arn = role_arn

    @property
    def role_arn(self) -> str:
        return self._role_arn

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
                "TransformJobName": self.name,
                "TransformJobArn": self.arn,
                "TransformJobStatus": self.status,
                "FailureReason": self.failure_reason,
                "CreationTime": self.created,
                "TransformStartTime": self.started,
                "TransformEndTime": self.ended,
            }
        )

    def summary(self) -> dict[str, Any]:
        return without_none(
            {
                "TransformJobName": self.name,
                "TransformJobArn": self.arn,
                "CreationTime": self.created,
                "TransformEndTime": self.ended,
                "LastModifiedTime": self.modified,
                "TransformJobStatus": self.status,
                "FailureReason": self.failure_reason,
            }
        )

    def event_detail(self) -> dict[str, Any]:
        return {
            **{name: self.request[name] for name in _EVENT_MEMBERS if name in self.request},
            "TransformJobName": self.name,
            "TransformJobArn": self.arn,
            "TransformJobStatus": self.status,
            "FailureReason": self.failure_reason,
            "CreationTime": milliseconds(self.created),
            "TransformStartTime": milliseconds(self.started),
            "TransformEndTime": milliseconds(self.ended),
            "Tags": {tag["Key"]: tag["Value"] for tag in self.tags},
        }
