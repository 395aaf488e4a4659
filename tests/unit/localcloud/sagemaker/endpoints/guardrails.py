"""What the tests of deployment guardrails share: policies, alarms, and waiting for a status."""

from __future__ import annotations

import threading
from typing import Any
from uuid import uuid4

import pytest

from localcloud.cloud import current
from localcloud.sagemaker.endpoints.rollback_alarms import Watch

from .conftest import VARIANT, Hosting

# How many of AWS's seconds pass in one here.
PACE = 60.0
# A wait that is over in a moment, and one that no test sits out.
SHORT, LONG = 120, 3600


class Bakes:
    """Every bake lasts until the test ends it, or an alarm does: no test races with one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._ended = threading.Semaphore(0)
        monkeypatch.setattr(Watch, "bake", lambda watch, _: self._bake(watch))

    def end(self) -> None:
        """End the present bake, or the next one."""
        self._ended.release()

    def _bake(self, watch: Watch) -> bool:
        def over() -> bool:
            return watch.is_over() or self._ended.acquire(blocking=False)

        current().changes.wait_until(over, 120, stop=current().stopping, recheck_seconds=0.02)
        return not watch.look()


def blue_green(kind: str, *, wait: int = 0, end: int = 0, **members: Any) -> dict[str, Any]:
    """A DeploymentConfig; `alarms` are names, `limit` is the maximum execution time."""
    alarms, limit = members.pop("alarms", []), members.pop("limit", None)
    policy: dict[str, Any] = {
        "TrafficRoutingConfiguration": {"Type": kind, "WaitIntervalInSeconds": wait, **members},
        "TerminationWaitInSeconds": end,
    }
    if limit:
        policy["MaximumExecutionTimeoutInSeconds"] = limit
    return with_alarms({"BlueGreenUpdatePolicy": policy}, alarms)


def rolling(
    batch: int, *, wait: int = 0, back: int | None = None, **members: Any
) -> dict[str, Any]:
    """A DeploymentConfig that rolls in batches of so many instances."""
    policy: dict[str, Any] = {"MaximumBatchSize": count(batch), "WaitIntervalInSeconds": wait}
    if back:
        policy["RollbackMaximumBatchSize"] = count(back)
    return with_alarms({"RollingUpdatePolicy": policy}, members.get("alarms", []))


def with_alarms(config: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """A configuration that rolls back when one of these alarms goes off."""
    if names:
        alarms = [{"AlarmName": name} for name in names]
        config["AutoRollbackConfiguration"] = {"Alarms": alarms}
    return config


def count(value: int) -> dict[str, Any]:
    """A CapacitySize of so many instances."""
    return {"Type": "INSTANCE_COUNT", "Value": value}


def make_alarm(hosting: Hosting, state: str = "OK") -> str:
    """An alarm in a state; its name."""
    cloudwatch, name = hosting.service.client("cloudwatch"), f"alarm-{uuid4().hex[:8]}"
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="None",
        MetricName="none",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="ignore",
    )
    set_alarm(hosting, name, state)
    return name


def set_alarm(hosting: Hosting, name: str, state: str) -> None:
    """Put an alarm into a state."""
    hosting.service.client("cloudwatch").set_alarm_state(
        AlarmName=name, StateValue=state, StateReason="test"
    )


def begin(hosting: Hosting, endpoint: str, config: str, how: dict[str, Any]) -> None:
    """Begin an update."""
    hosting.sagemaker.update_endpoint(
        EndpointName=endpoint, EndpointConfigName=config, DeploymentConfig=how
    )


def pending(hosting: Hosting, endpoint: str) -> dict[str, Any]:
    """The variant of the configuration that is being deployed."""
    summary = hosting.describe(endpoint).get("PendingDeploymentSummary")
    return dict(summary["ProductionVariants"][0]) if summary else {}


def status(variant: dict[str, Any]) -> tuple[str, str]:
    """A variant's status and its message."""
    (entry,) = variant.get("VariantStatus") or [{"Status": "", "StatusMessage": ""}]
    return entry["Status"], entry["StatusMessage"]


def until(
    hosting: Hosting, endpoint: str, wanted: str, instances: int | None = None
) -> dict[str, Any]:
    """The pending variant, once its status is this and so many of its instances have traffic."""
    seen: list[Any] = []

    def reached() -> bool:
        found = pending(hosting, endpoint)
        seen[:] = [found]
        enough = instances is None or found.get("CurrentInstanceCount") == instances
        return status(found)[0] == wanted and enough

    assert current().changes.wait_until(reached, 30, recheck_seconds=0.02), (
        seen,
        hosting.describe(endpoint),
    )
    return dict(seen[0])


def live(hosting: Hosting, endpoint: str) -> dict[str, Any]:
    """The variant of the live configuration."""
    (found,) = hosting.describe(endpoint)["ProductionVariants"]
    assert found["VariantName"] == VARIANT
    return dict(found)


def deployment_statuses(hosting: Hosting, arn: str) -> list[tuple[str, str]]:
    """Statuses and messages of the events of an endpoint's deployment, in the order of their start,
    once the endpoint is in service again."""
    hosting.service.events(
        arn,
        lambda detail: detail["EndpointStatus"] == "IN_SERVICE" and "FailureReason" in detail,
    )
    found = {}
    for event in hosting.service.events(arn, lambda _: True):
        if event["detail-type"] != "SageMaker Endpoint Deployment State Change":
            continue
        summary = event["detail"].get("PendingDeploymentSummary") or {"ProductionVariants": []}
        for each in (*event["detail"]["ProductionVariants"], *summary["ProductionVariants"]):
            for entry in each.get("VariantStatus", []):
                found[entry["Status"], entry["StatusMessage"]] = entry["StartTime"]
    return sorted(found, key=lambda key: found[key])
