"""Two pushes in quick succession: each is built, or superseded by the newer one; none is lost."""

from __future__ import annotations

from pathlib import Path

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
    commits = []
    for number in range(3):
        (clone / "CHANGES.md").write_text(f"change {number}\n")
        commits.append(deployed.commit(clone, f"Change {number}"))
    pipeline = deployed.build["CodePipelineName"]
    executions = [deployed.execution_of(commit) for commit in commits]
    assert len(set(executions)) == len(commits)

    deployed.follow_build(executions[-1])

    ended = wait_for(
        lambda: {
            summary["pipelineExecutionId"]: summary["status"]
            for summary in deployed.executions(pipeline)
            if summary["pipelineExecutionId"] in executions
        },
        lambda statuses: "InProgress" not in statuses.values(),
        "the end of every execution",
    )
    assert ended[executions[-1]] == "Succeeded"
    assert set(ended.values()) <= {"Succeeded", "Superseded"}
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
