"""Blue/green and rolling updates, with requests all the while."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud.cloud import current
from tests.unit.localcloud.sagemaker.service import Service, running

from .conftest import Asking, Hosting, fleet_pids
from .guardrails import (
    LONG,
    PACE,
    SHORT,
    Bakes,
    begin,
    blue_green,
    count,
    deployment_statuses,
    live,
    rolling,
    status,
    until,
)

GUIDE = "https://docs.aws.amazon.com/sagemaker/latest/dg"
EVENTS = f"{GUIDE}/automating-sagemaker-with-eventbridge.html"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    state: Path = tmp_path_factory.mktemp("state")
    with running(state, PACE) as started:
        yield started


@pytest.fixture
def bakes(monkeypatch: pytest.MonkeyPatch) -> Bakes:
    return Bakes(monkeypatch)


def pair(hosting: Hosting, old: int, new: int) -> tuple[str, str]:
    """An endpoint with so many instances, and a configuration with another model and so many."""
    first = hosting.config(hosting.model("one"), InitialInstanceCount=old)
    second = hosting.config(hosting.model("two"), InitialInstanceCount=new)
    return hosting.endpoint(first), second


def part(answers: list[int]) -> float:
    """Which part of the answers is the new model's."""
    return answers.count(2) / len(answers)


@pytest.mark.documented(f"{GUIDE}/deployment-guardrails-blue-green-canary.html")
def test_a_canary_has_its_share_then_everything(hosting: Hosting, bakes: Bakes) -> None:
    endpoint, config = pair(hosting, old=2, new=4)
    blue = fleet_pids(endpoint)
    how = blue_green("CANARY", wait=SHORT, end=SHORT, CanarySize=count(1))
    with Asking(hosting, endpoint) as asking:
        begin(hosting, endpoint, config, how)
        canary = until(hosting, endpoint, "Baking", 1)
        assert status(canary)[1] == (
            f"Baking for {SHORT} seconds (WaitIntervalInSeconds) with traffic enabled on canary "
            "capacity of 1 instance(s)."
        )
        assert (canary["DesiredInstanceCount"], canary["CurrentWeight"]) == (4, 1.0)
        described = hosting.describe(endpoint)
        assert described["EndpointStatus"] == "Updating"
        assert described["EndpointConfigName"] != config
        assert described["LastDeploymentConfig"] == how
        assert live(hosting, endpoint)["CurrentInstanceCount"] == 2
        # A quarter: within five standard deviations.
        assert 0.09 <= part(asking.next(200)) <= 0.41
        bakes.end()
        until(hosting, endpoint, "Baking", 4)
        assert part(asking.next(20)[5:]) == 1
        assert fleet_pids(endpoint) == blue
        bakes.end()
        described = hosting.settled(endpoint)
    assert not asking.errors
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", config)
    assert live(hosting, endpoint)["CurrentInstanceCount"] == 4 == len(fleet_pids(endpoint))
    assert not {"FailureReason", "PendingDeploymentSummary"} & described.keys()
    assert described["LastDeploymentConfig"] == how


@pytest.mark.documented(EVENTS)
def test_events_tell_each_status(hosting: Hosting) -> None:
    endpoint, config = pair(hosting, old=1, new=2)
    begin(hosting, endpoint, config, blue_green("CANARY", wait=6, end=12, CanarySize=count(1)))
    arn = hosting.settled(endpoint)["EndpointArn"]
    baking, on = "Baking for {} seconds ({}) with traffic enabled on", "instance(s)."
    assert deployment_statuses(hosting, arn) == [
        ("Creating", "Launching 2 instance(s)."),
        ("ActivatingTraffic", f"Activating traffic on canary capacity of 1 {on}"),
        ("Baking", f"{baking.format(6, 'WaitIntervalInSeconds')} canary capacity of 1 {on}"),
        ("ActivatingTraffic", f"Activating traffic on full capacity of 2 {on}"),
        ("Baking", f"{baking.format(12, 'TerminationWaitInSeconds')} full capacity of 2 {on}"),
        ("Deleting", "Terminating 1 instance(s)."),
    ]


@pytest.mark.documented(f"{GUIDE}/deployment-guardrails-blue-green-linear.html")
def test_linear_traffic_goes_over_in_steps(hosting: Hosting, bakes: Bakes) -> None:
    endpoint, config = pair(hosting, old=2, new=3)
    step = {"Type": "CAPACITY_PERCENT", "Value": 34}
    how = blue_green("LINEAR", wait=SHORT, LinearStepSize=step)
    with Asking(hosting, endpoint) as asking:
        begin(hosting, endpoint, config, how)
        for active in (1, 2):
            until(hosting, endpoint, "Baking", active)
            assert active / 3 - 0.18 <= part(asking.next(200)) <= active / 3 + 0.18
            # Blue is there until the end.
            assert live(hosting, endpoint)["CurrentInstanceCount"] == 2 == len(fleet_pids(endpoint))
            bakes.end()
        assert hosting.settled(endpoint)["EndpointConfigName"] == config
        assert part(asking.next(20)[5:]) == 1
    assert not asking.errors


