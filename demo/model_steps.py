"""Watching a SageMaker pipeline's steps while it runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from demo.clients import Clients

ENDED = ("Succeeded", "Failed", "Stopped")


class StepWatcher:
    """Tells each step of the newest execution since a moment once, when it has ended."""

    def __init__(
        self,
        clients: Clients,
        pipeline: str,
        told: Callable[[str, str, float], None],
        since: datetime,
    ) -> None:
        self._clients = clients
        self._pipeline = pipeline
        self._told = told
        self._since = since
        self._ended: set[str] = set()
        self.execution_arn = ""

    def look(self) -> None:
        """Read the steps once; tells those that have ended since the last look."""
        for step in sorted(self._steps(), key=lambda step: step["StartTime"]):
            if step["StepStatus"] in ENDED and step["StepName"] not in self._ended:
                self._ended.add(step["StepName"])
                seconds = (step["EndTime"] - step["StartTime"]).total_seconds()
                text = step.get("FailureReason") or step["StepStatus"]
                self._told(f"  step {step['StepName']}", text, seconds)

    def _steps(self) -> list[dict[str, Any]]:
        sagemaker = self._clients.sagemaker
        known = sagemaker.list_pipelines(PipelineNamePrefix=self._pipeline)["PipelineSummaries"]
        if not known:
            return []
        executions = sagemaker.list_pipeline_executions(
            PipelineName=self._pipeline, SortBy="CreationTime", SortOrder="Descending", MaxResults=1
        )["PipelineExecutionSummaries"]
        if not executions or executions[0]["StartTime"] < self._since:
            return []
        self.execution_arn = executions[0]["PipelineExecutionArn"]
        pages = sagemaker.get_paginator("list_pipeline_execution_steps").paginate(
            PipelineExecutionArn=self.execution_arn
        )
        return [step for page in pages for step in page["PipelineExecutionSteps"]]
