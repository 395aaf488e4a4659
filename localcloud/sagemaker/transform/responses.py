"""The operations of batch transform jobs."""

from __future__ import annotations

from moto.core.responses import ActionResult, EmptyResult

from localcloud.sagemaker.jobs.responses import JobsResponse


class TransformResponse(JobsResponse):
    """Parses a request, calls the backend, answers."""

    def create_transform_job(self) -> ActionResult:
        job = self._jobs.start_transform_job(self._job_request())
        return ActionResult({"TransformJobArn": job.arn})

    def describe_transform_job(self) -> ActionResult:
        return ActionResult(self._jobs.transform_job(self._job_name("Transform")).describe())

    def list_transform_jobs(self) -> ActionResult:
        return ActionResult(self._jobs.transform_page(self._job_request()))

    def stop_transform_job(self) -> EmptyResult:
        self._jobs.request_transform_stop(self._job_name("Transform"))
        return EmptyResult()
