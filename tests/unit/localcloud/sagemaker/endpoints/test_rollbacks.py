"""Updates that go back: alarms, time limits, fleets that do not start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from localcloud.cloud import current
from tests.local_server import service_principal
from tests.unit.localcloud.sagemaker.service import Service, image, running

from .conftest import Asking, Hosting, fleet_pids
from .guardrails import (
    LONG,
    PACE,
    Bakes,
    begin,
    blue_green,
    count,
    deployment_statuses,
    make_alarm,
    rolling,
    set_alarm,
    until,
)

ROLLBACKS = (
    "https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html"
)
ROLLING = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_RollingUpdatePolicy.html"
pytestmark = pytest.mark.documented(ROLLBACKS)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    state: Path = tmp_path_factory.mktemp("state")
    with running(state, PACE) as started:
        yield started


def pair(hosting: Hosting, instances: int = 2) -> tuple[str, str, str]:
    """An endpoint, its configuration, and one with another model."""
    first = hosting.config(hosting.model("one"), InitialInstanceCount=instances)
    second = hosting.config(hosting.model("two"), InitialInstanceCount=instances)
    return hosting.endpoint(first), first, second


def rolled_back(hosting: Hosting, endpoint: str, old: str) -> str:
    """The reason why an endpoint is in service with its old configuration again."""
    described = hosting.settled(endpoint)
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", old)
    assert "PendingDeploymentSummary" not in described
    (variant,) = described["ProductionVariants"]
    assert "VariantStatus" not in variant
    return str(described["FailureReason"])


@pytest.mark.parametrize(
    ("how", "active"),
    [
        (blue_green("CANARY", wait=LONG, CanarySize=count(1)), 1),
        (blue_green("LINEAR", wait=LONG, LinearStepSize=count(1)), 1),
        (blue_green("ALL_AT_ONCE", end=LONG), 2),
    ],
    ids=["canary", "linear", "all-at-once"],
)
def test_an_alarm_gives_all_traffic_back(
    hosting: Hosting, how: dict[str, Any], active: int
) -> None:
    endpoint, old, new = pair(hosting)
    blue = fleet_pids(endpoint)
    quiet, alarm = make_alarm(hosting), make_alarm(hosting, "INSUFFICIENT_DATA")
    how["AutoRollbackConfiguration"] = {"Alarms": [{"AlarmName": quiet}, {"AlarmName": alarm}]}
    with Asking(hosting, endpoint) as asking:
        begin(hosting, endpoint, new, how)
        until(hosting, endpoint, "Baking", active)
        assert 2 in asking.next(30)
        set_alarm(hosting, alarm, "ALARM")
        # The bake would last a minute more.
        reason = rolled_back(hosting, endpoint, old)
        assert set(asking.next(30)[5:]) == {1}
    assert not asking.errors
    assert reason == (
        f"The deployment was rolled back because these CloudWatch alarms are in state ALARM: {alarm}."
    )
    assert fleet_pids(endpoint) == blue
    arn = hosting.describe(endpoint)["EndpointArn"]
    assert deployment_statuses(hosting, arn)[-1] == ("Deleting", "Terminating 2 instance(s).")
    # The reason stays until the next update.
    assert "FailureReason" not in hosting.update(endpoint, new)


def test_an_alarm_that_is_on_before_keeps_the_update_from_beginning(hosting: Hosting) -> None:
    endpoint, old, new = pair(hosting, 1)
    alarm = make_alarm(hosting, "ALARM")
    begin(hosting, endpoint, new, blue_green("ALL_AT_ONCE", alarms=[alarm]))
    assert f"in state ALARM: {alarm}." in rolled_back(hosting, endpoint, old)
    described = hosting.describe(endpoint)
    events = hosting.service.events(
        described["EndpointArn"], lambda detail: bool(detail.get("FailureReason"))
    )
    assert "PendingDeploymentSummary" not in str(events)


def test_alarms_that_are_not_there_or_not_to_be_read(hosting: Hosting) -> None:
    endpoint, old, _ = pair(hosting, 1)
    new = hosting.config(hosting.model("two"))
    begin(hosting, endpoint, new, blue_green("ALL_AT_ONCE", alarms=["absent"]))
    assert "alarms do not exist: absent." in rolled_back(hosting, endpoint, old)
    alarm = make_alarm(hosting)
    role = hosting.service.make_role(
        "no-alarms",
        service_principal("sagemaker"),
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
    )
    hosting.sagemaker.create_model(
        ModelName="no-alarms",
        ExecutionRoleArn=role,
        PrimaryContainer={
            "Image": image("sagemaker-xgboost"),
            "ModelDataUrl": hosting.artifacts["two"],
        },
    )
    watched = blue_green("ALL_AT_ONCE", alarms=[alarm])
    begin(hosting, endpoint, hosting.config("no-alarms"), watched)
    reason = rolled_back(hosting, endpoint, old)
    assert reason.startswith(
        "The deployment was rolled back because its CloudWatch alarms could not be read by "
        f"{role}: An error occurred (AccessDenied) when calling the DescribeAlarms operation"
    )
    # Allowed what the guide asks for, it goes through.
    hosting.service.client("iam").put_role_policy(
        RoleName="no-alarms",
        PolicyName="alarms",
        PolicyDocument='{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": '
        f'"cloudwatch:DescribeAlarms", "Resource": "arn:aws:cloudwatch:*:*:alarm:{alarm}"}}]}}',
    )
    allowed = hosting.config("no-alarms")
    begin(hosting, endpoint, allowed, watched)
    assert hosting.settled(endpoint)["EndpointConfigName"] == allowed


def test_a_deployment_that_takes_too_long(hosting: Hosting) -> None:
    endpoint, old, _ = pair(hosting)
    # Ten minutes for a first step of eight and a second one of as many; ten seconds here.
    step = {"Type": "CAPACITY_PERCENT", "Value": 10}
    how = blue_green("LINEAR", wait=480, limit=600, LinearStepSize=step)
    config = hosting.config(hosting.model("two"), InitialInstanceCount=3)
    with Asking(hosting, endpoint, at_once=1) as asking:
        begin(hosting, endpoint, config, how)
        until(hosting, endpoint, "Baking", 2)
        reason = rolled_back(hosting, endpoint, old)
    assert not asking.errors
    assert "longer than MaximumExecutionTimeoutInSeconds (600 seconds)" in reason
    assert hosting.number(endpoint) == 1


def test_a_fleet_that_never_becomes_healthy(hosting: Hosting) -> None:
    endpoint, old, _ = pair(hosting)
    broken = hosting.config(hosting.model("broken"), InitialInstanceCount=2)
    with Asking(hosting, endpoint, at_once=1) as asking:
        begin(hosting, endpoint, broken, blue_green("CANARY", wait=LONG, CanarySize=count(1)))
        reason = rolled_back(hosting, endpoint, old)
        asking.next(5)
    assert "did not pass the ping health check" in reason
    assert not asking.errors


@pytest.mark.documented(ROLLING)
@pytest.mark.parametrize("back", [None, 1])
def test_rolling_back_starts_the_old_instances_again(
    hosting: Hosting, monkeypatch: pytest.MonkeyPatch, back: int | None
) -> None:
    endpoint, old, new = pair(hosting, 4)
    bakes = Bakes(monkeypatch)
    blue, alarm = fleet_pids(endpoint), make_alarm(hosting)
    with Asking(hosting, endpoint) as asking:
        begin(hosting, endpoint, new, rolling(1, wait=240, back=back, alarms=[alarm]))
        bakes.end()
        bakes.end()
        until(hosting, endpoint, "Baking", 3)
        assert len(fleet_pids(endpoint)) == 2
        set_alarm(hosting, alarm, "ALARM")
        assert alarm in rolled_back(hosting, endpoint, old)
        assert set(asking.next(20)[5:]) == {1}
    assert not asking.errors
    assert fleet_pids(endpoint)[:2] == blue[:2]
    assert len(fleet_pids(endpoint)) == 4
    arn = hosting.describe(endpoint)["EndpointArn"]
    statuses = deployment_statuses(hosting, arn)
    assert ("Creating", f"Launching {2 if back is None else 1} instance(s).") in statuses


@pytest.mark.documented(ROLLING)
def test_a_rollback_that_fails_leaves_both_fleets(
    hosting: Hosting, monkeypatch: pytest.MonkeyPatch
) -> None:
    bakes = Bakes(monkeypatch)
    model = hosting.model("one")
    old = hosting.config(model, InitialInstanceCount=2)
    endpoint, alarm = hosting.endpoint(old), make_alarm(hosting)
    new = hosting.config(hosting.model("two"), InitialInstanceCount=2)
    begin(hosting, endpoint, new, rolling(1, wait=240, alarms=[alarm]))
    bakes.end()
    until(hosting, endpoint, "Baking", 2)
    hosting.sagemaker.delete_model(ModelName=model)
    set_alarm(hosting, alarm, "ALARM")

    def over() -> bool:
        return hosting.describe(endpoint)["EndpointStatus"] != "Updating"

    assert current().changes.wait_until(over, 30, recheck_seconds=0.05)
    described = hosting.describe(endpoint)
    assert described["EndpointStatus"] == "UpdateRollbackFailed"
    assert described["EndpointConfigName"] == old
    assert "Could not find model" in described["FailureReason"]
    with Asking(hosting, endpoint) as asking:
        asking.next(10)
        # An update with what can be started gets it out of that.
        third = hosting.config(hosting.model("one"))
        described = hosting.update(endpoint, third)
        assert described["EndpointConfigName"] == third
        assert set(asking.next(20)[5:]) == {1}
    assert not asking.errors
    assert len(fleet_pids(endpoint)) == 1
