"""What a DeploymentConfig may ask for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from localcloud.errors import ValidationException
from localcloud.sagemaker.endpoints.deployment_config import (
    UNGUARDED,
    Size,
    Strategy,
    for_update,
    read,
)
from localcloud.sagemaker.endpoints.fleet_plan import FleetPlan, initial
from localcloud.sagemaker.endpoints.records import EndpointConfig

POLICY = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TrafficRoutingConfig.html"
EXCLUSIONS = "https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-exclusions.html"
pytestmark = pytest.mark.documented(POLICY)


def plan(*instances: int, name: str = "v", **members: Any) -> FleetPlan:
    variants = [
        {
            "VariantName": f"{name}{number}",
            "InstanceType": "ml.m5.large",
            "InitialInstanceCount": count,
            **members,
        }
        for number, count in enumerate(instances)
    ]
    request = {"ProductionVariants": variants}
    return initial(EndpointConfig("c", "arn:c", request, datetime(2026, 1, 1, tzinfo=UTC)))


def size(unit: str, value: int) -> dict[str, Any]:
    return {"Type": {"%": "CAPACITY_PERCENT", "n": "INSTANCE_COUNT"}[unit], "Value": value}


def blue_green(kind: str, wait: int = 60, **members: Any) -> dict[str, Any]:
    sizes = {
        name: members.pop(name) for name in ("CanarySize", "LinearStepSize") if name in members
    }
    routing = {"Type": kind, "WaitIntervalInSeconds": wait, **sizes}
    return {"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": routing, **members}}


def rolling(batch: dict[str, Any], **members: Any) -> dict[str, Any]:
    policy = {"MaximumBatchSize": batch, "WaitIntervalInSeconds": 60, **members}
    return {"RollingUpdatePolicy": policy}


def test_without_one_it_is_all_at_once() -> None:
    for nothing in (None, {}):
        assert read(nothing) == Strategy("ALL_AT_ONCE")


def test_all_of_it_is_read() -> None:
    given = {
        **blue_green(
            "CANARY",
            CanarySize=size("%", 30),
            TerminationWaitInSeconds=120,
            MaximumExecutionTimeoutInSeconds=600,
        ),
        "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "a"}, {"AlarmName": "b"}]},
    }
    canary = Size("CanarySize", "CAPACITY_PERCENT", 30, 0, 50)
    assert read(given) == Strategy("CANARY", canary, 60, 120, 600, None, ("a", "b"))


@pytest.mark.parametrize(
    ("config", "named"),
    [
        ({**blue_green("ALL_AT_ONCE"), **rolling(size("%", 10))}, "Only one of"),
        (blue_green("CANARY"), "CanarySize must be given"),
        (blue_green("LINEAR"), "LinearStepSize must be given"),
        (blue_green("LINEAR", CanarySize=size("n", 1)), "CanarySize must not be given"),
        (blue_green("ALL_AT_ONCE", CanarySize=size("n", 1)), "CanarySize must not be given"),
        (blue_green("CANARY", CanarySize=size("%", 51)), "CanarySize must be at most 50%"),
        (blue_green("LINEAR", LinearStepSize=size("%", 9)), "LinearStepSize must be 10-50%"),
        (blue_green("LINEAR", LinearStepSize=size("%", 51)), "LinearStepSize must be 10-50%"),
        (rolling(size("%", 4)), "MaximumBatchSize must be 5-50%"),
        (rolling(size("%", 60)), "MaximumBatchSize must be 5-50%"),
        (
            rolling(size("%", 50), RollbackMaximumBatchSize=size("%", 101)),
            "RollbackMaximumBatchSize must be at most 100%",
        ),
        (
            blue_green(
                "CANARY",
                wait=300,
                CanarySize=size("%", 10),
                TerminationWaitInSeconds=300,
                MaximumExecutionTimeoutInSeconds=600,
            ),
            r"MaximumExecutionTimeoutInSeconds \(600\) must be larger",
        ),
        ({"AutoRollbackConfiguration": {"Alarms": [{}]}}, "must have an AlarmName"),
    ],
)
def test_what_can_never_be_is_refused(config: dict[str, Any], named: str) -> None:
    with pytest.raises(ValidationException, match=named):
        read(config)


@pytest.mark.parametrize(
    ("config", "instances", "possible"),
    [
        # Half of one instance is none.
        (blue_green("CANARY", CanarySize=size("%", 50)), 1, False),
        (blue_green("CANARY", CanarySize=size("n", 1)), 1, False),
        (blue_green("LINEAR", LinearStepSize=size("%", 50)), 1, False),
        (rolling(size("%", 50)), 1, False),
        (blue_green("ALL_AT_ONCE"), 1, True),
        (blue_green("CANARY", CanarySize=size("%", 10)), 2, True),
        (blue_green("CANARY", CanarySize=size("n", 1)), 2, True),
        (blue_green("CANARY", CanarySize=size("n", 2)), 3, False),
        (blue_green("CANARY", CanarySize=size("n", 2)), 4, True),
        (blue_green("LINEAR", LinearStepSize=size("n", 1)), 10, True),
        (blue_green("LINEAR", LinearStepSize=size("n", 1)), 11, False),
        (rolling(size("n", 1)), 20, True),
        (rolling(size("n", 1)), 21, False),
        (rolling(size("n", 1), RollbackMaximumBatchSize=size("n", 3)), 2, False),
    ],
)
def test_a_size_is_a_part_of_the_new_instances(
    config: dict[str, Any], instances: int, possible: bool
) -> None:
    if possible:
        assert for_update(config, plan(1), plan(instances)) == read(config)
    else:
        with pytest.raises(ValidationException, match=f"variant v0, which has {instances}"):
            for_update(config, plan(1), plan(instances))


@pytest.mark.parametrize(
    ("unit", "value", "total", "instances"),
    [("%", 50, 3, 1), ("%", 10, 3, 1), ("%", 33, 10, 3), ("n", 2, 4, 2), ("n", 9, 4, 4)],
)
def test_a_percentage_is_rounded_down_to_one_at_least(
    unit: str, value: int, total: int, instances: int
) -> None:
    given = size(unit, value)
    assert Size("s", given["Type"], value).of(total) == instances


@pytest.mark.documented(EXCLUSIONS)
@pytest.mark.parametrize(
    ("config", "old", "new"),
    [
        (blue_green("ALL_AT_ONCE", TerminationWaitInSeconds=9), plan(1), plan(1, name="w")),
        (blue_green("CANARY", CanarySize=size("n", 1)), plan(2), plan(2, 2)),
        (
            blue_green("CANARY", CanarySize=size("n", 1)),
            plan(2),
            plan(2, InstanceType="ml.inf1.xlarge"),
        ),
        (rolling(size("n", 1)), plan(2, 2), plan(2, 2)),
        (blue_green("ALL_AT_ONCE"), plan(1), plan(1, ServerlessConfig={"MemorySizeInMB": 1024})),
    ],
)
def test_where_guardrails_do_not_apply_it_is_all_at_once_without_a_bake(
    config: dict[str, Any], old: FleetPlan, new: FleetPlan
) -> None:
    alarms = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "a"}]}}
    assert for_update({**config, **alarms}, old, new) == UNGUARDED
    assert UNGUARDED.termination_seconds == 0


def test_a_canary_of_several_variants_is_a_part_of_each() -> None:
    config = blue_green("CANARY", CanarySize=size("n", 1))
    assert for_update(config, plan(2, 2), plan(2, 4)).kind == "CANARY"
    with pytest.raises(ValidationException, match="variant v1, which has 1"):
        for_update(config, plan(2, 2), plan(2, 1))
