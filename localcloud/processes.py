"""Child processes of the cloud: each in a process group of its own, none left when it ends."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


class Processes:
    """Starts child processes and ends them all, also when the server itself is killed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._groups: set[int] = set()
        self._guardian = subprocess.Popen(
            [sys.executable, "-S", "-E", str(Path(__file__).with_name("guardian.py"))],
            stdin=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )

    def spawn(
        self,
        arguments: Sequence[str],
        *,
        environment: Mapping[str, str],
        directory: Path | None = None,
        **options: Any,
    ) -> subprocess.Popen[Any]:
        """Start a child in a group of its own with exactly this environment.

        `options` go to `subprocess.Popen`. Call `forget` once the child has been waited for.
        """
        child = subprocess.Popen(
            list(arguments),
            env=dict(environment),
            cwd=directory,
            start_new_session=True,
            **options,
        )
        self.adopt(child.pid)
        return child

    def adopt(self, group: int) -> None:
        """Take charge of a process group that somebody else (a forking parent) started."""
        with self._lock:
            self._groups.add(group)
        self._tell(f"+{group}\n")

    def forget(self, group: int) -> None:
        """The group has ended: its number may now belong to somebody else."""
        with self._lock:
            self._groups.discard(group)
        self._tell(f"-{group}\n")

    def end(self, child: subprocess.Popen[Any], grace_seconds: float = 5.0) -> None:
        """Ask a child's whole group to end (SIGTERM), then make it (SIGKILL)."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGTERM)
        try:
            child.wait(grace_seconds)
        except subprocess.TimeoutExpired:
            pass
        finally:
            kill_group(child.pid)
            child.wait()
            self.forget(child.pid)

    def stop(self) -> None:
        """End every group that is still there, and the guardian."""
        with self._lock:
            groups, self._groups = self._groups, set()
        for group in groups:
            kill_group(group)
        if self._guardian.stdin is not None:
            with contextlib.suppress(OSError):
                self._guardian.stdin.close()
        self._guardian.wait()

    def _tell(self, line: str) -> None:
        stdin = self._guardian.stdin
        if stdin is None or stdin.closed:
            return
        with self._lock, contextlib.suppress(OSError, ValueError):
            stdin.write(line)
            stdin.flush()


def kill_group(group: int) -> None:
    """Kill a process group at once; nothing happens if it has already ended."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
