"""Each Lambda function is killed, throttled, hung, and gets an error, at each AWS call that it makes.

After each of these the loop comes to the same end as without it: by itself, or, where a failure is the
right answer, with a reason that says what happened, and by running the same again. What is live answers all
the while, nothing is registered or started twice, and no event is lost.

The calls are those of good runs, recorded where the local cloud authorises them. `make soak` goes through
all of them (`test_every_call`); otherwise two of each function are tried: killed at its last call, after
that was carried out, and an error of the service at the one in the middle.
"""

from __future__ import annotations

import json
import sys

import pytest

from tests.e2e.deployed import wait_for
from tests.faults import stacks
from tests.faults.bench import Bench
from tests.faults.injector import HUNG, KILLED_DONE, KINDS, RAISED
from tests.unit.lambdas.assets import HANDLERS
from tools import faults_page

pytestmark = [
    pytest.mark.skipif(
        not sys.platform.startswith("linux"), reason="whose call it is, is found in /proc"
    ),
    pytest.mark.timeout(900),
]


@pytest.mark.parametrize("function", HANDLERS)
def test_page_knows_every_call(bench: Bench, function: str) -> None:
    """What a function has begun to call since `make soak` wrote the page was not tried: the page must say
    so until the next run."""
    page = faults_page.PAGE.read_text()
    tried = faults_page.functions_of(page.partition(faults_page.NOT_TRIED)[0]).get(function, set())
    called = {point.calls[-1].partition(" ")[0] for point in bench.points[function]}
    untried = sorted(called - tried)
    listed = sorted(faults_page.not_tried(page).get(function, set()))
    assert untried == listed, f"run `make soak`; not tried: {', '.join(untried)}"


@pytest.mark.parametrize("function", HANDLERS)
def test_killed_at_the_last_call(bench: Bench, function: str) -> None:
    longest = max(bench.points[function], key=lambda point: len(point.calls))
    bench.survive(longest, KILLED_DONE)


@pytest.mark.parametrize("function", HANDLERS)
def test_error_at_the_call_in_the_middle(bench: Bench, function: str) -> None:
    points = bench.points[function]
    bench.survive(points[len(points) // 2], RAISED)


def test_function_that_hangs_is_ended_and_tried_again(bench: Bench) -> None:
    (*_, last) = bench.points["request_deployment"]
    bench.survive(last, HUNG)


def test_event_that_nobody_handles_is_kept(bench: Bench) -> None:
    """All three attempts fail: the event lies in the dead-letter queue, and can be sent again."""
    deployed = bench.loop.deployed
    first, *_ = bench.points["request_deployment"]
    before, version = deployed.deployments(), bench.loop.register()
    with bench.injector.fault(first, RAISED, times=3) as armed:
        deployed.approve(version)
        (event,) = wait_for(lambda: stacks.undelivered(deployed), bool, "the dead letter")
    assert armed.fired
    assert json.loads(event)["detail"]["ModelPackageArn"] == version
    assert deployed.deployments() == before
    stacks.forget_undelivered(deployed)
    deployed.client("lambda").invoke(
        FunctionName=deployed.function("RequestDeployment"),
        InvocationType="Event",
        Payload=event.encode(),
    )
    deployed.follow_deploy(deployed.deployment_after(before))
    assert deployed.live("staging") == deployed.live("prod") == version
    assert not bench.prod.failures
    kind = "raised, three times in a row"
    bench.counts.survived_one("an approval's event", kind, "in the dead-letter queue, sent again")


@pytest.mark.soak
@pytest.mark.timeout(5400)
@pytest.mark.parametrize("function", HANDLERS)
def test_every_call(bench: Bench, function: str) -> None:
    lost = []
    for point in bench.points[function]:
        for kind in KINDS:
            try:
                bench.survive(point, kind)
            except AssertionError as error:
                lost.append(f"{kind} at {point}: {error}")
    assert not lost, "\n".join(lost)
