"""Where the expressions of an execution get their values: its parameters, its steps, S3.

Assumed: the form of StartDateTime and CurrentDateTime (ISO 8601, UTC, to the millisecond).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.cloud import current
from localcloud.errors import AwsError
from localcloud.sagemaker.pipelines.execution import PipelineExecution
from localcloud.sagemaker.pipelines.expressions import ExpressionError, look_up


class Calls(Protocol):
    """As whom an execution calls other services."""

    def client(self, service: str) -> Any:
        """A boto3 client."""
        ...

    def job_ended(self, noun: str, name: str) -> bool:
        """Whether a job has reached its last status."""
        ...


class ExecutionScope:
    """An `expressions.Scope` for one execution."""

    def __init__(self, execution: PipelineExecution, calls: Calls) -> None:
        self._execution = execution
        self._calls = calls

    def parameter(self, name: str) -> Any:
        return self._execution.parameters[name]

    def execution_variable(self, name: str) -> Any:
        execution = self._execution
        return {
            "PipelineName": execution.pipeline_name,
            "PipelineArn": execution.pipeline_arn,
            "PipelineExecutionId": execution.id,
            "PipelineExecutionArn": execution.arn,
            "StartDateTime": _iso(execution.created),
            "CurrentDateTime": _iso(current().clock.now()),
        }[name]

    def step_properties(self, step: str) -> Mapping[str, Any]:
        return self._execution.steps[step].properties

    def property_file(self, step: str, name: str) -> Any:
        file = self._execution.definition.steps[step].property_files[name]
        output = look_up(
            self.step_properties(step),
            ("ProcessingOutputConfig", "Outputs", file.output_name, "S3Output", "S3Uri"),
            f"property file '{name}' of step '{step}'",
        )
        return self.json_object(f"{output.rstrip('/')}/{file.file_path.lstrip('/')}")

    def json_object(self, uri: str) -> Any:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        try:
            body = self._calls.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        except (ClientError, BotoCoreError, AwsError) as error:
            raise ExpressionError(f"cannot read {uri}: {error}") from error
        try:
            return json.loads(body)
        except ValueError as error:
            raise ExpressionError(f"{uri} is not JSON: {error}") from error


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
