"""The SageMaker SDK, unmodified, against a running local cloud."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

SUPPORTED = "https://sagemaker.readthedocs.io/en/stable/workflows/pipelines/index.html"


@pytest.mark.documented(SUPPORTED)
def test_sdk_makes_starts_waits_for_and_lists_a_pipeline(
    endpoint: str, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.delenv("AWS_ENDPOINT_URL_S3", raising=False)
    from sagemaker.core.workflow.conditions import ConditionLessThan
    from sagemaker.core.workflow.functions import Join
    from sagemaker.core.workflow.parameters import ParameterFloat
    from sagemaker.core.workflow.pipeline_context import PipelineSession
    from sagemaker.mlops.workflow.condition_step import ConditionStep
    from sagemaker.mlops.workflow.fail_step import FailStep
    from sagemaker.mlops.workflow.pipeline import Pipeline

    boto3.client("s3").create_bucket(Bucket="sdk")
    limit = ParameterFloat("Limit", default_value=6.0)
    fail = FailStep(name="Refuse", error_message=Join(on=" ", values=["limit", limit]))
    condition = ConditionLessThan(left=4.5, right=limit)
    check = ConditionStep(name="Check", conditions=[condition], if_steps=[], else_steps=[fail])
    session = PipelineSession(boto_session=boto3.Session(), default_bucket="sdk")
    pipeline = Pipeline("Sdk", parameters=[limit], steps=[check], sagemaker_session=session)

    for _ in range(2):
        pipeline.upsert(role_arn=role, description="d", tags=[{"Key": "k", "Value": "v"}])
    assert pipeline.describe()["PipelineDescription"] == "d"
    succeeding = pipeline.start(execution_display_name="commit-1")
    succeeding.wait(delay=1, max_attempts=30)
    assert statuses(succeeding) == {"Check": "Succeeded"}

    failing = pipeline.start(parameters={"Limit": 1})
    with pytest.raises(Exception, match="terminal failure state"):
        failing.wait(delay=1, max_attempts=30)
    assert statuses(failing) == {"Check": "Succeeded", "Refuse": "Failed"}
    assert failing.list_steps()[0]["FailureReason"] == "limit 1.0"
    assert failing.list_parameters()["PipelineParameters"] == [{"Name": "Limit", "Value": "1.0"}]
    assert len(pipeline.list_executions()["PipelineExecutionSummaries"]) == 2


def statuses(execution: Any) -> dict[str, str]:
    return {step["StepName"]: step["StepStatus"] for step in execution.list_steps()}
