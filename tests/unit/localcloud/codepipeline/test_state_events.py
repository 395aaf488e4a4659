"""The events of a pipeline on a running local cloud."""

from __future__ import annotations

import pytest

from tests.local_server import ACCOUNT, REGION
from tests.unit.localcloud.codepipeline.conftest import Cloud
from tests.unit.localcloud.codepipeline.declarations import (
    approval,
    pipeline,
    s3_source,
    stage,
)

GUIDE = "https://docs.aws.amazon.com/codepipeline/latest/userguide"


@pytest.mark.documented(f"{GUIDE}/detect-state-changes-cloudwatch-events.html")
def test_every_change_of_state_is_an_event(cloud: Cloud, name: str) -> None:
    url = cloud.listen(name)
    version = cloud.put("manifest.zip", b"x")
    cloud.codepipeline.create_pipeline(
        pipeline=pipeline(
            name,
            cloud.store,
            stage("Source", s3_source(cloud.sources)),
            stage("Approval", approval()),
        )
    )
    execution = cloud.first_execution(name)
    cloud.answer(name, cloud.token(name, execution), "Rejected")
    found = cloud.heard(url, 10)
    kinds = sorted(
        (each["detail-type"].split()[1], each["detail"]["state"], each["detail"].get("stage"))
        for each in found
    )
    assert kinds == [
        ("Action", "FAILED", "Approval"),
        ("Action", "STARTED", "Approval"),
        ("Action", "STARTED", "Source"),
        ("Action", "SUCCEEDED", "Source"),
        ("Pipeline", "FAILED", None),
        ("Pipeline", "STARTED", None),
        ("Stage", "FAILED", "Approval"),
        ("Stage", "STARTED", "Approval"),
        ("Stage", "STARTED", "Source"),
        ("Stage", "SUCCEEDED", "Source"),
    ]
    by_kind = {(each["detail"].get("action"), each["detail"]["state"]): each for each in found}
    source = by_kind[("Source", "SUCCEEDED")]["detail"]
    assert source["type"] == {
        "owner": "AWS",
        "provider": "S3",
        "category": "Source",
        "version": "1",
    }
    assert source["execution-result"]["external-execution-id"] == version
    assert source["output-artifacts"][0]["s3location"]["bucket"] == cloud.store
    assert by_kind[("Approve", "FAILED")]["detail"]["execution-result"]["error-code"] == "JobFailed"
    started = next(each for each in found if "execution-trigger" in each["detail"])
    assert started["detail"]["execution-trigger"]["trigger-type"] == "CreatePipeline"
    assert started["resources"] == [f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:{name}"]
