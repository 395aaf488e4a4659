"""A function, a queue and what comes out of it, on a running local cloud."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

from localcloud.cloud import current
from tests.local_server import LocalCloud, service_principal

LAST = ("Succeeded", "Failed", "Stopped")


def make_function(local_cloud: LocalCloud, name: str, code: str, **options: Any) -> str:
    """A function whose module is `code`; its ARN."""
    role = local_cloud.make_role(f"{name}-role", service_principal("lambda"))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("main.py", code)
    made = local_cloud.client("lambda").create_function(
        FunctionName=name,
        Role=role,
        Runtime="python3.13",
        Handler="main.handler",
        Code={"ZipFile": archive.getvalue()},
        **options,
    )
    return str(made["FunctionArn"])


class Queue:
    """A queue of callbacks, and whoever reads it."""

    def __init__(self, local_cloud: LocalCloud, name: str) -> None:
        self._sqs = local_cloud.client("sqs")
        self.url = str(self._sqs.create_queue(QueueName=name)["QueueUrl"])

    def message(self) -> dict[str, Any]:
        """Wait for the next message."""
        found: list[dict[str, Any]] = []

        def received() -> bool:
            for message in self._sqs.receive_message(QueueUrl=self.url).get("Messages", []):
                self._sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
                found.append(json.loads(message["Body"]))
            return bool(found)

        assert current().changes.wait_until(received, 30), "no message came"
        return found[0]


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition."""
    assert current().changes.wait_until(condition, 60), "it has not happened"


def ended(sagemaker: Any, arn: str) -> dict[str, Any]:
    """The execution, once it has ended."""
    found: dict[str, Any] = {}

    def look() -> bool:
        found.update(sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn))
        return found["PipelineExecutionStatus"] in LAST

    until(look)
    return found


def steps_of(sagemaker: Any, arn: str) -> dict[str, dict[str, Any]]:
    """The steps that were listed, by name."""
    listed = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)
    return {item["StepName"]: item for item in listed["PipelineExecutionSteps"]}
