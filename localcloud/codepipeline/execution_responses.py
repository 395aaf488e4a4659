"""The CodePipeline API's operations on executions: start, stop, retry, roll back, and what lists them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, TypeVar

from moto.codepipeline.responses import CodePipelineResponse as MotoResponse

from localcloud.codepipeline import descriptions, roles
from localcloud.codepipeline.engine import Engine
from localcloud.codepipeline.models import CodePipelineBackend
from localcloud.codepipeline.records import ActionRun, Trigger
from localcloud.errors import AwsError
from localcloud.events import sessions

_Item = TypeVar("_Item")
DEFAULT_PAGE = 100


class ExecutionResponse(MotoResponse):
    """Parses a request, calls the backend, answers."""

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

    def rollback_stage(self) -> str:
        """RollbackStage."""
        request = self._request
        execution_id = self.codepipeline_backend.roll_back(
            request["pipelineName"],
            request["stageName"],
            request["targetPipelineExecutionId"],
            self._caller,
        )
        return json.dumps({"pipelineExecutionId": execution_id})

    def override_stage_condition(self) -> str:
        """OverrideStageCondition."""
        request = self._request
        self.codepipeline_backend.override(
            request["pipelineName"],
            request["stageName"],
            request["pipelineExecutionId"],
            request["conditionType"],
        )
        return ""

    def get_pipeline_execution(self) -> str:
        """GetPipelineExecution."""
        request = self._request
        backend = self.codepipeline_backend
        record = backend.execution(request["pipelineName"], request["pipelineExecutionId"])
        engine = backend.pipeline(request["pipelineName"]).engine
        with engine.lock:
            described = descriptions.pipeline_execution(engine, record)
        return json.dumps({"pipelineExecution": described})

    def list_pipeline_executions(self) -> str:
        """ListPipelineExecutions, the latest first."""
        request = self._request
        backend = self.codepipeline_backend
        engine = backend.pipeline(request["pipelineName"]).engine
        succeeded = (request.get("filter") or {}).get("succeededInStage") or {}
        with engine.lock:
            records = list(reversed(engine.records.values()))
            if "stageName" in succeeded:
                records = engine.succeeded_in(succeeded["stageName"], records)
            found = [descriptions.execution_summary(engine, record) for record in records]
        page, token = page_of(found, request)
        return answer({"pipelineExecutionSummaries": page, "nextToken": token})

    def list_action_executions(self) -> str:
        """ListActionExecutions, the latest first."""
        request, engine = self._request, self._engine
        with engine.lock:
            runs = self._asked_for(engine.runs)
            found = [descriptions.action_execution(run) for run in runs]
        page, token = page_of(found, request)
        return answer({"actionExecutionDetails": page, "nextToken": token})

    def list_rule_executions(self) -> str:
        """ListRuleExecutions, the latest first."""
        request, engine = self._request, self._engine
        with engine.lock:
            rules = [rule for condition in engine.conditions for rule in condition.rules]
            found = [descriptions.rule_execution(run) for run in self._asked_for(rules)]
        page, token = page_of(found, request)
        return answer({"ruleExecutionDetails": page, "nextToken": token})

    @property
    def _engine(self) -> Engine:
        return self.codepipeline_backend.pipeline(self._request["pipelineName"]).engine

    def _asked_for(self, all_runs: Sequence[ActionRun]) -> list[ActionRun]:
        """The runs that the request's filter lets through, the latest first."""
        request = self._request
        asked = request.get("filter") or {}
        latest = asked.get("latestInPipelineExecution") or {}
        execution_id = asked.get("pipelineExecutionId") or latest.get("pipelineExecutionId")
        if execution_id is not None:
            self.codepipeline_backend.execution(request["pipelineName"], execution_id)
        runs = [
            run
            for run in reversed(all_runs)
            if execution_id is None or run.execution_id == execution_id
        ]
        if latest:
            newest = {(run.stage, run.action): run for run in reversed(runs)}
            runs = [run for run in runs if newest[(run.stage, run.action)] is run]
        return runs


def page_of(items: Sequence[_Item], request: dict[str, Any]) -> tuple[list[_Item], str | None]:
    """A page of the items, and the token of the next if there is one."""
    size = int(request.get("maxResults") or DEFAULT_PAGE)
    token = request.get("nextToken")
    try:
        start = int(token) if token else 0
    except ValueError:
        raise AwsError("InvalidNextTokenException", "The next token is not valid") from None
    end = start + size
    return list(items[start:end]), str(end) if end < len(items) else None


def answer(members: dict[str, Any]) -> str:
    """A response's body, of the members that there are."""
    return json.dumps({name: value for name, value in members.items() if value is not None})
