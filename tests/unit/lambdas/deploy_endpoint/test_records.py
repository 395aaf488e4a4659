"""What became of a deployment is recorded: once, and with what brought it back."""

from __future__ import annotations

import time

import pytest

from tests.unit.lambdas.deploy_endpoint.one_call import (
    LIVE,
    NEW,
    OLD,
    UPDATING,
    Deployment,
    asked,
)
from tests.unit.lambdas.deploy_endpoint.scenes import ENDPOINT, alarm, endpoint
from tests.unit.lambdas.job_events import REGISTRY, STORE


@pytest.mark.parametrize("found", ["OK", "ALARM"])
def test_a_rollback_is_recorded_with_its_alarms(deployment: Deployment, found: str) -> None:
    """As it ends: in service with the old configuration, and a reason."""
    state = endpoint(
        "InService",
        OLD,
        FailureReason="alarm went off",
        LastDeploymentConfig={
            "BlueGreenUpdatePolicy": {
                "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}
            },
            "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "abalone-staging-5xx"}]},
        },
    )
    own = f"{NEW}-latency-vs-live"
    tripped = alarm(own, found, at=LIVE["LastModifiedTime"].replace(year=2027), reason="3 > 1")
    names = [own]
    deployment.looks(state).sees_alarms(tripped, names=names)
    failure = deployment.runs(UPDATING).failure
    assert failure == (
        f"staging endpoint {ENDPOINT}, version 7: the update was rolled back (alarm went off): {OLD}"
        f" is live, as before, wanted was {NEW}; alarm {own} is in {found} since"
        " 2027-11-01T00:00:00Z (3 > 1)"
    )
    [(name, record)] = deployment.records().items()
    assert name == "v7-rolled-back"
    assert record["outcome"] == "rolled-back"
    assert record["rollbackAlarms"] == ["abalone-staging-5xx"]
    assert record["alarmsSeen"] == [
        {"alarmName": own, "state": found, "reason": "3 > 1", "since": "2027-11-01T00:00:00Z"}
    ]
    assert (record["previousEndpointConfigName"], record["previousModelPackageVersion"]) == (OLD, 6)
    assert failure.endswith(record["text"])


def test_alarms_that_cannot_be_read_do_not_hide_a_rollback(deployment: Deployment) -> None:
    deployment.looks(LIVE).refuses("describe_alarms", "no", "AccessDenied", "cloudwatch")
    failure = deployment.runs(UPDATING).failure
    assert "rolled back (SageMaker gives no reason)" in failure
    assert "Its alarms could not be read" in failure
    assert list(deployment.records()) == ["v7-rolled-back"]


def test_a_success_is_recorded_once_however_often_the_call_is_repeated(
    deployment: Deployment,
) -> None:
    for _ in range(2):
        deployment.looks(endpoint("InService", NEW)).scaled().prunes()
        deployment.runs(UPDATING, manifestVersionId="v1")
    [(name, record)] = deployment.records().items()
    assert name == "v7-succeeded"
    # The key has the time at which the deployment began, not that of the call.
    began = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(UPDATING["started_at"]))
    [listed] = deployment.s3.list_objects_v2(Bucket=STORE, Prefix="history/")["Contents"]
    assert listed["Key"] == f"history/staging/{began}-v7-succeeded.json"
    members = ("endpointConfigName", "executionId", "manifestVersionId", "guardrail", "stage")
    assert [record[member] for member in members] == [
        NEW,
        "12345678-abcd",
        "v1",
        "all at once",
        "staging",
    ]
    assert record["manifest"]["modelPackageArn"] == f"{REGISTRY}/7"
    assert record["startedAt"] < record["finishedAt"]


def test_a_record_that_cannot_be_written_is_said(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MANIFEST_BUCKET_NAME", "no-such-bucket")
    deployment.looks(None)
    failure = deployment.runs(UPDATING).failure
    assert "the endpoint was deleted while it was being deployed" in failure
    assert "The record of this could not be written: An error occurred (NoSuchBucket)" in failure


def test_a_failure_before_anything_was_asked_for_is_not_recorded(deployment: Deployment) -> None:
    deployment.looks(endpoint("OutOfService", OLD))
    assert "so a person has to bring it back or delete it" in deployment.runs().failure
    assert deployment.records() == {}


def test_a_failure_after_something_was_asked_for_is_recorded(deployment: Deployment) -> None:
    deployment.looks(endpoint("Failed", NEW, FailureReason="ping"))
    assert "the endpoint failed (ping)" in deployment.runs(asked("create")).failure
    assert list(deployment.records()) == ["v7-failed"]


def test_a_model_that_was_not_downloaded_is_told_with_what_its_role_needs(
    deployment: Deployment,
) -> None:
    """SageMaker says neither which role nor which permission."""
    said = 'Failed to download model data for container "container_1" from URL: "s3://b/k".'
    deployment.looks(endpoint("Failed", NEW, FailureReason=said))
    failure = deployment.runs(asked("create")).failure
    assert "role/endpoint must be allowed s3:GetObject on it, and kms:Decrypt" in failure
