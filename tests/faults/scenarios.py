"""The parts of the loop that the functions are in, each run to its end as a person would.

Each gives how it ended: at once, or after a failure that said why and a second run. Whatever else
happens is an AssertionError.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from demo import code_pipeline
from demo.errors import StageFailed
from tests.e2e.deployed import Deployed, wait_for
from tests.faults import pipelines, stacks
from tests.faults.injector import WORDS
from tests.faults.stacks import Files

# How it came to the right end.
BY_ITSELF = "by itself"
RUN_AGAIN = "failed, said why, succeeded when run again"
# What a failure must say: the service's words, or what became of the process.
REASONS = (WORDS, "Runtime exited with error: signal: killed", "Task timed out after")

Scenario = Callable[[], str]


@dataclass(frozen=True)
class Loop:
    """The stacks, and what the scenarios need of them."""

    deployed: Deployed
    files: Files
    train_pipeline: str

    def register(self) -> str:
        """A new version; its ARN."""
        made = self.deployed.clients.sagemaker.create_model_package(
            **pipelines.version_request(self.deployed, self.files)
        )
        return str(made["ModelPackageArn"])

    def invoke(self, stage: str) -> float:
        """What a stage's endpoint answers."""
        answer = self.deployed.clients.runtime.invoke_endpoint(
            EndpointName=self.deployed.deploy[f"{stage.capitalize()}EndpointName"],
            ContentType="text/csv",
            Body=stacks.RECORD,
        )
        return float(answer["Body"].read())

    def deploy(self) -> str:
        """Approve a new version, and follow it to prod."""
        deployed = self.deployed
        self._forget_older_versions()
        version = self.register()
        before = deployed.deployments()
        deployed.approve(version)
        execution = deployed.deployment_after(before)
        pipeline = deployed.deploy["CodePipelineName"]
        how = self._to_the_end(pipeline, execution, lambda: deployed.follow_deploy(execution))
        assert deployed.live("staging") == deployed.live("prod") == version
        started = [each for each in deployed.deployments() if each not in before]
        assert started == [execution], "one approval started more than one deployment"
        return how

    def deploy_first(self) -> str:
        """The same where staging has no endpoint yet."""
        name = self.deployed.deploy["StagingEndpointName"]
        sagemaker = self.deployed.clients.sagemaker
        sagemaker.delete_endpoint(EndpointName=name)
        wait_for(
            lambda: sagemaker.list_endpoints(NameContains=name)["Endpoints"],
            lambda found: not found,
            "the end of the staging endpoint",
        )
        return self.deploy()

    def train(self) -> str:
        """Run the action that starts the training pipeline and waits for it."""
        deployed, pipeline = self.deployed, self.train_pipeline
        versions, executions = len(deployed.versions()), len(self._trainings())
        started = deployed.clients.codepipeline.start_pipeline_execution(name=pipeline)
        execution = started["pipelineExecutionId"]

        def follow() -> Any:
            return code_pipeline.follow(
                deployed.clients, pipeline, execution, lambda *_: None, timeout_seconds=120
            )

        how = self._to_the_end(pipeline, execution, follow)
        wait_for(
            self._trainings,
            lambda found: not {"Executing", "Stopping"} & set(found),
            "the end of every training",
        )
        runs = 1 if how == BY_ITSELF else 2
        assert 1 <= len(self._trainings()) - executions <= runs, "a training was started twice"
        assert 1 <= len(deployed.versions()) - versions <= runs, "a version was registered twice"
        return how

    def train_directly(self) -> str:
        """Run the training pipeline as a person does by hand."""
        return self._run_pipeline(self.deployed.build["SageMakerPipelineName"])

    def score(self) -> str:
        """Run the batch-scoring pipeline: it ends when its callback is answered."""
        return self._run_pipeline(self.deployed.build["BatchScoringPipelineName"])

    def _run_pipeline(self, name: str, again: bool = False) -> str:
        sagemaker = self.deployed.clients.sagemaker
        arn = sagemaker.start_pipeline_execution(PipelineName=name)["PipelineExecutionArn"]
        ended = wait_for(
            lambda: sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn),
            lambda seen: seen["PipelineExecutionStatus"] not in ("Executing", "Stopping"),
            f"the end of {arn}",
        )
        if ended["PipelineExecutionStatus"] == "Succeeded":
            return RUN_AGAIN if again else BY_ITSELF
        reasons = [step.get("FailureReason", "") for step in self.deployed.steps(arn).values()]
        assert not again, reasons
        _says_why("; ".join(reasons))
        return self._run_pipeline(name, again=True)

    def _forget_older_versions(self) -> None:
        """So many approved versions as fit on one page: the functions' calls are then always the same."""
        approved = [
            each["ModelPackageArn"]
            for each in self.deployed.versions()
            if each["ModelApprovalStatus"] == "Approved"
        ]
        for arn in approved[3:]:
            self.deployed.clients.sagemaker.delete_model_package(ModelPackageName=arn)

    def _to_the_end(self, pipeline: str, execution: str, follow: Callable[[], Any]) -> str:
        """Follow an execution; if it fails, see that it says why, and retry the stage."""
        try:
            follow()
        except StageFailed as failure:
            _says_why(failure.reason)
            self.deployed.clients.codepipeline.retry_stage_execution(
                pipelineName=pipeline,
                pipelineExecutionId=execution,
                stageName=failure.reason.partition("/")[0],
                retryMode="FAILED_ACTIONS",
            )
            follow()
            return RUN_AGAIN
        return BY_ITSELF

    def _trainings(self) -> list[str]:
        pages = self.deployed.clients.sagemaker.get_paginator("list_pipeline_executions").paginate(
            PipelineName=self.deployed.build["SageMakerPipelineName"]
        )
        return [
            each["PipelineExecutionStatus"]
            for page in pages
            for each in page["PipelineExecutionSummaries"]
        ]


def _says_why(reason: str) -> None:
    assert any(words in reason for words in REASONS), f"a failure for another reason: {reason}"
