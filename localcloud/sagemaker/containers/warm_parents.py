"""The warm parents as the server sees them: started when first needed, asked to fork, watched.

A container takes 10 ms from a parent that has its framework imported, against more than a second for
a new interpreter. A parent that dies takes its containers' exit codes with it (they are reported as
killed) and is started anew for the next one.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from localcloud.cloud import Cloud, current
from localcloud.process_tree import kill_trees
from localcloud.sagemaker.containers.frameworks import Framework
from localcloud.sagemaker.containers.namespace import IsolationUnavailable, require_linux

logger = logging.getLogger(__name__)

_HEADER = struct.Struct("!I")
_START_SECONDS = 120.0
_KILLED = -9


def thread_limits() -> dict[str, str]:
    """Environment variables that keep parallel jobs from fighting for the processors.

    OpenMP's threads spin while they wait unless told not to, which on two cores makes a job of
    20 ms take seconds beside another one; half of the cores each, and passive waiting, do not.
    OpenBLAS starts its threads as it is imported, which a process that forks must not have.
    """
    threads = str(max(1, (os.cpu_count() or 2) // 2))
    return {
        "OMP_NUM_THREADS": threads,
        "OMP_WAIT_POLICY": "passive",
        "OPENBLAS_NUM_THREADS": "1",
    }


class Child:
    """A forked container: its process, and how it ended once `ended` is set."""

    def __init__(self) -> None:
        self.pid = 0
        self.exit_code = _KILLED
        self.started = threading.Event()
        self.ended = threading.Event()


class WarmParent:
    """One parent process, at the other end of a socket."""

    def __init__(self, cloud: Cloud, framework: Framework, control: socket.socket) -> None:
        self.framework = framework
        self.pid = 0
        self.alive = True
        self.missing: list[str] = []
        self._cloud = cloud
        self._control = control
        self._lock = threading.Lock()
        self._ready = threading.Event()
        self._children: dict[int, Child] = {}
        self._last = 0
        threading.Thread(target=self._listen, name=f"warm {framework.name}", daemon=True).start()

    def wait_ready(self) -> None:
        """Wait until the framework is imported; RuntimeError if that fails."""
        if not self._ready.wait(_START_SECONDS) or not self.alive:
            raise RuntimeError(f"the {self.framework.name} parent process did not start")
        if self.missing:
            raise RuntimeError(
                f"{self.framework.name} containers need {', '.join(self.missing)}, not installed: "
                "install requirements.txt"
            )

    def fork(self, request: dict[str, Any], descriptors: Sequence[int]) -> Child:
        """Have a child forked; it holds `descriptors`. Its process group is the cloud's to end.

        Raises TooManyProcesses.
        """
        self._cloud.processes.require_room()
        child = Child()
        with self._lock:
            self._last += 1
            self._children[self._last] = child
            payload = json.dumps({**request, "id": self._last}).encode()
            try:
                socket.send_fds(self._control, [_HEADER.pack(len(payload))], list(descriptors))
                self._control.sendall(payload)
            except OSError as error:
                raise RuntimeError(f"the {self.framework.name} parent has ended") from error
        child.started.wait(_START_SECONDS)
        if not child.pid:
            raise RuntimeError(f"the {self.framework.name} parent could not start a container")
        return child

    def require_isolation(self) -> None:
        """Raise IsolationUnavailable, in the probe's words, where containers are impossible."""
        readable, writable = os.pipe()
        try:
            probe = self.fork({"kind": "probe"}, [writable])
        finally:
            os.close(writable)
        with os.fdopen(readable) as output:
            reason = output.read()
        probe.ended.wait(_START_SECONDS)
        if probe.exit_code != 0:
            raise IsolationUnavailable(reason or "the probe for mount namespaces failed")

    def close(self) -> None:
        """Let the parent end, and its containers with it."""
        self._control.close()

    def _listen(self) -> None:
        try:
            with self._control.makefile("r") as answers:
                for line in answers:
                    self._take(json.loads(line))
        except (OSError, ValueError):
            logger.debug("connection to the %s parent lost", self.framework.name)
        self.alive = False
        self._ready.set()
        with self._lock:
            children, self._children = dict(self._children), {}
        # A parent that was killed has not ended them.
        kill_trees(child.pid for child in children.values() if child.pid)
        for child in children.values():
            self._end(child)

    def _take(self, answer: dict[str, Any]) -> None:
        if "ready" in answer:
            self.pid, self.missing = answer["pid"], answer["missing"]
            if answer["threads"] != 1:
                logger.warning(
                    "the %s parent has %s threads", self.framework.name, answer["threads"]
                )
            self._ready.set()
            return
        child = self._children[answer["id"]]
        if "pid" in answer:
            child.pid = answer["pid"]
            self._cloud.processes.adopt(child.pid)
            child.started.set()
        else:
            child.exit_code = answer["exit"]
            del self._children[answer["id"]]
            self._end(child)

    def _end(self, child: Child) -> None:
        if child.pid:
            self._cloud.processes.forget(child.pid)
        child.started.set()
        child.ended.set()
        self._cloud.changes.announce()


