"""A Lambda function that raises or runs out of time: its log says so, and the job is not lost."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from demo.local_cloud import ACCOUNT_ID, REGION
from demo.loop import BUILD_STACK

from .deployed import Deployed, reason_of, wait_for

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.documented(
        "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html"
    ),
]


class Function:
    """The deployed `start_pipeline`."""

    def __init__(self, deployed: Deployed) -> None:
        self.client = deployed.client("lambda")
        self.name = deployed.function("StartPipeline")
        found = self.client.get_function_configuration(FunctionName=self.name)
        self._timeout = found["Timeout"]
        template = deployed.clients.cloudformation.get_template(StackName=BUILD_STACK)
        resources = template["TemplateBody"]["Resources"].items()
        (self._code,) = [
            {name: resolved(value) for name, value in resource["Properties"]["Code"].items()}
            for logical_id, resource in resources
            if resource["Type"] == "AWS::Lambda::Function" and "StartPipeline" in logical_id
        ]

    def replace(self, text: str, timeout: int) -> None:
        """Put other code in its place."""
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            archive.writestr("lambda_function.py", text)
        self.client.update_function_configuration(FunctionName=self.name, Timeout=timeout)
        self.client.update_function_code(FunctionName=self.name, ZipFile=content.getvalue())

    def restore(self) -> None:
        """Put the deployed code back."""
        self.client.update_function_configuration(FunctionName=self.name, Timeout=self._timeout)
        self.client.update_function_code(FunctionName=self.name, **self._code)


def resolved(value: str | dict[str, str]) -> str:
    """A bootstrap bucket's name, as the template gives it."""
    text = value if isinstance(value, str) else value["Fn::Sub"]
    return text.replace("${AWS::AccountId}", ACCOUNT_ID).replace("${AWS::Region}", REGION)


@pytest.fixture
def function(deployed: Deployed, first_version: str) -> Iterator[Function]:
    made = Function(deployed)
    yield made
    made.restore()


def start(deployed: Deployed) -> str:
    started: dict[str, Any] = deployed.clients.codepipeline.start_pipeline_execution(
        name=deployed.build["CodePipelineName"]
    )
    return str(started["pipelineExecutionId"])


def test_job_of_a_function_that_ran_out_of_time_is_answered_by_lambdas_retry(
    deployed: Deployed, function: Function
) -> None:
    function.replace("import time\ndef lambda_handler(e, c):\n    time.sleep(30)\n", timeout=1)
    execution = start(deployed)
    log = wait_for(
        lambda: deployed.function_log("StartPipeline"),
        lambda text: "timed out" in text or '"status":"timeout"' in text.replace(" ", ""),
        "the time-out in the log",
    )
    assert log
    function.restore()
    actions = deployed.follow_build(execution)
    assert [action["status"] for action in actions] == ["Succeeded"] * 3


def test_function_that_raises_says_why_in_its_log(deployed: Deployed, function: Function) -> None:
    function.replace("def lambda_handler(e, c):\n    raise RuntimeError('no way')\n", timeout=10)
    execution = start(deployed)
    wait_for(
        lambda: deployed.function_log("StartPipeline"),
        lambda text: "RuntimeError" in text and "no way" in text,
        "the exception in the log",
    )
    # It never answers: as on AWS the action would wait 20 minutes. A person stops it sooner.
    deployed.clients.codepipeline.stop_pipeline_execution(
        pipelineName=deployed.build["CodePipelineName"],
        pipelineExecutionId=execution,
        abandon=True,
        reason="the function raises",
    )
    reason = reason_of(lambda: deployed.follow_build(execution))
    assert reason.startswith("Train/Train: "), reason
