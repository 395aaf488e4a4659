"""How traffic moves, for how long, and where no guardrail can be.

Limits: DeploymentConfig in botocore's model, and
https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green-canary.html.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.lambdas.deploy_endpoint.scenes import (
    ALARMS,
    ASSET,
    config,
    endpoint,
    package,
    settings,
    update,
    variant,
)
from tests.unit.lambdas.job_events import described_package

guardrails = ASSET.module("guardrails")
jobs = ASSET.module("slipway_shared.codepipeline_job")
SERVERLESS = {"memorySizeMb": 1024, "maxConcurrency": 5}


def _guardrail(kind: str, percent: int | None, capacity: int, **changes: Any) -> Any:
    given = settings(update=update(kind, percent, **changes))
    return guardrails.guardrail(given, capacity, given.update.alarm_names)


def _policy(made: Any) -> dict[str, Any]:
    policy: dict[str, Any] = made.deployment_config["BlueGreenUpdatePolicy"]
    return policy


@pytest.mark.parametrize(
    ("kind", "percent", "capacity", "size"),
    [
        ("CANARY", 10, 2, 1),
        ("CANARY", 50, 2, 1),
        ("CANARY", 50, 3, 1),
        ("CANARY", 1, 50, 1),
        ("CANARY", 30, 7, 2),
        ("CANARY", 25, 8, 2),
        ("LINEAR", 10, 2, 1),
        ("LINEAR", 50, 3, 1),
        ("LINEAR", 10, 11, 2),
        ("LINEAR", 25, 8, 2),
        ("LINEAR", 30, 7, 3),
        ("ALL_AT_ONCE", None, 9, None),
        ("CANARY", 50, 1, None),
        ("LINEAR", 50, 1, None),
    ],
)
def test_sizes(kind: str, percent: int | None, capacity: int, size: int | None) -> None:
    routing = _policy(_guardrail(kind, percent, capacity))["TrafficRoutingConfiguration"]
    if size is None:
        assert routing == {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}
    else:
        member = "CanarySize" if kind == "CANARY" else "LinearStepSize"
        assert routing == {
            "Type": kind,
            "WaitIntervalInSeconds": 300,
            member: {"Type": "INSTANCE_COUNT", "Value": size},
        }


@given(
    kind=st.sampled_from(["CANARY", "LINEAR"]),
    percent=st.integers(1, 50),
    capacity=st.integers(2, 1000),
    wait=st.integers(0, 600),
    final=st.integers(0, 3600),
)
def test_what_is_asked_for_is_allowed(
    kind: str, percent: int, capacity: int, wait: int, final: int
) -> None:
    percent = max(percent, 10) if kind == "LINEAR" else percent
    changes = {"waitSeconds": wait, "finalBakeSeconds": final}
    given = settings(update=update(kind, percent, **changes))
    made = _policy(guardrails.guardrail(given, capacity, ALARMS))
    routing = made["TrafficRoutingConfiguration"]
    size = routing["CanarySize" if kind == "CANARY" else "LinearStepSize"]["Value"]
    assert 1 <= size <= capacity / 2
    assert kind == "CANARY" or size >= capacity / 10
    steps = 1 if kind == "CANARY" else -(-capacity // size)
    limit = made["MaximumExecutionTimeoutInSeconds"]
    assert 600 <= limit <= 28_800
    assert limit > steps * wait + final
    # The action must not give up before SageMaker does.
    assert guardrails.patience_seconds(given) >= limit


def test_one_instance_is_watched_as_long_as_its_canary_would_have_been() -> None:
    made = _guardrail("CANARY", 10, 1, waitSeconds=900, finalBakeSeconds=300)
    assert _policy(made)["TerminationWaitInSeconds"] == 900
    assert made.words == (
        "all at once (1 instance cannot be split for CANARY), watched for 900 s; 2 alarms can bring it"
        " back"
    )
    made = _guardrail("CANARY", 10, 1, waitSeconds=300, finalBakeSeconds=600)
    assert _policy(made)["TerminationWaitInSeconds"] == 600
    made = _guardrail("ALL_AT_ONCE", None, 1, waitSeconds=900, finalBakeSeconds=300)
    assert _policy(made)["TerminationWaitInSeconds"] == 300


def test_words_for_linear_steps() -> None:
    assert _guardrail("LINEAR", 25, 4).words == (
        "steps of 1 of 4 instances, each for 300 s, then all, watched for 600 s; 2 alarms can bring"
        " it back"
    )


def test_alarms_are_named_if_there_are_any() -> None:
    named = {"Alarms": [{"AlarmName": name} for name in ALARMS]}
    made = _guardrail("CANARY", 10, 2)
    assert made.deployment_config["AutoRollbackConfiguration"] == named
    made = _guardrail("CANARY", 10, 2, alarmNames=[])
    assert "AutoRollbackConfiguration" not in made.deployment_config
    assert made.words.endswith("no alarm can bring it back")


def test_waits_beyond_sagemakers_limit_are_refused() -> None:
    with pytest.raises(jobs.JobFailure, match="SageMaker ends an update after 28800 s"):
        _guardrail("LINEAR", 10, 10, waitSeconds=3600, finalBakeSeconds=3600)


def test_slow_containers_get_more_time() -> None:
    slow = {"startupHealthCheckSeconds": 3600, "modelDataDownloadSeconds": 3600}
    given = settings(update=update("CANARY", 10), **slow)
    made = _policy(guardrails.guardrail(given, 2, ALARMS))
    assert made["MaximumExecutionTimeoutInSeconds"] == 300 + 600 + 1800 + 7200


@pytest.mark.parametrize(
    ("wait", "final", "patience"), [(0, 0, 3600), (600, 600, 4800), (3600, 3600, 10_800)]
)
def test_patience_is_longer_than_the_waits(wait: int, final: int, patience: int) -> None:
    changes = {"waitSeconds": wait, "finalBakeSeconds": final}
    given = settings(update=update("CANARY", 10, **changes))
    assert guardrails.patience_seconds(given) == patience


SERVES_SERVERLESS = endpoint(
    "InService",
    "old",
    ProductionVariants=[
        {"VariantName": "AllTraffic", "CurrentServerlessConfig": {"MemorySizeInMB": 1024}}
    ],
)
LIVE = endpoint("InService", "old", ProductionVariants=[variant(2)])
RENAMED = endpoint("InService", "old", ProductionVariants=[variant(2, "Blue"), variant(1, "Green")])
INF1 = {"instanceType": "ml.inf1.xlarge", "initialInstanceCount": 2}


@pytest.mark.parametrize(
    ("changes", "found", "live", "words"),
    [
        ({}, LIVE, config("old"), None),
        ({}, None, None, None),
        ({}, LIVE, None, None),
        (
            {"serverless": SERVERLESS, "instances": None, "dataCapture": None},
            SERVES_SERVERLESS,
            None,
            "serverless endpoints have none",
        ),
        ({}, SERVES_SERVERLESS, None, "after which it cannot be serverless again"),
        ({}, RENAMED, config("old"), "are called Blue, Green, the new one AllTraffic"),
        ({"instances": INF1}, LIVE, config("old"), "Inf1 instances have none"),
        ({}, LIVE, config("old", InstanceType="ml.inf1.xlarge"), "Inf1 instances have none"),
    ],
)
def test_where_no_guardrail_can_be(changes: Any, found: Any, live: Any, words: str | None) -> None:
    reason = guardrails.why_none(settings(**changes), package(), found, live)
    assert (reason is None) if words is None else (words in reason)


def test_a_marketplace_container_has_no_guardrail() -> None:
    container = {"Image": "i", "ProductId": "p"}
    described = described_package(InferenceSpecification={"Containers": [container]})
    reason = guardrails.why_none(settings(), package(described), LIVE, config("old"))
    assert reason == "containers of AWS Marketplace have none"


@pytest.mark.parametrize(
    ("desired", "live", "replaced", "capacity"),
    [
        (2, config("old", 2), True, 4),
        (5, config("old", 2), False, 5),
        (2, None, False, 2),
    ],
    ids=["as-configured", "scaled", "unknown"],
)
def test_capacity_is_replaced_only_where_nobody_scaled_it(
    desired: int, live: dict[str, Any] | None, replaced: bool, capacity: int
) -> None:
    found = endpoint("InService", "old", ProductionVariants=[variant(desired)])
    names = guardrails.properties_to_replace(found, live)
    assert names == ["DataCaptureConfig"] + ["DesiredInstanceCount"] * replaced
    given = settings(instances={"instanceType": "ml.m5.large", "initialInstanceCount": 4})
    assert guardrails.capacity(given, found, names) == capacity
