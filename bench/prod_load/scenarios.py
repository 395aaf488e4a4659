"""What is done to prod under load, one function each; all but the last leave prod as they found it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from typing import Any

from bench.prod_load.figures import Figures, figures
from bench.prod_load.inference import NEVER_HEALTHY, RAISES, SLOW, SLOW_SECONDS
from bench.prod_load.load import Load
from bench.prod_load.outcome import CANARY, NONE, UNDER_WAY, Outcome
from bench.prod_load.site import INSTANCES, SCALING_RATE, STEADY_SECONDS, Site
from localcloud.process_tree import descendants
from tests.e2e.deployed import wait_for

WAIT_SECONDS = 60.0


def good_update_and_rollback(site: Site) -> list[Outcome]:
    """Another good version is deployed; then it is rejected, and the one before comes back."""
    version = site.register("second")
    execution, token = site.wait_for_prods_approval(version)
    with site.load() as load:
        _steady(site, load)
        site.release(token)
        said = site.end_of(execution)
        _steady(site, load)
    found = _figures(site, load, "first", "second")
    update = Outcome(
        name="good update",
        what="a good update",
        circumstances=site.circumstances,
        figures=found,
        may_lose=NONE,
        detected_seconds=None,
        back_seconds=None,
        said=said,
    )
    return [update, _rollback(site, version)]


def raising_model(site: Site) -> list[Outcome]:
    """A version that raises on every record, in prod only."""
    found, began, said = _bad_deployment(site, RAISES)
    alarm = site.first_alarm(began)
    return [
        Outcome(
            name="raising model",
            what="a model that raises on every record",
            circumstances=site.circumstances,
            figures=found,
            may_lose=CANARY,
            detected_seconds=_between(found.first_other, alarm),
            back_seconds=_between(alarm, found.last_other),
            said=said,
        )
    ]


def slow_model(site: Site) -> list[Outcome]:
    """A version that answers rightly, and late."""
    found, began, said = _bad_deployment(site, SLOW)
    alarm = site.first_alarm(began)
    return [
        Outcome(
            name="slow model",
            what=f"a model that answers {SLOW_SECONDS:g} s late",
            circumstances=site.circumstances,
            figures=found,
            may_lose=NONE,
            detected_seconds=_between(found.first_other, alarm),
            back_seconds=_between(alarm, found.last_other),
            answer_seconds=SLOW_SECONDS,
            said=said,
        )
    ]


def never_healthy_container(site: Site) -> list[Outcome]:
    """A version whose container never answers a ping: it gets no traffic at all."""
    site.require_calm()
    execution, token = site.wait_for_prods_approval(site.register("second", NEVER_HEALTHY))
    before = site.described()["LastModifiedTime"]
    with site.load() as load:
        _steady(site, load)
        site.release(token)
        began = wait_for(
            site.described, lambda seen: seen["LastModifiedTime"] != before, "the update"
        )
        ended = wait_for(
            site.described, lambda seen: seen["EndpointStatus"] == "InService", "the rollback"
        )
        said = site.end_of(execution)
        _steady(site, load)
    found = _figures(site, load, "first", "second")
    return [
        Outcome(
            name="never healthy",
            what="a container that never becomes healthy",
            circumstances=site.circumstances,
            figures=found,
            may_lose=NONE,
            detected_seconds=(
                ended["LastModifiedTime"] - began["LastModifiedTime"]
            ).total_seconds(),
            back_seconds=0.0 if found.by_new == 0 else None,
            said=said,
        )
    ]


def killed_process(site: Site) -> list[Outcome]:
    """One of prod's serving processes gets SIGKILL."""
    with site.load() as load:
        _steady(site, load)
        known = site.serving_processes()
        victim = [pid for pid in known if pid in descendants([site.server_pid])][-1]
        killed = time.time()
        os.kill(victim, signal.SIGKILL)
        wait_for(site.serving_processes, lambda now: len(now) > len(known), "another", WAIT_SECONDS)
        back = time.time() - killed
        _steady(site, load)
    return [
        Outcome(
            name="killed process",
            what=f"one of {INSTANCES} serving processes gets SIGKILL",
            circumstances=site.circumstances,
            figures=_figures(site, load, "first", None),
            may_lose=UNDER_WAY,
            detected_seconds=None,
            back_seconds=back,
            disturbed_at=killed,
            said=f"{site.described()['EndpointStatus']} all the time",
        )
    ]


def scale_out(site: Site) -> list[Outcome]:
    """More load than its instances are to have: autoscaling adds some."""

    def counts(name: str) -> int:
        return int(site.described()["ProductionVariants"][0][f"{name}InstanceCount"])

    with site.load(SCALING_RATE) as load:
        began = time.time()
        wanted = wait_for(
            lambda: counts("Desired"), lambda count: count > INSTANCES, "scaling", WAIT_SECONDS
        )
        detected = time.time()
        wait_for(lambda: counts("Current"), lambda count: count >= wanted, "it", WAIT_SECONDS)
        back = time.time()
        _steady(site, load)
    found = _figures(site, load, "first", None, SCALING_RATE)
    return [
        Outcome(
            name="scale-out",
            what=f"a scale-out, at {SCALING_RATE:g} requests a second",
            circumstances=site.circumstances,
            figures=found,
            may_lose=NONE,
            detected_seconds=detected - began,
            back_seconds=back - detected,
            said=f"{INSTANCES} instances became {wanted}",
        )
    ]


SCENARIOS: dict[str, Callable[[Site], list[Outcome]]] = {
    "good-update-and-rollback": good_update_and_rollback,
    "raising-model": raising_model,
    "slow-model": slow_model,
    "never-healthy-container": never_healthy_container,
    "killed-process": killed_process,
    "scale-out": scale_out,
}


def _rollback(site: Site, version: str) -> Outcome:
    deployed = site.deployed
    site.require_calm()
    before = deployed.deployments()
    with site.load() as load:
        _steady(site, load)
        began = time.time()
        deployed.approve(version, "Rejected")
        said = site.end_of(deployed.deployment_after(before))
        _steady(site, load)
    found = _figures(site, load, "second", "first")
    return Outcome(
        name="rollback",
        what="a rollback: the live version is rejected",
        circumstances=site.circumstances,
        figures=found,
        may_lose=NONE,
        detected_seconds=_between(began, found.first_new),
        back_seconds=_between(found.first_new, found.last_old),
        said=said,
    )


def _bad_deployment(site: Site, fault: str) -> tuple[Figures, float, str]:
    """Deploy a bad version to prod; what the load met, when it began, what the action said."""
    site.require_calm()
    execution, token = site.wait_for_prods_approval(site.register("second", fault))
    with site.load() as load:
        _steady(site, load)
        began = time.time()
        site.release(token)
        said = site.end_of(execution)
        _steady(site, load)
    return _figures(site, load, "first", "second"), began, said


def _steady(site: Site, load: Load) -> None:
    load.wait_for(round(STEADY_SECONDS * site.circumstances.rate), WAIT_SECONDS)


def _figures(
    site: Site, load: Load, old: str, new: str | None, rate: float | None = None
) -> Figures:
    predicted: Any = None if new is None else site.predictions(new)
    return figures(
        load.samples(), rate or site.circumstances.rate, site.predictions(old), predicted
    )


def _between(start: float | None, end: float | None) -> float | None:
    return None if start is None or end is None else max(0.0, end - start)
