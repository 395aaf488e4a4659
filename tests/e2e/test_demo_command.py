"""`make demo`, as a person runs it: to its end, interrupted, killed, and with the port taken."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.loop import STACKS
from tests import iam_calls

from .conftest import unused_port
from .deployed import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.local_only("the demonstration is the laptop's own")]


class Demo:
    """A running `make demo`, in a directory of its own that sees the project."""

    def __init__(self, directory: Path, *arguments: str) -> None:
        self.directory = directory
        self.port = unused_port()
        self.output = directory / "output.txt"
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                ["make", "demo", f"PORT={self.port}", *arguments],
                cwd=directory,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait(self, seconds: float = 300) -> tuple[int, str]:
        """Its exit status and all that it printed."""
        status = self.process.wait(seconds)
        return status, self.output.read_text()

    def reach(self, text: str) -> None:
        """Wait until it has printed a text."""
        wait_for(self.output.read_text, lambda printed: text in printed, text)

    def left_running(self) -> list[str]:
        """Processes that it started and that are still there."""
        mark = str(self.directory)
        left = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                try:
                    directory = str((entry / "cwd").readlink())
                    command = (entry / "cmdline").read_text().replace("\0", " ")
                except OSError:
                    continue
                if directory.startswith(mark) or mark in command:
                    left.append(f"{entry.name}: {command}")
        return left

    def port_is_free(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) != 0


@pytest.fixture
def ended() -> Iterator[list[Demo]]:
    """Runs to end after the test, however it went."""
    runs: list[Demo] = []
    yield runs
    for run in runs:
        if run.process.poll() is None:
            os.killpg(run.process.pid, signal.SIGKILL)
            run.process.wait()


def assert_nothing_is_left(run: Demo) -> None:
    wait_for(run.left_running, lambda left: not left, "the end of every process", seconds=20)
    assert run.port_is_free()


@pytest.mark.parametrize(
    ("checks", "given"),
    [
        pytest.param("native", True, id="native engine, the data set that is given"),
        pytest.param("open", False, id="open engine, the made-up data set"),
    ],
)
def test_whole_loop_ends_with_a_summary(
    checkout: Path, data_file: Path, ended: list[Demo], checks: str, given: bool
) -> None:
    run = Demo(checkout, f"CHECKS={checks}", *([f"DATA={data_file}"] if given else []))
    ended.append(run)
    status, printed = run.wait(900)
    assert status == 0, printed
    for stage in (
        "start the local cloud",
        "cdk bootstrap",
        "cdk deploy --all",
        "git push",
        "Build/Build",
        "step TrainAbaloneModel",
        "Train/Train",
        "approve the version",
        "Staging/Deploy",
        "SmokeTest/",
        "Approval/Approve",
        "Prod/Deploy",
        "invoke prod",
    ):
        assert stage in printed, f"{stage!r} is missing in:\n{printed}"
    assert (str(data_file) if given else "a made-up data set") in printed
    assert re.search(r"mse \d+\.\d+", printed)
    assert re.search(r"live in prod\s+│\s+\S+: InService, version 1", printed), printed
    _the_second_push_is_compared_and_the_third_is_stopped(printed, checks)
    assert_nothing_is_left(run)
    iam_calls.keep_calls(checkout / ".slipway", STACKS)


def _the_second_push_is_compared_and_the_third_is_stopped(printed: str, checks: str) -> None:
    for check in ("DataQuality", "DataBias", "ModelQuality", "ModelBias", "ModelExplainability"):
        assert f"{check}: skip=False register=False" in printed, printed
        assert printed.count(f"step {check}Check  Succeeded") >= 2
    assert "step ModelQualityCheckTolerance  Succeeded" in printed or checks == "open"
    stopped = printed.partition("shift a feature")[2]
    assert re.search(r"step DataQualityCheck  \S*Error", stopped), stopped
    assert re.search(r"the checks stopped it  shell_weight: .*0\.1", stopped), stopped
    # Printed in lines of the terminal's width.
    told = " ".join(stopped.partition("the checks stopped it  ")[2].split())
    assert re.search(r"\(mean 0\.\d+ in the baseline, now 0\.\d+\)", told), stopped
    assert "step RegisterAbaloneModel" not in stopped


def test_interrupted_it_leaves_nothing_running_and_can_run_again(
    checkout: Path, ended: list[Demo]
) -> None:
    first = Demo(checkout)
    ended.append(first)
    first.reach("cdk bootstrap")
    os.killpg(first.process.pid, signal.SIGINT)
    status, printed = first.wait(30)
    assert status != 0
    assert "interrupted" in printed
    assert_nothing_is_left(first)

    second = Demo(checkout)
    ended.append(second)
    second.reach("git push")
    # Killed, without a chance to clean up.
    os.killpg(second.process.pid, signal.SIGKILL)
    second.process.wait()
    assert_nothing_is_left(second)

    third = Demo(checkout)
    ended.append(third)
    third.reach("cdk bootstrap")
    os.killpg(third.process.pid, signal.SIGTERM)
    third.wait(30)
    assert_nothing_is_left(third)


def test_port_that_is_taken(checkout: Path, ended: list[Demo]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        started = time.monotonic()
        ran = subprocess.run(
            ["make", "demo", f"PORT={port}"],
            cwd=checkout,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert ran.returncode != 0
    assert f"port {port} on localhost is in use" in ran.stdout + ran.stderr
    assert "--port" in ran.stdout or "PORT=" in ran.stdout
    assert time.monotonic() - started < 30


def test_data_file_that_is_not_there(checkout: Path) -> None:
    ran = subprocess.run(
        ["make", "demo", "DATA=nowhere.csv"],
        cwd=checkout,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode != 0
    assert "nowhere.csv is not a file" in ran.stdout
