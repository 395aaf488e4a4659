"""A function's process as the cloud sees it: started by forking, asked one event at a time, ended.

Its output comes through a pipe, which is read while it answers and emptied when it has: what it wrote
before its answer belongs to that invocation.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import socket
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from subprocess import Popen
from typing import Any

from localcloud.cloud import Cloud
from localcloud.errors import AwsError
from localcloud.lambda_runtime import provided
from localcloud.lambda_runtime.worker import receive, send
from localcloud.process_tree import kill_trees
from localcloud.processes import TooManyProcesses

FORK_SECONDS = 30.0


class WorkerTimedOut(Exception):
    """The process did not answer in time."""


class WorkerEnded(Exception):
    """The process ended without an answer; the text says how, as Lambda says it."""


class ForkServer:
    """The parent of all functions' processes, started when it is first needed."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._lock = threading.Lock()
        self._process: Popen[Any] | None = None
        self._control: socket.socket | None = None

    def fork(self, environment: Mapping[str, str]) -> WorkerProcess:
        """A new process with exactly this environment, about to load its handler.

        Raises TooManyRequestsException when the cloud has no room for another.
        """
        try:
            self._cloud.processes.require_room()
        except TooManyProcesses as error:
            raise AwsError("TooManyRequestsException", error.message, 429) from error
        ours, theirs = socket.socketpair()
        log_read, log_write = os.pipe()
        try:
            request = json.dumps({"environment": dict(environment)})
            pid = self._ask(request, [theirs.fileno(), log_write])
        finally:
            theirs.close()
            os.close(log_write)
        self._cloud.processes.adopt(pid)
        return WorkerProcess(self._cloud, self, pid, ours, log_read)

    def exit_status(self, pid: int) -> int:
        """How a process that closed its channel has ended; negative: the signal that killed it."""
        return self._ask(json.dumps({"ended": pid}), [])

    def forget(self, pid: int) -> None:
        """End what a process that has ended left running."""
        with contextlib.suppress(OSError, ValueError):
            if self._process is not None and self._process.poll() is None:
                self._ask(json.dumps({"gone": pid}), [])

    def warm_up(self) -> None:
        """Start it, so that the first function need not wait for it."""
        with self._lock:
            self._running()

    def _ask(self, request: str, descriptors: list[int]) -> int:
        with self._lock:
            for attempt in (1, 2):
                control = self._running()
                try:
                    socket.send_fds(control, [request.encode()], descriptors)
                    return int(control.recv(64))
                except (OSError, ValueError):  # it has ended: start another, once
                    self._control = None
                    if attempt == 2:
                        raise
        raise RuntimeError("unreachable")

    def _running(self) -> socket.socket:
        if self._control is None or self._process is None or self._process.poll() is not None:
            ours, theirs = socket.socketpair()
            here = Path(__file__)
            self._process = self._cloud.processes.spawn(
                [
                    sys.executable,
                    "-I",
                    "-S",
                    str(here.with_name("fork_server.py")),
                    str(theirs.fileno()),
                    str(provided.folder()),
                    str(here.parent.parent.parent),
                ],
                # macOS refuses to fork a process that has used certain of its libraries, else.
                environment={"OBJC_DISABLE_INITIALIZE_FORK_SAFETY": "YES", "LANG": "en_US.UTF-8"},
                pass_fds=(theirs.fileno(),),
            )
            theirs.close()
            ours.settimeout(FORK_SECONDS)
            self._control = ours
        return self._control


class WorkerProcess:
    """One process of one function."""

    def __init__(
        self, cloud: Cloud, parent: ForkServer, pid: int, channel: socket.socket, log: int
    ) -> None:
        self._cloud = cloud
        self._parent = parent
        self.pid = pid
        self._channel = channel
        self._log = log
        os.set_blocking(log, False)
        self._written = bytearray()
        self._ended = False

    def ask(self, message: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """Send one message and wait for its answer; WorkerTimedOut or WorkerEnded without one."""
        try:
            send(self._channel, message)
        except OSError:
            raise self._end() from None
        return self.answer(seconds)

    def answer(self, seconds: float) -> dict[str, Any]:
        """Wait for the process's next message, reading its output meanwhile."""
        deadline = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(self._channel, selectors.EVENT_READ)
            selector.register(self._log, selectors.EVENT_READ)
            while True:
                left = deadline - time.monotonic()
                if left <= 0:
                    self._read_log()
                    raise WorkerTimedOut
                ready = {key.fileobj for key, _ in selector.select(left)}
                if self._log in ready and not self._read_log():
                    selector.unregister(self._log)
                if self._channel in ready:
                    message = receive(self._channel)
                    self._read_log()
                    if message is None:
                        raise self._end()
                    return message

    def take_output(self) -> str:
        """What it has written since this was last asked."""
        text = self._written.decode("utf-8", "replace")
        self._written.clear()
        return text

    def kill(self) -> None:
        """End the process and all that it started, at once."""
        if self._ended:
            return
        self._ended = True
        kill_trees([self.pid])
        self._parent.forget(self.pid)
        self._cloud.processes.forget(self.pid)
        self._channel.close()
        with contextlib.suppress(OSError):
            os.close(self._log)

    def _end(self) -> WorkerEnded:
        status = self._parent.exit_status(self.pid)
        if status == 0:
            return WorkerEnded("Runtime exited without providing a reason")
        if status < 0:
            name = signal.strsignal(-status) or str(-status)
            return WorkerEnded(f"Runtime exited with error: signal: {name.lower()}")
        return WorkerEnded(f"Runtime exited with error: exit status {status}")

    def _read_log(self) -> bool:
        """Read what there is; False at the end."""
        while True:
            try:
                part = os.read(self._log, 1 << 16)
            except BlockingIOError:
                return True
            except OSError:
                return False
            if not part:
                return False
            self._written += part
