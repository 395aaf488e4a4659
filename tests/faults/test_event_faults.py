"""Every event of the project's rules comes twice, in reverse order and late: the end is the same.

`make soak` lets each be ten seconds late, as well as not late at all.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.errors import StageFailed
from demo.loop import stop_runs
from localcloud.lambda_runtime import responses as functions
from tests.e2e.deployed import Deployed, wait_for
from tests.faults import stacks
from tests.faults.bench import Bench
from tests.faults.deliveries import Deliveries

pytestmark = [
    pytest.mark.skipif(
        not sys.platform.startswith("linux"), reason="whose call it is, is found in /proc"
    ),
    pytest.mark.timeout(900),
]

LATE = pytest.mark.parametrize(
    "late_seconds", [0.0, pytest.param(10.0, marks=pytest.mark.soak)], ids=["at once", "late"]
)
FAULT = "twice, in reverse order"


def how_late(late_seconds: float) -> str:
    """The fault's kind, as the page has it."""
    return f"{FAULT}, {late_seconds:.0f} s late" if late_seconds else FAULT


def survived(bench: Bench, what: str, kind: str, count: int) -> None:
    """So many deliveries came, and the end is the same."""
    bench.counts.happened(what, kind, count)
    bench.counts.ended(what, kind, count=count)


@pytest.fixture(autouse=True)
def nothing_is_lost(bench: Bench) -> Iterator[None]:
    """What is live answers meanwhile, and no event is left over."""
    with bench.staging.asking():
        yield
    assert not bench.prod.failures
    assert not bench.staging.failures
    assert not stacks.undelivered(bench.loop.deployed)


def settle(deployed: Deployed, before: list[str]) -> None:
    """Take every deployment to its end, the oldest first, saying yes to each approval."""

    def all_ended() -> bool:
        for execution in reversed([each for each in deployed.deployments() if each not in before]):
            try:
                deployed.follow_deploy(execution)
            except StageFailed as failure:
                assert "uperseded" in failure.reason, failure
        pipeline = deployed.deploy["CodePipelineName"]
        return all(each["status"] != "InProgress" for each in deployed.executions(pipeline))

    wait_for(all_ended, bool, "the end of every deployment", seconds=300)


@LATE
def test_approvals(bench: Bench, late_seconds: float) -> None:
    deployed, events = bench.loop.deployed, Deliveries("aws.sagemaker")
    older, newer = bench.loop.register(), bench.loop.register()
    before = deployed.deployments()
    with events.holding():
        deployed.approve(older)
        deployed.approve(newer)
        events.wait_for(2)
        count = events.release(late_seconds)
    deployed.deployment_after(before)
    settle(deployed, before)
    assert deployed.live("staging") == deployed.live("prod") == newer
    survived(bench, "approvals", how_late(late_seconds), count)


@LATE
def test_manifests(bench: Bench, late_seconds: float) -> None:
    deployed, events = bench.loop.deployed, Deliveries("aws.s3")
    older, newer = bench.loop.register(), bench.loop.register()
    before = deployed.deployments()
    with events.holding():
        deployed.approve(older)
        events.wait_for(1)
        deployed.approve(newer)
        events.wait_for(2)
        count = events.release(late_seconds)
    deployed.deployment_after(before)
    settle(deployed, before)
    assert deployed.live("staging") == deployed.live("prod") == newer
    survived(bench, "manifests", how_late(late_seconds), count)


