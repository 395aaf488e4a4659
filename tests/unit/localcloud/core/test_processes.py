"""Nothing that the cloud starts outlives it, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from localcloud.changes import Changes
from localcloud.clock import SystemClock
from localcloud.processes import Processes

ROOT = Path(__file__).resolve().parents[4]


def exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A killed orphan may wait for its new parent to reap it.
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0]


def eventually(condition: Callable[[], bool]) -> bool:
    return Changes(SystemClock()).wait_until(condition, 20, recheck_seconds=0.05)


def test_stop_ends_a_child_and_its_children() -> None:
    processes = Processes()
    child = processes.spawn(
        ["sh", "-c", "sleep 300 & echo $!; wait"],
        environment={"PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        text=True,
    )
    grandchild = int(child.stdout.readline())
    processes.stop()
    child.wait(20)
    assert eventually(lambda: not exists(grandchild))


def test_end_gives_a_child_time_and_then_kills_it() -> None:
    processes = Processes()
    child = processes.spawn(
        ["sh", "-c", "trap '' TERM; echo ready; while true; do sleep 300; done"],
        environment={"PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        text=True,
    )
    child.stdout.readline()
    processes.end(child, grace_seconds=0.2)
    processes.stop()
    assert child.returncode == -signal.SIGKILL


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at /proc")
def test_a_killed_server_leaves_no_children() -> None:
    program = (
        "import os, sys, time\n"
        "from localcloud.processes import Processes\n"
        "child = Processes().spawn(['sleep', '300'], environment=dict(os.environ))\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(300)\n"
    )
    server = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    child = int(server.stdout.readline())
    assert exists(child)
    server.kill()
    server.wait()
    assert eventually(lambda: not exists(child))
