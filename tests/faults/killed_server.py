"""A server that is killed in the middle of the loop, what is left of it, and its next start."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from localcloud import process_tree
from tests.local_server import unused_port

ROOT = Path(__file__).resolve().parents[2]
TOOLS = (ROOT / ".venv" / "bin", ROOT / "node_modules" / ".bin")
START_SECONDS = 120
GONE_SECONDS = 30.0


class KilledServer:
    """A server in a process of its own, on one state directory from start to start."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self._process: subprocess.Popen[str] | None = None
        self.endpoint = ""
        self.says = ""
        """What it said when it started."""

    def start(self) -> None:
        """Start it, on whatever is there."""
        port = unused_port()
        self.endpoint = f"http://localhost:{port}"
        # A group of its own, as a person's terminal gives it.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "localcloud", "--port", str(port), "--state-dir", self.state],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        self.says = self._process.stdout.readline().strip()

    @property
    def pid(self) -> int:
        """Its process."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> list[int]:
        """Kill it at once; the processes that it had started, however far below."""
        os.kill(self.pid, signal.SIGSTOP)
        started = sorted(process_tree.descendants([self.pid]))
        os.kill(self.pid, signal.SIGKILL)
        self._end()
        return started

    def stop(self) -> None:
        """Let it end by itself."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._end()

    def progress(self) -> int:
        """How far the loop has come: how many different calls the roles have made (who, and what).

        Not how many calls: who waits asks again and again, the more often the slower the machine is.
        """
        try:
            lines = (self.state / "iam" / "calls.jsonl").read_text().splitlines()
        except OSError:
            return 0
        found = set()
        for line in lines:
            with contextlib.suppress(ValueError):  # the last one may be half written
                call = json.loads(line)
                if ":assumed-role/" in call["caller"]:
                    found.add((call["principal"], call["action"]))
        return len(found)

    def left(self) -> list[str]:
        """The processes that still run for its state directory, by what they were started with."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                with contextlib.suppress(OSError):
                    command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    places = (command, str((entry / "cwd").readlink()))
                    if any(str(self.state) in place for place in places):
                        found.append(f"{entry.name} {command}")
        return found

    def _end(self) -> None:
        assert self._process is not None
        self._process.wait(60)
        if self._process.stdout is not None:
            self._process.stdout.close()


@contextlib.contextmanager
def loop(server: KilledServer, log: Path) -> Iterator[subprocess.Popen[Any]]:
    """The loop on a server, in a process of its own, which is ended with all that it started."""
    path = os.pathsep.join([*map(str, TOOLS), os.environ["PATH"]])
    with log.open("w") as output:
        driver = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.loop_driver", server.endpoint, server.state],
            cwd=ROOT,
            env={**os.environ, "PATH": path},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield driver
    finally:
        process_tree.kill_trees([driver.pid])
        driver.wait()


def alive(pids: list[int]) -> list[int]:
    """Those that have not ended."""
    living = set().union(*process_tree.children_by_parent().values())
    return [pid for pid in pids if pid in living]


def until(condition: Callable[[], object], seconds: float) -> bool:
    """Look until it is so, or time is up."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return bool(condition())
