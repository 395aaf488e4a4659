"""The CodePipeline API: parses a request, calls the backend, answers in botocore's shapes.

Operations that are not here are moto's (tags) or refused by name (webhooks, custom actions, polling
for jobs, stage conditions and rollback).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, TypeVar

from moto.codepipeline.responses import CodePipelineResponse as MotoResponse

from localcloud.cloud import current
from localcloud.codepipeline import descriptions, roles
from localcloud.codepipeline.models import CodePipelineBackend
from localcloud.codepipeline.records import Trigger
from localcloud.errors import AwsError, ValidationException
from localcloud.events import sessions

_Item = TypeVar("_Item")
DEFAULT_PAGE = 100


class CodePipelineResponse(MotoResponse):
    """Parses a request, calls the backend, answers."""

    MOTO_OPERATIONS = {
        "the backend's own": ("DeletePipeline",),
        "tags of the pipelines that the backend keeps": (
            "ListTagsForResource",
            "TagResource",
            "UntagResource",
        ),
    }

    @property
    def codepipeline_backend(self) -> CodePipelineBackend:
        backend: CodePipelineBackend = super().codepipeline_backend
        return backend

    @property
    def _request(self) -> dict[str, Any]:
        request: dict[str, Any] = json.loads(self.body or "{}")
        return request

    @property
    def _caller(self) -> str:
        return roles.caller_arn(self.current_account, self.access_key)

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
        page, token = _page([pipeline.summary for _, pipeline in pipelines], self._request)
        return _answer({"pipelines": page, "nextToken": token})

    def get_pipeline_state(self) -> str:
        """GetPipelineState."""
        pipeline = self.codepipeline_backend.pipeline(self._request["name"])
        engine = pipeline.engine
        with engine.lock:
            return json.dumps(
                {
                    "pipelineName": engine.name,
                    "pipelineVersion": engine.declaration["version"],
                    "stageStates": descriptions.stage_states(engine, pipeline.transitions),
                    "created": pipeline.created.timestamp(),
                    "updated": pipeline.updated.timestamp(),
                }
            )

    def start_pipeline_execution(self) -> str:
        """StartPipelineExecution."""
        rule = sessions.rule_of(self.access_key)
        trigger = (
            Trigger("CloudWatchEvent", rule)
            if rule
            else Trigger("StartPipelineExecution", self._caller)
        )
        execution_id = self.codepipeline_backend.start(self._request, trigger)
        return json.dumps({"pipelineExecutionId": execution_id})

    def stop_pipeline_execution(self) -> str:
        """StopPipelineExecution."""
        request = self._request
        self.codepipeline_backend.stop(
            request["pipelineName"],
            request["pipelineExecutionId"],
            bool(request.get("abandon", False)),
            request.get("reason"),
        )
        return json.dumps({"pipelineExecutionId": request["pipelineExecutionId"]})

    def retry_stage_execution(self) -> str:
        """RetryStageExecution."""
        request = self._request
        self.codepipeline_backend.retry(
            request["pipelineName"],
            request["stageName"],
            request["pipelineExecutionId"],
            request["retryMode"],
        )
        return json.dumps({"pipelineExecutionId": request["pipelineExecutionId"]})

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

    def get_pipeline_execution(self) -> str:
        """GetPipelineExecution."""
        request = self._request
        backend = self.codepipeline_backend
        record = backend.execution(request["pipelineName"], request["pipelineExecutionId"])
        engine = backend.pipeline(request["pipelineName"]).engine
        with engine.lock:
            answer = descriptions.pipeline_execution(engine, record)
        return json.dumps({"pipelineExecution": answer})

    def list_pipeline_executions(self) -> str:
        """ListPipelineExecutions, the latest first."""
        request = self._request
        if request.get("filter"):
            raise ValidationException(
                "unsupported: filter of ListPipelineExecutions; supported: none"
            )
        engine = self.codepipeline_backend.pipeline(request["pipelineName"]).engine
        with engine.lock:
            found = [
                descriptions.execution_summary(engine, record)
                for record in reversed(engine.records.values())
            ]
        page, token = _page(found, request)
        return _answer({"pipelineExecutionSummaries": page, "nextToken": token})

    def list_action_executions(self) -> str:
        """ListActionExecutions, the latest first."""
        request = self._request
        backend = self.codepipeline_backend
        engine = backend.pipeline(request["pipelineName"]).engine
        asked = request.get("filter") or {}
        latest = asked.get("latestInPipelineExecution") or {}
        execution_id = asked.get("pipelineExecutionId") or latest.get("pipelineExecutionId")
        if execution_id is not None:
            backend.execution(request["pipelineName"], execution_id)
        with engine.lock:
            runs = [
                run
                for run in reversed(engine.runs)
                if execution_id is None or run.execution_id == execution_id
            ]
            if latest:
                newest = {(run.stage, run.action): run for run in reversed(runs)}
                runs = [run for run in runs if newest[(run.stage, run.action)] is run]
            found = [descriptions.action_execution(run) for run in runs]
        page, token = _page(found, request)
        return _answer({"actionExecutionDetails": page, "nextToken": token})

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


def _page(items: Sequence[_Item], request: dict[str, Any]) -> tuple[list[_Item], str | None]:
    size = int(request.get("maxResults") or DEFAULT_PAGE)
    token = request.get("nextToken")
    try:
        start = int(token) if token else 0
    except ValueError:
        raise AwsError("InvalidNextTokenException", "The next token is not valid") from None
    end = start + size
    return list(items[start:end]), str(end) if end < len(items) else None


def _answer(members: dict[str, Any]) -> str:
    return json.dumps({name: value for name, value in members.items() if value is not None})