@LATE
def test_pushes(bench: Bench, late_seconds: float, tmp_path: Path) -> None:
    """The execution that waits for the build in the end, for which all others are given up, has the
    newest commit."""
    deployed, events = bench.loop.deployed, Deliveries("aws.codecommit")
    codepipeline, pipeline = deployed.clients.codepipeline, deployed.build["CodePipelineName"]
    place = {"pipelineName": pipeline, "stageName": "Build", "transitionType": "Inbound"}
    codepipeline.disable_stage_transition(**place, reason="no build is needed")
    before = len(deployed.executions(pipeline))
    clone = deployed.clone(tmp_path)
    with events.holding():
        for number in range(2):
            (clone / "CHANGES.md").write_text(f"change {number}, {late_seconds} s late\n")
            newest = deployed.commit(clone, f"Change {number}")
        events.wait_for(2)
        count = events.release(late_seconds)
    try:
        wait_for(
            lambda: deployed.executions(pipeline),
            lambda found: len(found) - before == 2 * count and _one_is_left(found),
            "an execution that waits for the build",
        )
        (left,) = [each for each in deployed.executions(pipeline) if _waits(each)]
        assert left["sourceRevisions"][0]["revisionId"] == newest
    finally:
        stop_runs(deployed.clients, pipeline, "it has been seen")
        codepipeline.enable_stage_transition(**place)
    survived(bench, "pushes", how_late(late_seconds), count)


def _waits(summary: dict[str, object]) -> bool:
    return summary["status"] == "InProgress" and bool(summary.get("sourceRevisions"))


def _one_is_left(found: list[dict[str, object]]) -> bool:
    running = [each for each in found if each["status"] == "InProgress"]
    return len(running) == 1 and _waits(running[0])


@LATE
def test_failures_of_pipelines(bench: Bench, late_seconds: float) -> None:
    """Who is told of failures is told, twice."""
    deployed, events = bench.loop.deployed, Deliveries("aws.codepipeline")
    live = deployed.live("prod")
    before = deployed.deployments()
    with events.holding():
        version = bench.loop.register()
        deployed.approve(version)
        execution = deployed.deployment_after(before)
        with pytest.raises(StageFailed, match="not today"):
            deployed.follow_deploy(execution, "Rejected", "not today")
        events.wait_for(1)
        count = events.release(late_seconds)
    again = deployed.deployments()
    deployed.approve(version, "Rejected")
    deployed.deployment_after(again)
    settle(deployed, again)
    assert deployed.live("staging") == deployed.live("prod") == live
    survived(bench, "failures", how_late(late_seconds), count)


def test_jobs_of_actions_come_twice(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lambda may run a function twice for one asynchronous event."""
    original = vars(functions)["enqueue"]
    seen: list[str] = []

    def twice(*arguments: object) -> str:
        seen.append(str(arguments[1]))
        original(*arguments)
        return str(original(*arguments))

    monkeypatch.setattr(functions, "enqueue", twice)
    bench.loop.train()
    bench.loop.deploy()
    jobs = [event for event in seen if "CodePipeline.job" in event]
    assert len(jobs) > 3
    survived(bench, "jobs of actions", "twice", len(seen))


def test_handed_over_scores_come_twice(bench: Bench) -> None:
    deployed = bench.loop.deployed
    bench.loop.score()
    name = deployed.build["BatchScoringPipelineName"]
    executions = deployed.clients.sagemaker.list_pipeline_executions(PipelineName=name)
    arn = executions["PipelineExecutionSummaries"][0]["PipelineExecutionArn"]
    step = deployed.steps(arn)["HandOverScores"]
    body = {
        "token": step["Metadata"]["Callback"]["CallbackToken"],
        "pipelineExecutionArn": arn,
        "status": "Executing",
        "arguments": {"ScoresS3Uri": bench.loop.files.folder(bench.loop.files.scores)},
    }
    queue, sqs = deployed.build["HandOverQueueUrl"], deployed.client("sqs")
    known = deployed.function_log("AnswerCallback").count("takes no answer any more")
    for _ in range(2):
        sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(body))
    wait_for(
        lambda: deployed.function_log("AnswerCallback").count("takes no answer any more"),
        lambda count: count == known + 2,
        "the end of both messages",
    )
    assert deployed.steps(arn)["HandOverScores"]["StepStatus"] == "Succeeded"
    survived(bench, "handed-over scores", "twice more", 2)
