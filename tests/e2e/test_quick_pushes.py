"""Pushes in quick succession: the newest is what the pipeline ends with; an older one is built, superseded,
or passed over for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from demo import code_pipeline
from demo.errors import StageFailed

from .deployed import Deployed, wait_for

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.documented(
        "https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html"
    ),
]


def test_the_newest_push_is_what_the_pipeline_ends_with(
    deployed: Deployed, first_version: str, tmp_path: Path
) -> None:
    clone = deployed.clone(tmp_path)
    pipeline = deployed.build["CodePipelineName"]
    before = {summary["pipelineExecutionId"] for summary in deployed.executions(pipeline)}
    commits = []
    for number in range(3):
        (clone / "CHANGES.md").write_text(f"change {number}\n")
        commits.append(deployed.commit(clone, f"Change {number}"))

    def started() -> list[dict[str, Any]]:
        """Newest first."""
        return [
            summary
            for summary in deployed.executions(pipeline)
            if summary["pipelineExecutionId"] not in before
        ]

    newest, *_ = wait_for(started, lambda found: len(found) == len(commits), "an execution each")
    deployed.follow_build(newest["pipelineExecutionId"])

    ended = wait_for(
        started,
        lambda found: "InProgress" not in {summary["status"] for summary in found},
        "the end of every execution",
    )
    assert ended[0]["status"] == "Succeeded"
    assert ended[0]["sourceRevisions"][0]["revisionId"] == commits[-1]
    assert {summary["status"] for summary in ended} <= {"Succeeded", "Superseded"}
    assert {summary["sourceRevisions"][0]["revisionId"] for summary in ended} <= set(commits)
    # The definition that SageMaker has now is the newest commit's.
    described = deployed.clients.sagemaker.describe_pipeline(
        PipelineName=deployed.build["SageMakerPipelineName"]
    )
    assert described["PipelineDescription"] == f"commit {commits[-1]}"


def test_a_superseded_execution_says_so(deployed: Deployed, first_version: str) -> None:
    superseded = [
        summary
        for summary in deployed.executions(deployed.build["CodePipelineName"])
        if summary["status"] == "Superseded"
    ]
    for summary in superseded:
        with pytest.raises(StageFailed, match="Superseded"):
            code_pipeline.follow(
                deployed.clients,
                deployed.build["CodePipelineName"],
                summary["pipelineExecutionId"],
                lambda *_: None,
            )