class WarmParents:
    """The parents of one running cloud, by framework."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._parents: dict[str, WarmParent] = {}
        self._isolation_known = False

    def begin(self, framework: Framework) -> None:
        """Start a framework's parent in the background, unless it is there or on its way."""
        with self._lock:
            if framework.name in self._locks:
                return
        self.cloud.background(f"prewarm {framework.name}", self.get, framework)

    def get(self, framework: Framework) -> WarmParent:
        """The framework's parent, ready to fork. Raises IsolationUnavailable or RuntimeError."""
        require_linux()
        with self._lock:
            lock = self._locks.setdefault(framework.name, threading.Lock())
        with lock:
            parent = self._parents.get(framework.name)
            if parent is None or not parent.alive:
                parent = self._start(framework)
                self._parents[framework.name] = parent
            parent.wait_ready()
            if not self._isolation_known:
                parent.require_isolation()
                self._isolation_known = True
            return parent

    def running(self) -> dict[str, int]:
        """The process number of each parent that runs, by framework."""
        return {name: parent.pid for name, parent in self._parents.items() if parent.alive}

    def close(self) -> None:
        """End all parents."""
        for parent in self._parents.values():
            parent.close()

    def _start(self, framework: Framework) -> WarmParent:
        ours, theirs = socket.socketpair()
        with theirs:
            if framework.base is not None:
                base = self.get(framework.base)
                parent = WarmParent(self.cloud, framework, ours)
                base.fork({"kind": "derive", "modules": list(framework.modules)}, [theirs.fileno()])
                return parent
            program = Path(__file__).with_name("fork_server.py")
            log = self.cloud.directory("sagemaker", "containers") / f"{framework.name}.log"
            with log.open("ab") as output:
                self.cloud.processes.spawn(
                    [sys.executable, str(program), str(theirs.fileno()), *framework.modules],
                    environment=_parent_environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    pass_fds=(theirs.fileno(),),
                )
        return WarmParent(self.cloud, framework, ours)


def _parent_environment() -> dict[str, str]:
    inherited = ("PATH", "HOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
    return {
        **{name: os.environ[name] for name in inherited if name in os.environ},
        **thread_limits(),
        "LANG": "C.UTF-8",
        # pyarrow, which pandas imports, would start a thread.
        "JE_ARROW_MALLOC_CONF": "background_thread:false",
    }


_lock = threading.Lock()
_warm_parents: WarmParents | None = None


def warm_parents() -> WarmParents:
    """The running cloud's warm parents."""
    global _warm_parents
    with _lock:
        if _warm_parents is None or _warm_parents.cloud is not current():
            _warm_parents = WarmParents(current())
            current().at_stop(_warm_parents.close)
        return _warm_parents
