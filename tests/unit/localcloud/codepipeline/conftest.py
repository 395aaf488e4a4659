"""A local cloud in this process with roles, a bucket for sources and one for artifacts."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from localcloud.cloud import current
from tests.local_server import ACCOUNT, REGION, LocalCloud, service_principal
from tests.unit.localcloud.codepipeline.declarations import (
    ACTION_ROLE,
    approval,
    pipeline,
    s3_source,
    stage,
)


class Cloud(LocalCloud):
    """Clients of a running local cloud, and the ways a test waits for a pipeline."""

    def __init__(self, endpoint: str, store: str, sources: str) -> None:
        super().__init__(endpoint)
        self.store = store
        self.sources = sources

    @property
    def codepipeline(self) -> Any:
        """A client of CodePipeline."""
        return self.client("codepipeline")

    def put(self, key: str, body: bytes) -> str:
        """Write a source object; its version."""
        put = self.client("s3").put_object(Bucket=self.sources, Key=key, Body=body)
        return str(put["VersionId"])

    def status(self, pipeline: str, execution_id: str) -> str:
        """An execution's status."""
        return str(self.execution(pipeline, execution_id)["status"])

    def execution(self, pipeline: str, execution_id: str) -> dict[str, Any]:
        """GetPipelineExecution."""
        answer: dict[str, Any] = self.codepipeline.get_pipeline_execution(
            pipelineName=pipeline, pipelineExecutionId=execution_id
        )["pipelineExecution"]
        return answer

    def first_execution(self, pipeline: str) -> str:
        """The execution that creating a pipeline started."""
        summaries = self.codepipeline.list_pipeline_executions(pipelineName=pipeline)
        return str(summaries["pipelineExecutionSummaries"][-1]["pipelineExecutionId"])

    def wait(self, pipeline: str, execution_id: str, status: str) -> dict[str, Any]:
        """Wait until an execution has a status; its description."""
        met = current().changes.wait_until(
            lambda: self.status(pipeline, execution_id) == status, 20
        )
        found = self.execution(pipeline, execution_id)
        assert met, f"{status} was not reached: {found}"
        return found

    def action(self, pipeline: str, stage: str, name: str) -> dict[str, Any]:
        """The latest execution of an action, of GetPipelineState."""
        state = self.codepipeline.get_pipeline_state(name=pipeline)
        (found,) = [each for each in state["stageStates"] if each["stageName"] == stage]
        (action,) = [each for each in found["actionStates"] if each["actionName"] == name]
        latest: dict[str, Any] = action.get("latestExecution", {})
        return latest

    def token(self, pipeline: str, execution_id: str, stage: str = "Approval") -> str:
        """Wait until an execution is at its approval; the token."""

        def waits() -> bool:
            state = self.codepipeline.get_pipeline_state(name=pipeline)
            (found,) = [each for each in state["stageStates"] if each["stageName"] == stage]
            at = found.get("latestExecution", {}).get("pipelineExecutionId")
            return at == execution_id and "token" in self.action(pipeline, stage, "Approve")

        assert current().changes.wait_until(waits, 20), "no approval waits"
        return str(self.action(pipeline, stage, "Approve")["token"])

    def answer(self, pipeline: str, token: str, status: str, stage: str = "Approval") -> None:
        """PutApprovalResult."""
        self.codepipeline.put_approval_result(
            pipelineName=pipeline,
            stageName=stage,
            actionName="Approve",
            token=token,
            result={"status": status, "summary": f"{status} by a test"},
        )

    def listen(self, pipeline: str) -> str:
        """Have a pipeline's events sent to a queue of its name; the queue's address."""
        url, queue = self.make_queue(pipeline)
        pattern = {"resources": [f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:{pipeline}"]}
        events = self.client("events")
        events.put_rule(Name=pipeline, EventPattern=json.dumps(pattern))
        events.put_targets(Rule=pipeline, Targets=[{"Id": "q", "Arn": queue}])
        return url

    def heard(self, url: str, count: int) -> list[dict[str, Any]]:
        """Wait for so many events in a queue."""
        found: list[dict[str, Any]] = []

        def all_came() -> bool:
            messages = self.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
            found.extend(json.loads(each["Body"]) for each in messages.get("Messages", []))
            return len(found) >= count

        assert current().changes.wait_until(all_came, 20), found
        return found


@pytest.fixture(scope="module")
def cloud(endpoint: str) -> Cloud:
    """A running local cloud, furnished."""
    suffix = uuid4().hex[:8]
    made = Cloud(endpoint, f"store-{suffix}", f"sources-{suffix}")
    s3 = made.client("s3")
    for bucket in (made.store, made.sources):
        s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=made.sources, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_notification_configuration(
        Bucket=made.sources, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    made.make_role("action", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    for role, principal in {
        "pipeline": "codepipeline",
        "function": "lambda",
        "build": "codebuild",
        "starter": "events",
    }.items():
        made.make_role(role, service_principal(principal))
    return made


@pytest.fixture
def name() -> str:
    """A pipeline's name."""
    return f"p-{uuid4().hex[:8]}"


@pytest.fixture
def approved(cloud: Cloud, name: str) -> str:
    """A pipeline of a source, an approval and another one; its name."""
    cloud.put("manifest.zip", b"first")
    cloud.codepipeline.create_pipeline(
        pipeline=pipeline(
            name,
            cloud.store,
            stage("Source", s3_source(cloud.sources, roleArn=ACTION_ROLE)),
            stage("Approval", approval(roleArn=ACTION_ROLE)),
            stage("Last", approval("Second")),
        )
    )
    return name


def start(cloud: Cloud, name: str, **members: Any) -> str:
    """StartPipelineExecution; the execution."""
    answer = cloud.codepipeline.start_pipeline_execution(name=name, **members)
    return str(answer["pipelineExecutionId"])


@pytest.fixture(scope="module")
def make_function(cloud: Cloud) -> Callable[[str, str], str]:
    """Makes a Lambda function of Python text; its name."""

    def make(name: str, text: str) -> str:
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            archive.writestr("lambda_function.py", text)
        cloud.client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.11",
            Role="arn:aws:iam::123456789012:role/function",
            Handler="lambda_function.lambda_handler",
            Code={"ZipFile": content.getvalue()},
            Timeout=30,
        )
        return name

    return make
