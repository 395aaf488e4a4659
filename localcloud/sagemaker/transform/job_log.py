"""The two log streams of a transform job: its container's, and the service's own about the data.

https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html. The service's lines are as in
https://github.com/aws/amazon-sagemaker-examples/issues/1620.
"""

from __future__ import annotations

from localcloud import log_groups
from localcloud.cloud import current
from localcloud.sagemaker.transform.input_objects import InputObject
from localcloud.sagemaker.transform.transform_job import TransformJob

LOG_GROUP = "/aws/sagemaker/TransformJobs"
_INSTANCE = "i-00000000000000000"


class TransformLog:
    """Writes both streams."""

    def __init__(self, job: TransformJob) -> None:
        self._job = job
        started = int(current().clock.now().timestamp())
        self._stream = f"{job.name}/{_INSTANCE}-{started}"

    def container(self, lines: list[str]) -> None:
        """What the container has printed."""
        self._append(self._stream, lines)

    def data(self, line: str) -> None:
        """What the service says of the job."""
        self._append(f"{self._stream}/data-log", [line])

    def failed(self, source: InputObject, cause: str, message: str) -> None:
        """Why an object has no result."""
        name = f"{source.bucket}/{source.key}"
        for line in (cause, "", "Message:", *message.splitlines()):
            self.data(f"{name}: {line}")

    def _append(self, stream: str, lines: list[str]) -> None:
        log_groups.append(
            LOG_GROUP, stream, lines, account_id=self._job.account_id, region=self._job.region
        )