@pytest.mark.documented(f"{GUIDE}/deployment-guardrails-blue-green-all-at-once.html")
def test_all_at_once_bakes_with_all_traffic(hosting: Hosting, bakes: Bakes) -> None:
    endpoint, config = pair(hosting, old=1, new=1)
    with Asking(hosting, endpoint) as asking:
        begin(hosting, endpoint, config, blue_green("ALL_AT_ONCE", end=SHORT))
        until(hosting, endpoint, "Baking", 1)
        assert part(asking.next(20)[5:]) == 1
        assert hosting.describe(endpoint)["EndpointStatus"] == "Updating"
        bakes.end()
        assert hosting.settled(endpoint)["EndpointConfigName"] == config
        # Without guardrails as well.
        old = hosting.config(hosting.model("one"))
        assert hosting.update(endpoint, old)["EndpointConfigName"] == old
        assert part(asking.next(20)[5:]) == 0
    assert not asking.errors


@pytest.mark.documented(f"{GUIDE}/deployment-guardrails-rolling.html")
def test_rolling_replaces_batch_by_batch(hosting: Hosting, bakes: Bakes) -> None:
    endpoint, config = pair(hosting, old=4, new=4)
    blue = fleet_pids(endpoint)
    with Asking(hosting, endpoint) as asking:
        begin(hosting, endpoint, config, rolling(2, wait=SHORT))
        until(hosting, endpoint, "Baking", 2)
        # What is replaced ends after its bake.
        assert fleet_pids(endpoint) == blue
        assert 0.32 <= part(asking.next(200)) <= 0.68
        bakes.end()
        until(hosting, endpoint, "Baking", 4)
        assert fleet_pids(endpoint) == blue[:2]
        assert live(hosting, endpoint)["CurrentInstanceCount"] == 2
        bakes.end()
        assert hosting.settled(endpoint)["EndpointConfigName"] == config
    assert not asking.errors
    assert len(fleet_pids(endpoint)) == 4


@pytest.mark.documented(
    "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpoint.html"
)
def test_the_last_deployment_config_is_used_again(hosting: Hosting, bakes: Bakes) -> None:
    how = blue_green("CANARY", wait=SHORT, CanarySize=count(1))
    first = hosting.config(hosting.model("one"), InitialInstanceCount=2)
    endpoint = hosting.endpoint(first, DeploymentConfig=how)
    assert hosting.describe(endpoint)["LastDeploymentConfig"] == how
    second = hosting.config(hosting.model("two"), InitialInstanceCount=2)
    hosting.sagemaker.update_endpoint(
        EndpointName=endpoint, EndpointConfigName=second, RetainDeploymentConfig=True
    )
    until(hosting, endpoint, "Baking", 1)
    bakes.end()
    described = hosting.settled(endpoint)
    assert (described["EndpointConfigName"], described["LastDeploymentConfig"]) == (second, how)


@pytest.mark.documented(f"{GUIDE}/deployment-guardrails-exclusions.html")
def test_another_variant_name_falls_back_to_all_at_once(hosting: Hosting) -> None:
    endpoint = hosting.endpoint(hosting.config(hosting.model("one"), InitialInstanceCount=2))
    config = hosting.config(hosting.model("two"), VariantName="Other")
    # Neither the canary nor the bake of an hour, which would be a minute here.
    begin(hosting, endpoint, config, blue_green("CANARY", wait=LONG, end=LONG, CanarySize=count(1)))
    described = hosting.settled(endpoint)
    assert described["EndpointConfigName"] == config
    assert hosting.number(endpoint) == 2


@pytest.mark.documented(f"{GUIDE}/deployment-guardrails-blue-green.html")
def test_nothing_of_blue_is_left(hosting: Hosting) -> None:
    endpoint, config = pair(hosting, old=2, new=2)
    blue = fleet_pids(endpoint)
    begin(hosting, endpoint, config, blue_green("LINEAR", wait=6, LinearStepSize=count(1)))
    hosting.settled(endpoint)

    def gone() -> bool:
        return not [pid for pid in blue if Path(f"/proc/{pid}").exists()]

    assert current().changes.wait_until(gone, 20, recheck_seconds=0.05)
    # A fleet that was active in parts grows like any other.
    hosting.sagemaker.update_endpoint_weights_and_capacities(
        EndpointName=endpoint,
        DesiredWeightsAndCapacities=[{"VariantName": "AllTraffic", "DesiredInstanceCount": 3}],
    )
    hosting.settled(endpoint)
    with Asking(hosting, endpoint) as asking:
        asking.next(30)
    streams = hosting.service.client("logs").describe_log_streams(
        logGroupName=f"/aws/sagemaker/Endpoints/{endpoint}"
    )
    assert len(streams["logStreams"]) == 5
