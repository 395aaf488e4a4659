"""The stacks as they stand on a cloud, and what a person does with them, through AWS's clients."""

from __future__ import annotations

import itertools
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import boto3

from demo import code_pipeline, versions
from demo.clients import Clients
from demo.errors import StageFailed

from .target import OnAws, OnLocalCloud, Target, target

POLL_SECONDS = 0.2
CHECKS = ("DataQuality", "DataBias", "ModelQuality", "ModelBias", "ModelExplainability")
# The flags of a first execution, which compares with nothing; nor is it held against a live version,
# which may be any that an earlier test has approved.
NEW_BASELINES = {
    "LiveModelTolerance": "1000",
    **{
        name: "True"
        for check in CHECKS
        for name in (f"Skip{check}Check", f"RegisterNew{check}Baseline")
    },
}
_numbers = itertools.count()
Found = TypeVar("Found")


@dataclass(frozen=True)
class Deployed:
    """Both stacks, deployed."""

    where: Target
    clients: Clients
    build: Mapping[str, str]
    """Outputs of the model build stack."""
    deploy: Mapping[str, str]
    """Outputs of the model deploy stack."""

    @property
    def endpoint_url(self) -> str | None:
        """Where the clients call; None is AWS's own addresses."""
        return self.where.endpoint_url

    @property
    def environment(self) -> Mapping[str, str]:
        """Points command-line clients there."""
        return self.where.environment()

    def git(self, *arguments: str, directory: Path | None = None) -> str:
        """Run git; what it printed. Raises AssertionError with its words when it fails."""
        command = ["git", "-c", "user.name=Tester", "-c", "user.email=tester@example.com"]
        ended = subprocess.run(
            [*command, *arguments],
            env=dict(self.environment),
            cwd=directory,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, f"git {arguments}: {ended.stdout}{ended.stderr}"
        return ended.stdout.strip()

    def clone(self, directory: Path) -> Path:
        """A fresh clone of the model repository."""
        target = directory / f"clone-{next(_numbers)}"
        self.git("clone", "--quiet", self.build["RepositoryCloneUrlHttp"], str(target))
        return target

    def commit(self, clone: Path, message: str) -> str:
        """Commit all that has changed, and push; the commit's id."""
        self.git("add", "--all", directory=clone)
        self.git("commit", "--quiet", "--message", message, directory=clone)
        self.git("push", "--quiet", "origin", "HEAD", directory=clone)
        return self.git("rev-parse", "HEAD", directory=clone)

    def execution_of(self, commit: str) -> str:
        """The model build execution that a commit started."""
        return code_pipeline.wait_for_execution(
            self.clients,
            self.build["CodePipelineName"],
            lambda summary: any(
                revision.get("revisionId") == commit
                for revision in summary.get("sourceRevisions", [])
            ),
            f"commit {commit}",
        )

    def follow_build(self, execution_id: str) -> list[dict[str, Any]]:
        """Wait for a model build execution; its actions. Raises StageFailed as a person reads it."""
        return self._follow(self.build["CodePipelineName"], execution_id)

    def follow_deploy(
        self, execution_id: str, answer: str = "Approved", rejected_because: str = ""
    ) -> list[dict[str, Any]]:
        """Wait for a model deploy execution, answering its manual approval; its actions."""
        pipeline = self.deploy["CodePipelineName"]

        def decide(stage: dict[str, Any], action: dict[str, Any]) -> None:
            self.clients.codepipeline.put_approval_result(
                pipelineName=pipeline,
                stageName=stage["stageName"],
                actionName=action["actionName"],
                token=action["latestExecution"]["token"],
                result={"status": answer, "summary": rejected_because or answer},
            )

        return self._follow(pipeline, execution_id, decide)

    def _follow(
        self,
        pipeline: str,
        execution_id: str,
        on_approval: Callable[[dict[str, Any], dict[str, Any]], None] | None = None,
    ) -> list[dict[str, Any]]:
        return code_pipeline.follow(
            self.clients,
            pipeline,
            execution_id,
            lambda *_: None,
            on_approval=on_approval,
            timeout_seconds=240 * self.where.patience,
        )

    def executions(self, pipeline: str) -> list[dict[str, Any]]:
        """A CodePipeline's executions, newest first."""
        pages = self.clients.codepipeline.get_paginator("list_pipeline_executions").paginate(
            pipelineName=pipeline
        )
        return [summary for page in pages for summary in page["pipelineExecutionSummaries"]]

    def deployments(self) -> list[str]:
        """The ids of the model deploy executions, newest first."""
        return [
            str(summary["pipelineExecutionId"])
            for summary in self.executions(self.deploy["CodePipelineName"])
        ]

    def run_pipeline(self, **parameters: str) -> dict[str, Any]:
        """Run the SageMaker pipeline as a person does by hand, without comparing anything; its
        description when it has ended. `parameters` win over the ten flags."""
        sagemaker = self.clients.sagemaker
        arn = sagemaker.start_pipeline_execution(
            PipelineName=self.build["SageMakerPipelineName"],
            PipelineParameters=[
                {"Name": name, "Value": value}
                for name, value in {**NEW_BASELINES, **parameters}.items()
            ],
        )["PipelineExecutionArn"]
        return wait_for(
            lambda: sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn),
            lambda execution: execution["PipelineExecutionStatus"] not in ("Executing", "Stopping"),
            f"the end of {arn}",
        )

    def steps(self, execution_arn: str) -> dict[str, dict[str, Any]]:
        """The steps of a SageMaker pipeline execution by name."""
        answer = self.clients.sagemaker.list_pipeline_execution_steps(
            PipelineExecutionArn=execution_arn
        )
        return {step["StepName"]: step for step in answer["PipelineExecutionSteps"]}

    def versions(self) -> list[dict[str, Any]]:
        """The versions of the model package group, newest first."""
        pages = self.clients.sagemaker.get_paginator("list_model_packages").paginate(
            ModelPackageGroupName=self.build["ModelPackageGroupName"],
            SortBy="CreationTime",
            SortOrder="Descending",
        )
        return [summary for page in pages for summary in page["ModelPackageSummaryList"]]

    def approve(self, package_arn: str, status: str = "Approved") -> None:
        """What an approver does in the Model Registry."""
        self.clients.sagemaker.update_model_package(
            ModelPackageArn=package_arn, ModelApprovalStatus=status
        )

    def deployment_after(self, before: list[str]) -> str:
        """The newest model deploy execution, once there is one that is not among `before`."""
        new = wait_for(
            lambda: [found for found in self.deployments() if found not in before],
            bool,
            "a deployment",
        )
        return str(new[0])

    def decide(self, package_arn: str, status: str) -> None:
        """Approve or reject a version, and take the deployment that follows to its end.

        None may be waiting: an approval locks its stage, and a newer deployment waits behind it.
        """
        before = self.deployments()
        self.approve(package_arn, status)
        self.follow_deploy(self.deployment_after(before))

    def live(self, stage: str) -> str | None:
        """The model package that a stage's endpoint serves; None without such an endpoint."""
        sagemaker = self.clients.sagemaker
        name = self.deploy[f"{stage.capitalize()}EndpointName"]
        known = sagemaker.list_endpoints(NameContains=name)["Endpoints"]
        if not any(endpoint["EndpointName"] == name for endpoint in known):
            return None
        return versions.served_version(self.clients, name)

    def log(self, group: str, stream: str | None = None) -> str:
        """Everything in a log group (or in one of its streams), as text."""
        chosen = {"logStreamNames": [stream]} if stream else {}
        pages = self.clients.logs.get_paginator("filter_log_events").paginate(
            logGroupName=group, **chosen
        )
        return "\n".join(event["message"].rstrip() for page in pages for event in page["events"])

    def client(self, service: str) -> Any:
        """A client of a service that the demonstration does not call."""
        return boto3.client(service, endpoint_url=self.endpoint_url, region_name=self.where.region)

    def function(self, part: str) -> str:
        """The name of the one Lambda function whose name contains `part`."""
        functions = self.client("lambda").list_functions()["Functions"]
        (name,) = [each["FunctionName"] for each in functions if part in each["FunctionName"]]
        return str(name)

    def function_log(self, part: str) -> str:
        """Everything that a function logged."""
        function = self.client("lambda").get_function(FunctionName=self.function(part))
        configuration = function["Configuration"]
        group = configuration.get("LoggingConfig", {}).get("LogGroup")
        return self.log(group or f"/aws/lambda/{configuration['FunctionName']}")


def wait_for(
    look: Callable[[], Found],
    wanted: Callable[[Found], object],
    what: str,
    seconds: float = 120.0,
) -> Found:
    """Look until what is seen is what is wanted; it. Raises AssertionError when time is up."""
    seen: Found | None = None
    for _ in polls(seconds):
        seen = look()
        if wanted(seen):
            return seen
    raise AssertionError(f"{what} was not to be seen in {seconds} s; the last look: {seen}")


def polls(seconds: float) -> Iterator[None]:
    """Times to look, until time is up."""
    patience = OnAws.patience if target() == "aws" else OnLocalCloud.patience
    deadline = time.monotonic() + seconds * patience
    while time.monotonic() < deadline:
        yield
        time.sleep(POLL_SECONDS)


def reason_of(follow: Callable[[], object]) -> str:
    """The reason with which following an execution ends; AssertionError if it ends well."""
    try:
        follow()
    except StageFailed as failure:
        return failure.reason
    raise AssertionError("the execution succeeded")
