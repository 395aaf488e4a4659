"""Child processes of the cloud: each in a process group of its own, none left when it ends.

What a child has started, and hidden from its group, is ended with it (`process_tree`): for that a child
is either of a program of ours, which adopts its orphans, or run by the keeper.
"""

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

from localcloud.errors import AwsError
from localcloud.process_tree import kill_trees

# Builds, functions' and jobs' processes, model servers, git: a laptop has no room for more.
PROCESSES_AT_ONCE = 256


class TooManyProcesses(AwsError):
    """As many processes run as the cloud may have at once."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            "ResourceLimitExceeded",
            f"the local cloud already runs {limit} processes, which is all it may run at once: wait "
            "until some have ended",
        )


class Processes:
    """Starts child processes and ends them all, also when the server itself is killed."""

    def __init__(self, at_once: int = PROCESSES_AT_ONCE) -> None:
        self._at_once = at_once
        self._lock = threading.Lock()
        self._groups: set[int] = set()
        self._guardian = subprocess.Popen(
            _program("guardian.py"),
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
        keep: bool = False,
        **options: Any,
    ) -> subprocess.Popen[Any]:
        """Start a child in a group of its own with exactly this environment.

        With `keep` the keeper runs it, which ends what it leaves behind; its program is then given by
        its whole path. `options` go to `subprocess.Popen`. Call `forget` once the child has been
        waited for. Raises TooManyProcesses.
        """
        self.require_room()
        child = subprocess.Popen(
            [*_program("keeper.py"), *arguments] if keep else list(arguments),
            env=dict(environment),
            cwd=directory,
            start_new_session=True,
            **options,
        )
        self.adopt(child.pid)
        return child

    def require_room(self) -> None:
        """Raise TooManyProcesses if another process would be one too many."""
        with self._lock:
            if len(self._groups) >= self._at_once:
                raise TooManyProcesses(self._at_once)

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
            kill_trees([child.pid])
            child.wait()
            self.forget(child.pid)

    def stop(self) -> None:
        """End every group that is still there, and the guardian."""
        with self._lock:
            groups, self._groups = self._groups, set()
        kill_trees(groups)
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


def _program(name: str) -> list[str]:
    return [sys.executable, "-I", "-S", str(Path(__file__).with_name(name))]
