"""The steps that a deployment takes."""

from __future__ import annotations

import pytest

from localcloud.sagemaker.endpoints.deployment_config import Size, Strategy
from localcloud.sagemaker.endpoints.fleet_plan import Capacity
from localcloud.sagemaker.endpoints.traffic_plan import (
    Activate,
    Bake,
    Launch,
    Terminate,
    rollback_batches,
    share,
    steps,
)

GUIDE = "https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green.html"
ROLLING = "https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-rolling.html"
pytestmark = pytest.mark.documented(GUIDE)


def capacities(*instances: int, weight: float = 1.0) -> dict[str, Capacity]:
    return {f"v{number}": Capacity(count, weight) for number, count in enumerate(instances)}


def count(value: int) -> Size:
    return Size("size", "INSTANCE_COUNT", value)


def percent(value: int) -> Size:
    return Size("size", "CAPACITY_PERCENT", value)


def test_all_at_once_bakes_before_blue_ends() -> None:
    strategy = Strategy("ALL_AT_ONCE", wait_seconds=30, termination_seconds=60)
    assert steps(strategy, capacities(1), capacities(2)) == [
        Launch({"v0": 2}),
        Activate({"v0": 2}, {"v0": 0}, 1.0, "full capacity"),
        Bake(60, "TerminationWaitInSeconds"),
        Terminate({"v0": 1}),
    ]


def test_without_waits_nothing_bakes() -> None:
    kinds = [type(step) for step in steps(Strategy(), capacities(1), capacities(1))]
    assert kinds == [Launch, Activate, Terminate]


def test_a_canary_bakes_twice_and_blue_is_whole_until_the_end() -> None:
    strategy = Strategy("CANARY", count(1), wait_seconds=600, termination_seconds=60)
    assert steps(strategy, capacities(3), capacities(4)) == [
        Launch({"v0": 4}),
        Activate({"v0": 1}, {"v0": 3}, 0.25, "canary capacity"),
        Bake(600, "WaitIntervalInSeconds"),
        Activate({"v0": 4}, {"v0": 0}, 1.0, "full capacity"),
        Bake(60, "TerminationWaitInSeconds"),
        Terminate({"v0": 3}),
    ]


def test_linear_traffic_takes_the_same_part_from_blue_at_each_step() -> None:
    strategy = Strategy("LINEAR", percent(40), wait_seconds=5, termination_seconds=9)
    assert steps(strategy, capacities(10), capacities(5)) == [
        Launch({"v0": 5}),
        Activate({"v0": 2}, {"v0": 6}, 0.4, "capacity"),
        Bake(5, "WaitIntervalInSeconds"),
        Activate({"v0": 4}, {"v0": 2}, 0.8, "capacity"),
        Bake(5, "WaitIntervalInSeconds"),
        Activate({"v0": 5}, {"v0": 0}, 1.0, "full capacity"),
        Bake(9, "TerminationWaitInSeconds"),
        Terminate({"v0": 10}),
    ]


@pytest.mark.documented(ROLLING)
def test_rolling_goes_batch_by_batch() -> None:
    strategy = Strategy("ROLLING", count(2), wait_seconds=5)
    assert steps(strategy, capacities(4), capacities(5)) == [
        Launch({"v0": 2}),
        Activate({"v0": 2}, {"v0": 3}, 0.4, "capacity"),
        Bake(5, "WaitIntervalInSeconds"),
        Terminate({"v0": 1}),
        Launch({"v0": 2}),
        Activate({"v0": 4}, {"v0": 1}, 0.8, "capacity"),
        Bake(5, "WaitIntervalInSeconds"),
        Terminate({"v0": 2}),
        Launch({"v0": 1}),
        Activate({"v0": 5}, {"v0": 0}, 1.0, "full capacity"),
        Bake(5, "WaitIntervalInSeconds"),
        Terminate({"v0": 1}),
    ]


@pytest.mark.documented(ROLLING)
def test_a_rollback_starts_what_is_missing_at_once_or_in_batches() -> None:
    whole = Strategy("ROLLING", count(1))
    assert rollback_batches(whole, {"v0": 5}, {"v0": 2}) == [{"v0": 3}]
    assert rollback_batches(whole, {"v0": 5}, {"v0": 5}) == []
    batched = Strategy("ROLLING", count(1), rollback_size=percent(40))
    assert rollback_batches(batched, {"v0": 5}, {"v0": 2}) == [{"v0": 2}, {"v0": 1}]


def test_several_variants_go_on_until_the_last_is_there() -> None:
    strategy = Strategy("LINEAR", count(1), wait_seconds=0)
    shifts = [
        step
        for step in steps(strategy, capacities(2, 4), capacities(2, 4))
        if isinstance(step, Activate)
    ]
    assert [shift.green for shift in shifts] == [
        {"v0": 1, "v1": 1},
        {"v0": 2, "v1": 2},
        {"v0": 2, "v1": 3},
        {"v0": 2, "v1": 4},
    ]
    assert [shift.share for shift in shifts] == [0.375, 0.75, 0.875, 1.0]
    assert shifts[1].blue == {"v0": 0, "v1": 2}


def test_the_share_goes_by_the_variants_weights() -> None:
    weighted = {"a": Capacity(2, 3.0), "b": Capacity(2, 1.0)}
    assert share({"a": 1, "b": 0}, weighted) == 0.375
    assert share({"a": 1, "b": 0}, capacities_without_weight()) == 0.25
    assert share({"a": 2, "b": 2}, weighted) == 1.0


def capacities_without_weight() -> dict[str, Capacity]:
    return {"a": Capacity(2, 0.0), "b": Capacity(2, 0.0)}


def test_variants_of_other_names_are_replaced_whole() -> None:
    old = {"old": Capacity(2, 1.0)}
    assert steps(Strategy(is_guarded=False), old, capacities(1)) == [
        Launch({"v0": 1}),
        Activate({"v0": 1}, {"old": 0}, 1.0, "full capacity"),
        Terminate({"old": 2}),
    ]
