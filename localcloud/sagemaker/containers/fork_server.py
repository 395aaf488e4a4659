"""The process from which containers are forked: it has the framework imported, and nothing started.

Importing pandas, scikit-learn and XGBoost takes longer than most small jobs; a child forked from a
process that has them starts in milliseconds. To fork safely the parent stays single-threaded (it
imports, and never computes), and to keep jobs apart nothing of a child ever comes back to it: every
container is a new child with a session, mount namespace, environment, working directory, standard
streams, signal handlers and random state of its own.

Run as a program, with the number of a connected Unix socket: requests are a length and JSON, with
file descriptors attached; answers are lines of JSON. Ends, and ends every child, when the socket
closes. Imports nothing of the local cloud, whose server it outlives by no more than a moment.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import struct
import sys
import tempfile
from pathlib import Path
from typing import Any

_HERE = str(Path(__file__).parent)
sys.path.insert(0, _HERE)
import container_child  # type: ignore[import-not-found]  # noqa: E402
import namespace  # type: ignore[import-not-found]  # noqa: E402

_ROOT = str(Path(__file__).parents[2])
sys.path.insert(0, _ROOT)
import process_tree  # type: ignore[import-not-found]  # noqa: E402

# What is imported here is for the containers, who have no modules of ours beside them.
sys.path[:] = [entry for entry in sys.path if entry not in (_HERE, _ROOT)]

_HEADER = struct.Struct("!I")
_MAX_DESCRIPTORS = 8


class ForkServer:
    """Answers the requests of one socket until it closes."""

    def __init__(self, control: socket.socket, modules: list[str]) -> None:
        self._control = control
        self._requests: dict[int, int] = {}
        self._woken, wakeup = os.pipe()
        os.set_blocking(wakeup, False)
        os.set_blocking(self._woken, False)
        self._wakeup = wakeup
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        # A terminal's Ctrl-C is for the server; this process ends when the server does.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
        missing = [name for name in modules if not _importable(name)]
        process_tree.adopt_orphans()
        # What was imported is never collected, so that collecting does not copy it in the children.
        gc.collect()
        gc.freeze()
        self._answer(ready=True, pid=os.getpid(), missing=missing, threads=_threads())

    def serve(self) -> None:
        """Work until the server's end of the socket is closed."""
        while True:
            control = self._control.fileno()
            readable, _, _ = select.select([control, self._woken], [], [])
            if self._woken in readable:
                os.read(self._woken, 4096)
                self._reap()
            if control in readable and not self._request():
                break
        process_tree.kill_below([os.getpid()])

    def _request(self) -> bool:
        header, descriptors, _, _ = socket.recv_fds(self._control, _HEADER.size, _MAX_DESCRIPTORS)
        if len(header) < _HEADER.size:
            return False
        (length,) = _HEADER.unpack(header)
        payload = b""
        while len(payload) < length:
            payload += self._control.recv(length - len(payload))
        request = json.loads(payload)
        pid = os.fork()
        if pid == 0:
            self._become(request, list(descriptors))
        for descriptor in descriptors:
            os.close(descriptor)
        self._requests[request["id"]] = pid
        self._answer(id=request["id"], pid=pid)
        return True

    def _become(self, request: dict[str, Any], descriptors: list[int]) -> None:
        """In the child: let go of everything of the parent's, then be what was asked for."""
        os.setsid()
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        for descriptor in (self._control.detach(), self._woken, self._wakeup):
            os.close(descriptor)
        try:
            if request["kind"] == "derive":
                control = socket.socket(fileno=descriptors[0])
                ForkServer(control, request["modules"]).serve()
                os._exit(0)
            if request["kind"] == "probe":
                os._exit(_probe(descriptors[0]))
            process_tree.adopt_orphans()
            container_child.run(request, descriptors)
        finally:
            os._exit(125)

    def _reap(self) -> None:
        """Report the children that have ended, and end what each left behind."""
        ended = {}
        for request, pid in list(self._requests.items()):
            if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                continue
            # While it is a zombie its number is nobody else's.
            _end_group(pid)
            _, status = os.waitpid(pid, 0)
            del self._requests[request]
            ended[request] = os.waitstatus_to_exitcode(status)
        if ended:
            # A container that runs has its own orphans; those of the ended ones are here.
            process_tree.kill_below([os.getpid()], spare=self._requests.values())
        self._bury()
        for request, code in ended.items():
            self._answer(id=request, exit=code)

    def _bury(self) -> None:
        """Take notice of the end of killed orphans, which would stay zombies."""
        known = set(self._requests.values())
        with contextlib.suppress(ChildProcessError):
            while found := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                if found.si_pid in known:
                    # It has ended just now: the signal of its end is still to come.
                    return
                os.waitpid(found.si_pid, 0)

    def _answer(self, **fields: Any) -> None:
        self._control.sendall(json.dumps(fields).encode() + b"\n")


def _importable(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ImportError:
        return False
    return True


def _threads() -> int:
    try:
        return len(os.listdir("/proc/self/task"))  # noqa: PTH208
    except OSError:
        return 1


def _probe(output: int) -> int:
    """Whether a container can have its own /opt/ml here; says why not on `output`."""
    with tempfile.TemporaryDirectory() as scratch:
        for name in ("ml", "tmp"):
            Path(scratch, name).mkdir()
        pid = os.fork()
        if pid == 0:
            try:
                namespace.enter(f"{scratch}/ml", f"{scratch}/tmp")
                os._exit(0)
            except namespace.IsolationUnavailable as error:
                os.write(output, str(error).encode())
            finally:
                os._exit(1)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _end_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        # The child has not reached setsid: it is then alone.
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return


if __name__ == "__main__":
    ForkServer(socket.socket(fileno=int(sys.argv[1])), sys.argv[2:]).serve()
