"""A local cloud in this process with a role, a bucket for sources and one for artifacts."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest

from localcloud.cloud import current
from localcloud.server import Server
from localcloud.settings import Settings

REGION = "us-east-1"


@dataclass
class Cloud:
    """Clients of a running local cloud, and the ways a test waits for a pipeline."""

    endpoint: str
    store: str
    sources: str

    def client(self, service: str) -> Any:
        """A client of a service."""
        return boto3.client(service, region_name=REGION, endpoint_url=self.endpoint)

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


def trust(*, service: str | None = None, aws: str | None = None) -> str:
    """A role's trust policy."""
    principal = {"Service": service} if service else {"AWS": aws}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """A running local cloud."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    state: Path = tmp_path_factory.mktemp("state")
    server = Server(Settings(port=port, state_dir=state))
    server.start()
    try:
        yield _furnished(server.settings.endpoint_url)
    finally:
        server.stop()


def _furnished(endpoint: str) -> Cloud:
    suffix = uuid4().hex[:8]
    made = Cloud(endpoint, f"store-{suffix}", f"sources-{suffix}")
    iam, s3 = made.client("iam"), made.client("s3")
    for bucket in (made.store, made.sources):
        s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=made.sources, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_notification_configuration(
        Bucket=made.sources, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    allow = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
        }
    )
    for name, document in {
        "pipeline": trust(service="codepipeline.amazonaws.com"),
        "action": trust(aws="arn:aws:iam::123456789012:root"),
        "function": trust(service="lambda.amazonaws.com"),
        "build": trust(service="codebuild.amazonaws.com"),
        "starter": trust(service="events.amazonaws.com"),
    }.items():
        # moto's state outlives a server: another module may have made it.
        with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)
        iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=allow)
    return made


@pytest.fixture
def name() -> str:
    """A pipeline's name."""
    return f"p-{uuid4().hex[:8]}"


@pytest.fixture(scope="module")
def make_function(cloud: Cloud) -> Callable[[str, str], str]:
    """Makes a Lambda function of Python text; its name."""
    import io
    import zipfile

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
