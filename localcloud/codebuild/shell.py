"""The shell of a build: one instance that runs every command of every phase.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-cmd.html: under version 0.2 all
commands run in the same instance of the shell, so that directories, variables and functions last.
A command that ends the shell (`exit`, or a failure under `set -e`) does not end that: the next one
gets a new shell with the directory and the exported variables that the old one left. What the old one
had left running ends with it, on AWS with the build.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import subprocess
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO
from uuid import uuid4

from localcloud.cloud import current
from localcloud.process_tree import kill_below, kill_trees

LAST_WORDS_SECONDS = 1.0
# Longer lines are cut into several, so that a log event is never too long.
LONGEST_LINE = 200_000


class Interrupted(Exception):
    """A command was ended because the build's time is up, or it was stopped."""


class Shell:
    """Runs commands one after another; `on_line` gets each line that they print."""

    def __init__(
        self,
        kind: str,
        environment: Mapping[str, str],
        directory: Path,
        scripts: Path,
        on_line: Callable[[str], None],
    ) -> None:
        self._program = shutil.which(kind, path=environment["PATH"]) or f"/bin/{kind}"
        self._environment = dict(environment)
        self._directory = directory
        self._scripts = scripts
        self._on_line = on_line
        self._child: subprocess.Popen[bytes] | None = None
        self._groups: list[int] = []
        self._reader: threading.Thread | None = None
        self._mark = f"--{uuid4().hex}--"
        self._status: int | None = None

    def run(self, command: str, interrupted: Callable[[], bool], seconds: float) -> int:
        """Run a command; its exit status. Raises Interrupted, and then nothing of it runs on."""
        script = self._scripts / "script.sh"
        script.write_text(command + "\n")
        child = self._child if self._child and self._child.poll() is None else self._start()
        self._status = None
        line = f". {shlex.quote(str(script))} </dev/null\nprintf '%s%s\\n' {self._mark} $? >&9\n"
        with contextlib.suppress(BrokenPipeError):
            self._stdin(child).write(line.encode())
            self._stdin(child).flush()
        cloud = current()

        def ended() -> bool:
            return self._status is not None or child.poll() is not None or interrupted()

        cloud.changes.wait_until(ended, seconds, stop=cloud.stopping)
        if self._status is None and child.poll() is not None and self._reader is not None:
            self._reader.join(LAST_WORDS_SECONDS)
        if self._status is not None:
            return self._status
        if child.poll() is None:
            self.close()
            raise Interrupted
        return child.returncode if child.returncode >= 0 else 128 - child.returncode

    def close(self) -> None:
        """End the shell and whatever it left running."""
        # The keeper stays, to take notice of their end, and ends by itself.
        kill_below(self._groups)
        if self._child is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(LAST_WORDS_SECONDS)
        kill_trees(self._groups)
        if self._child is not None:
            self._child.wait()
            with contextlib.suppress(BrokenPipeError):
                self._stdin(self._child).close()
        if self._reader is not None:
            self._reader.join(LAST_WORDS_SECONDS)
        for group in self._groups:
            current().processes.forget(group)
        self._groups.clear()
        self._child = None

    def _start(self) -> subprocess.Popen[bytes]:
        child: subprocess.Popen[bytes] = current().processes.spawn(
            [self._program, "-s"],
            environment=self._environment,
            directory=self._directory,
            keep=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self._groups.append(child.pid)
        left, place = self._scripts / "environment.sh", self._scripts / "directory"
        lines = ["exec 9>&1"]
        if self._child is not None and left.exists():
            lines += [f". {shlex.quote(str(left))}", f'cd "$(cat {shlex.quote(str(place))})"']
        save = f"export -p >{shlex.quote(str(left))}; pwd >{shlex.quote(str(place))}"
        lines.append(f"trap {shlex.quote(save)} EXIT")
        self._stdin(child).write(("\n".join(lines) + "\n").encode())
        self._child = child
        self._reader = current().background("output of a build", self._read, child)
        current().background("end of a shell", child.wait)
        return child

    def _read(self, child: subprocess.Popen[bytes]) -> None:
        mark = self._mark.encode()
        if child.stdout is None:
            return
        left = b""
        while chunk := os.read(child.stdout.fileno(), 65536):
            *lines, left = (left + chunk).split(b"\n")
            for line in lines:
                text, found, status = line.partition(mark)
                self._print(text, whole=not found)
                if found and child is self._child:
                    self._status = int(status)
                    current().changes.announce()
            if len(left) > LONGEST_LINE:
                self._print(left, whole=True)
                left = b""
        self._print(left, whole=False)
        child.stdout.close()

    def _print(self, line: bytes, *, whole: bool) -> None:
        if line or whole:
            self._on_line(line.decode(errors="replace").rstrip("\r"))

    @staticmethod
    def _stdin(child: subprocess.Popen[bytes]) -> IO[bytes]:
        if child.stdin is None:
            raise RuntimeError("the shell has no standard input")
        return child.stdin
