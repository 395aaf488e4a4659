"""Steps 3 to 7: a push, the build, the training, an approval, staging, prod, and an answer."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from demo import code_pipeline
from demo.clients import Clients, stack_outputs
from demo.commands import run
from demo.errors import StageFailed
from demo.model_steps import StepWatcher
from demo.narration import Narration, Stage

BUILD_STACK = "Abalone-ModelBuild"
DEPLOY_STACK = "Abalone-ModelDeploy"
STAGE_STACKS = ("Abalone-Staging", "Abalone-Prod")
STACKS = (BUILD_STACK, *STAGE_STACKS, DEPLOY_STACK)
EDITED_FILE = Path("pipelines/abalone/pipeline.py")
HYPERPARAMETER = re.compile(r'("max_depth": )(\d+)')


@dataclass
class Loop:
    """What happened on the way from the push to production."""

    commit: str = ""
    pushed_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    live_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    package_arn: str = ""
    pipeline_execution_arn: str = ""
    build_ids: list[str] = field(default_factory=list)


def give_data(narration: Narration, clients: Clients, data: Path, what: str) -> None:
    """Put the data set where the training pipeline looks for it."""
    build = stack_outputs(clients, BUILD_STACK)
    with narration.stage("give it data") as stage:
        # Creating a pipeline starts it, on AWS too: this first run has no data to train on.
        stop_runs(clients, build["CodePipelineName"], "there is no data yet")
        bucket, _, key = build["InputDataUrl"].removeprefix("s3://").partition("/")
        clients.s3.upload_file(str(data), bucket, key)
        stage.says(f"{what} -> {build['InputDataUrl']}")


# Edits the clone; gives the commit's message.
Edit = Callable[[Stage, Path], str]


def push(
    narration: Narration, clients: Clients, environment: dict[str, str], edit: Edit | None = None
) -> Loop:
    """Clone with plain git, make a change (a hyperparameter's by default), commit, push."""
    url = stack_outputs(clients, BUILD_STACK)["RepositoryCloneUrlHttp"]
    with narration.stage("git push") as stage, tempfile.TemporaryDirectory() as scratch:
        clone = Path(scratch) / "model-build"
        git = ["git", "-c", "user.name=Data Scientist", "-c", "user.email=scientist@example.com"]
        run(stage.title, [*git, "clone", "--quiet", url, str(clone)], environment)
        change = (edit or change_hyperparameter)(stage, clone)
        run(
            stage.title,
            [*git, "commit", "--quiet", "--all", "--message", change],
            environment,
            directory=clone,
        )
        loop = Loop(pushed_at=datetime.now(UTC))
        run(stage.title, [*git, "push", "--quiet", "origin", "HEAD"], environment, directory=clone)
        head = run(stage.title, [*git, "rev-parse", "HEAD"], environment, directory=clone)
        loop.commit = head.strip()
        stage.says(f"{loop.commit[:7]} {change}")
    return loop


def build_and_train(narration: Narration, clients: Clients, loop: Loop) -> None:
    """Follow the model-build pipeline that the push started, and the training that it starts."""
    outputs = stack_outputs(clients, BUILD_STACK)
    pipeline = outputs["CodePipelineName"]
    with narration.stage(f"CodePipeline {pipeline}") as stage:
        execution = code_pipeline.wait_for_execution(
            clients,
            pipeline,
            lambda summary: any(
                revision.get("revisionId") == loop.commit
                for revision in summary.get("sourceRevisions", [])
            ),
            "the push",
        )
        steps = StepWatcher(clients, outputs["SageMakerPipelineName"], stage.detail, loop.pushed_at)
        actions = code_pipeline.follow(
            clients, pipeline, execution, stage.detail, meanwhile=steps.look
        )
        steps.look()
        loop.pipeline_execution_arn = steps.execution_arn
        loop.build_ids = [
            action["output"]["executionResult"]["externalExecutionId"]
            for action in actions
            if action["input"]["actionTypeId"]["provider"] == "CodeBuild"
        ]
        stage.says("built, tested, trained and registered")


def approve_and_deploy(narration: Narration, clients: Clients, loop: Loop) -> dict[str, Any]:
    """Approve the new version and follow it to production; returns its description."""
    before = deployments(clients)
    package = approve(narration, clients, loop)
    deploy_version(narration, clients, before)
    loop.live_at = datetime.now(UTC)
    return package


def approve(narration: Narration, clients: Clients, loop: Loop) -> dict[str, Any]:
    """Approve the version that was registered, as an approver would; returns its description."""
    group = stack_outputs(clients, BUILD_STACK)["ModelPackageGroupName"]
    with narration.stage("approve the version") as stage:
        loop.package_arn = newest_version(clients)
        clients.sagemaker.update_model_package(
            ModelPackageArn=loop.package_arn,
            ModelApprovalStatus="Approved",
            ApprovalDescription="approved in the demonstration",
        )
        package: dict[str, Any] = clients.sagemaker.describe_model_package(
            ModelPackageName=loop.package_arn
        )
        stage.says(f"{group} version {package['ModelPackageVersion']}")
    return package


def newest_version(clients: Clients) -> str:
    """The version that was registered last. Raises StageFailed when there is none."""
    group = stack_outputs(clients, BUILD_STACK)["ModelPackageGroupName"]
    newest = clients.sagemaker.list_model_packages(
        ModelPackageGroupName=group, SortBy="CreationTime", SortOrder="Descending", MaxResults=1
    )["ModelPackageSummaryList"]
    if not newest:
        raise StageFailed("look for a version", f"no version was registered in {group}")
    return str(newest[0]["ModelPackageArn"])


def deploy_version(
    narration: Narration, clients: Clients, before: set[str], *, asks: bool = True
) -> None:
    """Follow the execution of the model-deploy pipeline that is not among those `before`, through
    staging, smoke test, approval and prod; `asks` is whether prod waits for a person, who approves here.
    Raises StageFailed when that is not as expected."""
    pipeline = stack_outputs(clients, DEPLOY_STACK)["CodePipelineName"]
    with narration.stage(f"CodePipeline {pipeline}") as stage:
        execution = code_pipeline.wait_for_execution(
            clients,
            pipeline,
            lambda summary: summary["pipelineExecutionId"] not in before,
            "the approval",
        )

        def approve_prod(state: dict[str, Any], action: dict[str, Any]) -> None:
            if not asks:
                raise StageFailed(stage.title, "prod waits for a person, and should not")
            clients.codepipeline.put_approval_result(
                pipelineName=pipeline,
                stageName=state["stageName"],
                actionName=action["actionName"],
                token=action["latestExecution"]["token"],
                result={"status": "Approved", "summary": "staging answers as it should"},
            )

        code_pipeline.follow(clients, pipeline, execution, stage.detail, on_approval=approve_prod)
        approval = "approval, " if asks else "no approval needed, "
        stage.says(f"staging, smoke test, {approval}prod")


def deployments(clients: Clients) -> set[str]:
    """The ids of the model-deploy pipeline's executions."""
    pages = clients.codepipeline.get_paginator("list_pipeline_executions").paginate(
        pipelineName=stack_outputs(clients, DEPLOY_STACK)["CodePipelineName"]
    )
    return {
        each["pipelineExecutionId"] for page in pages for each in page["pipelineExecutionSummaries"]
    }


def stop_runs(clients: Clients, pipeline: str, reason: str) -> None:
    """Stop every execution in progress; a build that an abandoned action leaves is stopped too."""
    executions = clients.codepipeline.list_pipeline_executions(pipelineName=pipeline)
    for summary in executions["pipelineExecutionSummaries"]:
        if summary["status"] != "InProgress":
            continue
        execution_id = summary["pipelineExecutionId"]
        clients.codepipeline.stop_pipeline_execution(
            pipelineName=pipeline, pipelineExecutionId=execution_id, abandon=True, reason=reason
        )
        actions = clients.codepipeline.list_action_executions(
            pipelineName=pipeline, filter={"pipelineExecutionId": execution_id}
        )["actionExecutionDetails"]
        for action in actions:
            build = action.get("output", {}).get("executionResult", {}).get("externalExecutionId")
            if build and action["input"]["actionTypeId"]["provider"] == "CodeBuild":
                clients.codebuild.stop_build(id=build)


def change_hyperparameter(stage: Stage, clone: Path) -> str:
    """An edit: trees that are one level lower."""
    path = clone / EDITED_FILE
    text = path.read_text(encoding="utf-8")
    match = HYPERPARAMETER.search(text)
    if match is None:
        raise StageFailed(stage.title, f"no max_depth found in {path.name}")
    depth = int(match.group(2))
    changed = HYPERPARAMETER.sub(rf"\g<1>{depth - 1}", text, count=1)
    path.write_text(changed, encoding="utf-8")
    return f"Set max_depth to {depth - 1} (it was {depth})"
