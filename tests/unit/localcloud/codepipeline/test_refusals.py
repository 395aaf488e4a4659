"""Stops and retries that are refused, in AWS's codes; and a start's variables by way of an event."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import current
from tests.local_server import ACCOUNT, REGION
from tests.unit.localcloud.codepipeline.conftest import Cloud, start
from tests.unit.localcloud.codepipeline.declarations import (
    approval,
    pipeline,
    s3_source,
    stage,
)

API = "https://docs.aws.amazon.com/codepipeline/latest/APIReference"
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def code(call: Callable[[], object]) -> str:
    """The code with which a call is refused."""
    with pytest.raises(ClientError) as refused:
        call()
    return str(refused.value.response["Error"]["Code"])


@pytest.mark.documented(f"{API}/API_StopPipelineExecution.html")
def test_stops_that_are_refused(cloud: Cloud, approved: str) -> None:
    execution = cloud.first_execution(approved)
    token = cloud.token(approved, execution)

    def stop(execution: str, **members: Any) -> str:
        request = {"pipelineName": approved, "pipelineExecutionId": execution, **members}
        return code(lambda: cloud.codepipeline.stop_pipeline_execution(**request))

    assert stop(UNKNOWN) == "ValidationException"
    assert stop(execution, reason="x" * 201) == "ValidationException"
    assert stop(execution, pipelineName="nobody") == "PipelineNotFoundException"
    cloud.answer(approved, token, "Rejected")
    cloud.wait(approved, execution, "Failed")
    assert stop(execution) == "PipelineExecutionNotStoppableException"


@pytest.mark.documented(f"{API}/API_RetryStageExecution.html")
def test_retries_that_are_refused(cloud: Cloud, approved: str) -> None:
    first = cloud.first_execution(approved)
    cloud.answer(approved, cloud.token(approved, first), "Rejected")
    cloud.wait(approved, first, "Failed")

    def retry(execution: str, stage_name: str = "Approval", mode: str = "FAILED_ACTIONS") -> str:
        return code(
            lambda: cloud.codepipeline.retry_stage_execution(
                pipelineName=approved,
                stageName=stage_name,
                pipelineExecutionId=execution,
                retryMode=mode,
            )
        )

    assert retry(UNKNOWN) == "ValidationException"
    assert retry(first, mode="SOME") == "ValidationException"
    assert retry(first, "Nothing") == "StageNotFoundException"
    assert retry(first, "Source") == "StageNotRetryableException"
    second = start(cloud, approved)
    cloud.token(approved, second)
    assert retry(first) == "NotLatestPipelineExecutionException"
    assert retry(second) == "StageNotRetryableException"
    declaration = cloud.codepipeline.get_pipeline(name=approved)["pipeline"]
    cloud.codepipeline.update_pipeline(pipeline=declaration)
    assert retry(second) == "StageNotRetryableException"


@pytest.mark.documented(
    "https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-trigger-source-overrides.html"
)
def test_a_rule_s_target_gives_variables(cloud: Cloud, name: str) -> None:
    cloud.put("manifest.zip", b"x")
    cloud.codepipeline.create_pipeline(
        pipeline=pipeline(
            name,
            cloud.store,
            stage("Source", s3_source(cloud.sources)),
            stage("Approval", approval()),
            variables=[{"name": "why", "defaultValue": "no reason"}],
        )
    )
    events = cloud.client("events")
    events.put_rule(Name=name, EventPattern=json.dumps({"detail-type": [name]}))
    target = {
        "Id": "t",
        "Arn": f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:{name}",
        "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/starter",
        "InputTransformer": {
            "InputPathsMap": {"why": "$.detail.why"},
            "InputTemplate": '{"variables": [{"name": "why", "value": <why>}]}',
        },
    }
    events.put_targets(Rule=name, Targets=[target])
    detail = json.dumps({"why": "an event"})
    events.put_events(Entries=[{"Source": "a.test", "DetailType": name, "Detail": detail}])
    found: list[str] = []

    def started() -> bool:
        listed = cloud.codepipeline.list_pipeline_executions(pipelineName=name)
        found[:] = [
            each["pipelineExecutionId"]
            for each in listed["pipelineExecutionSummaries"]
            if each["trigger"]["triggerType"] == "CloudWatchEvent"
        ]
        return bool(found)

    assert current().changes.wait_until(started, 20)
    assert cloud.execution(name, found[0])["variables"] == [
        {"name": "why", "resolvedValue": "an event"}
    ]
