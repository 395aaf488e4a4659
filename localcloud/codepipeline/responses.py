"""The CodePipeline API: parses a request, calls the backend, answers in botocore's shapes.

Operations that are not here are moto's (tags) or refused by name (webhooks, custom actions, polling
for jobs, the lists of types).
"""

from __future__ import annotations

import json

from localcloud.cloud import current
from localcloud.codepipeline import pipeline_state
from localcloud.codepipeline.execution_responses import ExecutionResponse, answer, page_of


class CodePipelineResponse(ExecutionResponse):
    """Parses a request, calls the backend, answers."""

    MOTO_OPERATIONS = {
        "the backend's own": ("DeletePipeline",),
        "tags of the pipelines that the backend keeps": (
            "ListTagsForResource",
            "TagResource",
            "UntagResource",
        ),
    }

    def create_pipeline(self) -> str:
        """CreatePipeline."""
        request = self._request
        tags = request.get("tags") or []
        made = self.codepipeline_backend.create(request["pipeline"], tags, self._caller)
        return json.dumps({"pipeline": made.pipeline, "tags": tags})

    def update_pipeline(self) -> str:
        """UpdatePipeline."""
        return json.dumps({"pipeline": self.codepipeline_backend.update(self._request["pipeline"])})

    def get_pipeline(self) -> str:
        """GetPipeline, of any version."""
        request = self._request
        pipeline = self.codepipeline_backend.pipeline(request["name"])
        version = request.get("version")
        declaration = pipeline.pipeline if version is None else pipeline.version(int(version))
        return json.dumps({"pipeline": declaration, "metadata": pipeline.metadata})

    def list_pipelines(self) -> str:
        """ListPipelines."""
        pipelines = sorted(self.codepipeline_backend.pipelines.items())
        page, token = page_of([pipeline.summary for _, pipeline in pipelines], self._request)
        return answer({"pipelines": page, "nextToken": token})

    def get_pipeline_state(self) -> str:
        """GetPipelineState."""
        pipeline = self.codepipeline_backend.pipeline(self._request["name"])
        engine = pipeline.engine
        with engine.lock:
            return json.dumps(
                {
                    "pipelineName": engine.name,
                    "pipelineVersion": engine.declaration["version"],
                    "stageStates": pipeline_state.stage_states(engine, pipeline.transitions),
                    "created": pipeline.created.timestamp(),
                    "updated": pipeline.updated.timestamp(),
                }
            )

    def enable_stage_transition(self) -> str:
        """EnableStageTransition."""
        return self._set_transition(None)

    def disable_stage_transition(self) -> str:
        """DisableStageTransition."""
        return self._set_transition(self._request["reason"])

    def _set_transition(self, reason: str | None) -> str:
        request = self._request
        self.codepipeline_backend.set_transition(
            request["pipelineName"],
            request["stageName"],
            request["transitionType"],
            self._caller,
            reason,
        )
        return ""

    def put_approval_result(self) -> str:
        """PutApprovalResult."""
        approved = self.codepipeline_backend.answer_approval(self._request, self._caller)
        return json.dumps({"approvedAt": approved})

    def put_job_success_result(self) -> str:
        """PutJobSuccessResult."""
        request = self._request
        self.codepipeline_backend.jobs.succeed(request["jobId"], request)
        current().changes.announce()
        return ""

    def put_job_failure_result(self) -> str:
        """PutJobFailureResult."""
        request = self._request
        self.codepipeline_backend.jobs.fail(request["jobId"], request)
        current().changes.announce()
        return ""

    def get_job_details(self) -> str:
        """GetJobDetails."""
        job = self.codepipeline_backend.jobs.get(self._request["jobId"])
        details = {"id": job.id, "accountId": job.account_id, "data": job.data}
        return json.dumps({"jobDetails": details})
