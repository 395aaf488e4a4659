"""Prod under an open load, through whatever a deployment can be: what people who use it meet meanwhile.

bench/prod_load has the scenarios and what each promises; `make bench` runs the same and writes the figures
to docs/deployments.md.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from bench.prod_load import scenarios
from bench.prod_load.outcome import Outcome, shortcomings
from bench.prod_load.site import INSTANCES, MOST_INSTANCES, Site, opened
from demo.local_cloud import REGION

from .conftest import ROOT, TOOLS, unused_port

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.local_only(
        "time and thresholds are those of one machine, at the local cloud's pace"
    ),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A cloud of its own: prod's settings are others than the other tests'."""
    path = os.pathsep.join([*map(str, TOOLS), os.environ["PATH"]])
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        patch.setenv("PATH", path)
        with opened(tmp_path_factory.mktemp("load"), unused_port(), REGION) as opened_site:
            yield opened_site


def kept(outcome: Outcome) -> None:
    """What every scenario promises, beside what is its own."""
    assert shortcomings(outcome) == [], outcome
    # Requests came all the time, and the old version answered before anything was done.
    assert outcome.figures.sent > outcome.circumstances.rate
    assert outcome.figures.by_old > 0


def test_a_good_update_and_its_rollback_lose_nothing(site: Site) -> None:
    update, rollback = scenarios.good_update_and_rollback(site)
    for outcome in (update, rollback):
        kept(outcome)
        assert outcome.figures.by_new > 0
        assert "is live and in service" in outcome.said
    assert f"canary of 1 of {INSTANCES} instances" in update.said
    assert site.deployed.live("prod") == site.live


def test_a_model_that_raises_costs_its_canarys_share_until_the_alarm(site: Site) -> None:
    (outcome,) = scenarios.raising_model(site)
    kept(outcome)
    assert outcome.figures.failed > 0
    assert outcome.figures.by_new == 0
    assert all(error.startswith("ModelError 500") for error in outcome.figures.errors)
    assert "the update was rolled back" in outcome.said
    assert f"{site.endpoint}-AllTraffic-Invocation5XXErrors" in outcome.said
    assert site.deployed.live("prod") == site.live


def test_a_slow_model_is_brought_back_by_its_latency(site: Site) -> None:
    (outcome,) = scenarios.slow_model(site)
    kept(outcome)
    assert outcome.figures.by_new > 0
    assert "the update was rolled back" in outcome.said
    assert "atency" in outcome.said
    assert site.deployed.live("prod") == site.live


def test_a_container_that_never_becomes_healthy_gets_no_request(site: Site) -> None:
    (outcome,) = scenarios.never_healthy_container(site)
    kept(outcome)
    assert outcome.figures.by_old == outcome.figures.sent
    assert "did not pass the ping health check" in outcome.said
    assert site.deployed.live("prod") == site.live


def test_a_killed_process_costs_no_more_than_what_it_had(site: Site) -> None:
    (outcome,) = scenarios.killed_process(site)
    kept(outcome)
    assert site.described()["EndpointStatus"] == "InService"


def test_more_load_brings_more_instances_and_loses_nothing(site: Site) -> None:
    (outcome,) = scenarios.scale_out(site)
    kept(outcome)
    count = site.described()["ProductionVariants"][0]["CurrentInstanceCount"]
    assert INSTANCES < count <= MOST_INSTANCES
