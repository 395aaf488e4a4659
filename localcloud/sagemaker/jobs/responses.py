"""The operations of processing and training jobs."""

from __future__ import annotations

import json
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.sagemaker.responses import SageMakerResponse

from localcloud.sagemaker.jobs import request_validation


class JobsResponse(SageMakerResponse):
    """Parses a request, calls the backend, answers."""

    def create_processing_job(self) -> ActionResult:
        job = self._jobs.start_processing_job(self._job_request())
        return ActionResult({"ProcessingJobArn": job.arn})

    def describe_processing_job(self) -> ActionResult:
        return ActionResult(self._jobs.processing_job(self._job_name("Processing")).describe())

    def list_processing_jobs(self) -> ActionResult:
        return ActionResult(self._jobs.processing_page(self._job_request()))

    def stop_processing_job(self) -> EmptyResult:
        self._jobs.request_processing_stop(self._job_name("Processing"))
        return EmptyResult()

    def create_training_job(self) -> ActionResult:
        job = self._jobs.start_training_job(self._job_request())
        return ActionResult({"TrainingJobArn": job.arn})

    def describe_training_job(self) -> ActionResult:
        return ActionResult(self._jobs.training_job(self._job_name("Training")).describe())

    def list_training_jobs(self) -> ActionResult:
        return ActionResult(self._jobs.training_page(self._job_request()))

    def stop_training_job(self) -> EmptyResult:
        self._jobs.request_training_stop(self._job_name("Training"))
        return EmptyResult()

    @property
    def _jobs(self) -> Any:
        return self.sagemaker_backend

    def _job_request(self) -> dict[str, Any]:
        request: dict[str, Any] = json.loads(self.body or "{}")
        return request

    def _job_name(self, kind: str) -> str:
        request = self._job_request()
        request_validation.validate(f"Describe{kind}Job", request)
        name: str = request[f"{kind}JobName"]
        return name
