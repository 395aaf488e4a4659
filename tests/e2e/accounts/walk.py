"""One deployment on its way through the pipeline, stage by stage: a stage that failed is entered again by a
retry, as a person does it who has mended what was missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..deployed import Deployed, wait_for

STAGING, TEST, PROD = "Staging", "SmokeTest", "Prod"
ENDED = ("Succeeded", "Failed")


class Walk:
    """An execution of the model deploy pipeline. `start` does what makes it come into being."""

    def __init__(self, deployed: Deployed, start: Callable[[], object]) -> None:
        self._deployed, self._start = deployed, start
        self._name = deployed.deploy["CodePipelineName"]
        self._execution = ""

    def enter(self, stage: str) -> str:
        """Go into a stage, and through those before it, where the walk has not been; what its action says
        when it has failed. Raises AssertionError if it succeeds, or if one before it fails."""
        status, said = self._enter(stage)
        assert status == "Failed", f"{stage} {status}: {said}"
        return said

    def through(self, stage: str) -> str:
        """Go through a stage; what its action says. Raises AssertionError if it fails."""
        status, said = self._enter(stage)
        assert status == "Succeeded", f"{stage} {status}: {said}"
        return said

    def _enter(self, stage: str) -> tuple[str, str]:
        status, said = self._seen(stage)
        if status == "Succeeded":
            return status, said
        if status == "Failed":
            self._retry(stage)
        elif stage == STAGING:
            before = self._deployed.deployments()
            self._start()
            self._execution = self._deployed.deployment_after(before)
        elif stage == TEST:
            self.through(STAGING)
        else:
            self.through(TEST)
            self._approve()
        return wait_for(
            lambda: self._seen(stage), lambda seen: seen[0] in ENDED, f"the end of {stage}", 240
        )

    def _retry(self, stage: str) -> None:
        self._deployed.clients.codepipeline.retry_stage_execution(
            pipelineName=self._name,
            stageName=stage,
            pipelineExecutionId=self._execution,
            retryMode="FAILED_ACTIONS",
        )

    def _approve(self) -> None:
        def waits_or_is_over() -> str | None:
            if self._seen(PROD)[0]:
                return "nobody need be asked"
            action = self._stage("Approval").get("actionStates", [{}])[0]
            latest = action.get("latestExecution", {})
            found = latest.get("token") if latest.get("status") == "InProgress" else None
            return str(found) if found and self._seen("Approval")[0] else None

        token = wait_for(waits_or_is_over, bool, "prod's approval")
        if self._seen(PROD)[0]:
            return
        self._deployed.clients.codepipeline.put_approval_result(
            pipelineName=self._name,
            stageName="Approval",
            actionName="Approve",
            token=token,
            result={"status": "Approved", "summary": "staging answers as it should"},
        )

    def _seen(self, stage: str) -> tuple[str, str]:
        """The status of a stage in this execution, and what its actions say; empty before it."""
        found = self._stage(stage)
        latest = found.get("latestExecution", {})
        if not self._execution or latest.get("pipelineExecutionId") != self._execution:
            return "", ""
        said = [
            str(each.get("errorDetails", {}).get("message") or each.get("summary") or "")
            for each in (action.get("latestExecution", {}) for action in found["actionStates"])
            if latest["status"] != "Failed" or each.get("status") == "Failed"
        ]
        return str(latest["status"]), "\n".join(said)

    def _stage(self, stage: str) -> dict[str, Any]:
        state = self._deployed.clients.codepipeline.get_pipeline_state(name=self._name)
        return next(each for each in state["stageStates"] if each["stageName"] == stage)
