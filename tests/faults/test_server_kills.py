"""The server is killed at random moments of the loop: nothing of it is left, and the next start is clean.

A moment is a number of different calls that the roles have made, so that it does not depend on how fast the
machine is; the seed is fixed, and FAULTS_SEED gives another. Each next loop runs on what the killed one has
left, and after the last kill it runs to its end.
"""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest

from localcloud import remains
from tests.faults import killed_server
from tests.faults.counts import Counts
from tests.faults.killed_server import GONE_SECONDS, KilledServer
from tests.faults.loop_driver import DONE
from tests.local_server import LocalCloud

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="elsewhere what leaves its group is not found"
)

SEED = int(os.environ.get("FAULTS_SEED", "20261124"))
KILLS = 10
# As many different calls as the whole loop makes, and about as many as there are before the build.
CALLS_OF_THE_LOOP = 140
CALLS_OF_THE_DEPLOYMENT = 40
LOOP_SECONDS = 900


def say(text: str) -> None:
    """For `pytest -s`, and for the report of a failure."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def kill_at(server: KilledServer, moment: int, log: Path) -> str:
    """Run the loop, and kill the server after so many different calls; the stage that it was in."""
    with killed_server.loop(server, log) as driver:
        reached = killed_server.until(
            lambda: server.progress() >= moment or driver.poll() is not None, LOOP_SECONDS
        )
        assert reached, log.read_text()
        ended = driver.poll() is not None
        started = server.kill()
    said = log.read_text()
    # A failure before the kill would be another fault than this one.
    assert not ended or DONE in said, said
    gone = killed_server.until(
        lambda: not killed_server.alive(started) and not server.left(), GONE_SECONDS
    )
    assert gone, (killed_server.alive(started), server.left())
    stages = [line for line in said.splitlines() if line.startswith("✓")]
    return f"{len(started)} processes, after: {stages[-1][:90] if stages else 'the start'}"


def starts_clean(server: KilledServer, killed: int) -> None:
    """Start it again: it says what it found, and has nothing of it."""
    server.start()
    assert f"did not end by itself (process {killed}, " in server.says, server.says
    assert "thrown away what it left: " in server.says
    cloud = LocalCloud(server.endpoint)
    assert cloud.client("s3").list_buckets()["Buckets"] == []
    assert cloud.client("lambda").list_functions()["Functions"] == []
    assert cloud.client("sagemaker").list_endpoints()["Endpoints"] == []
    old = [each for each in remains.folders(server.state) if any(each.rglob("*.log"))]
    assert not old, old


def test_killed_while_the_stacks_are_deployed(tmp_path: Path) -> None:
    moment = random.Random(SEED).randint(1, CALLS_OF_THE_DEPLOYMENT)
    server = KilledServer(tmp_path / "state")
    server.start()
    try:
        assert "did not end by itself" not in server.says
        killed = server.pid
        say(f"killed at call {moment}: {kill_at(server, moment, tmp_path / 'loop.log')}")
        starts_clean(server, killed)
        server.stop()
        server.start()
        assert "did not end by itself" not in server.says
    finally:
        server.stop()


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_killed_at_ten_moments(tmp_path: Path) -> None:
    chance, counts = random.Random(SEED), Counts("kills")
    server = KilledServer(tmp_path / "state")
    server.start()
    try:
        for number in range(KILLS):
            moment = chance.randint(1, CALLS_OF_THE_LOOP)
            killed = server.pid
            counts.happened("the server", "killed")
            where = kill_at(server, moment, tmp_path / f"loop-{number}.log")
            say(f"killed at call {moment}: {where}")
            starts_clean(server, killed)
            counts.ended("the server", "killed", "clean start, said what it found")
        log = tmp_path / "loop.log"
        with killed_server.loop(server, log) as driver:
            driver.wait(LOOP_SECONDS)
        assert DONE in log.read_text(), log.read_text()
        counts.facts["different calls of the loop that ran to its end after the kills"] = (
            server.progress()
        )
    finally:
        server.stop()
        counts.write()
