"""An approval that an older execution waits in, and its rejection.

https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PutApprovalResult.html: an answer names
the approval's token, so that it reaches this one approval, or none.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

logger = logging.getLogger(__name__)

MAX_SUMMARY = 512


def reject_stale_approval(
    codepipeline: Any, pipeline: str, stage: str, action: str, execution_id: str, reason: str
) -> str | None:
    """Reject an approval that waits for another execution than this; that execution's id. None when
    there is none, or somebody answered it first. Raises what CodePipeline raises."""
    state = codepipeline.get_pipeline_state(name=pipeline)
    found = waiting_approval(state, stage, action)
    if found is None or found[0] == execution_id:
        return None
    waiting, token = found
    try:
        codepipeline.put_approval_result(
            pipelineName=pipeline,
            stageName=stage,
            actionName=action,
            token=token,
            result={"status": "Rejected", "summary": reason[:MAX_SUMMARY]},
        )
    except (
        codepipeline.exceptions.ApprovalAlreadyCompletedException,
        codepipeline.exceptions.InvalidApprovalTokenException,
    ) as error:
        logger.info("the approval of %s was answered meanwhile: %s", waiting, error)
        return None
    return waiting


def waiting_approval(state: Mapping[str, Any], stage: str, action: str) -> tuple[str, str] | None:
    """The execution that waits in an approval, and the approval's token, in GetPipelineState's
    response."""
    for entry in state.get("stageStates") or []:
        if entry["stageName"] != stage:
            continue
        execution = (entry.get("latestExecution") or {}).get("pipelineExecutionId")
        for each in entry.get("actionStates") or []:
            latest = each.get("latestExecution") or {}
            waits = latest.get("status") == "InProgress" and latest.get("token")
            if each["actionName"] == action and waits and execution:
                return str(execution), str(latest["token"])
    return None
