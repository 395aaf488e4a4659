"""Faults at the API: at a chosen call of a chosen function, the service fails or the function is killed.

It stands where the local cloud authorises calls (`localcloud/iam/authorization/gate.py`), so that every
call of every service passes it, and records what each invocation called.
"""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import flask

from localcloud.errors import AwsError
from localcloud.iam.authorization import gate
from localcloud.iam.authorization.caller import Caller
from localcloud.lambda_runtime import executor
from tests.faults.processes_of_calls import process_with_port

# Of botocore's standard retries: tried again inside the function
# (https://docs.aws.amazon.com/boto3/latest/guide/retries.html).
THROTTLED = "throttled"
# An error that is not tried again by the SDK.
RAISED = "raised"
# The process gets SIGKILL when its call arrives: the service carries the call out, and nobody hears of it.
KILLED_DONE = "killed, call made"
KILLED_LOST = "killed, call lost"
# The process stops (SIGSTOP) and never goes on: Lambda ends it when its time is up.
HUNG = "hung"
KINDS = (THROTTLED, RAISED, KILLED_DONE, KILLED_LOST, HUNG)

WORDS = "a fault was put here by a test"
_MARK = "slipway.faults.seen"


@dataclass(frozen=True)
class Point:
    """A call of a function: what an invocation has called when it happens, itself the last."""

    function: str
    calls: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.function}: {' > '.join(self.calls)}"


@dataclass
class Invocation:
    """One run of a function's process, and what it has called so far."""

    function: str
    calls: list[str] = field(default_factory=list)


@dataclass
class Armed:
    """A fault that waits for its point."""

    point: Point
    kind: str
    times: int = 1
    happened: int = 0

    @property
    def fired(self) -> bool:
        """Whether it happened as often as it was to."""
        return self.happened >= self.times


class Injector:
    """Records every call of every function, and puts one fault at a time."""

    def __init__(self, directory_of: Callable[[str], str | None]) -> None:
        """`directory_of` gives the folder of `lambdas/` for a function's ARN; None for others."""
        self._directory_of = directory_of
        self._lock = threading.Lock()
        self._running: dict[int, Invocation] = {}
        self._armed: Armed | None = None
        self.invocations: list[Invocation] = []

    @contextmanager
    def installed(self) -> Iterator[None]:
        """While this watches the cloud of this process."""
        original: Callable[..., Any] = vars(executor)["run"]

        def run(process: Any, **options: Any) -> Any:
            directory = self._directory_of(options["function_arn"])
            if directory is None:
                return original(process, **options)
            invocation = Invocation(directory)
            with self._lock:
                self._running[process.pid] = invocation
                self.invocations.append(invocation)
            try:
                return original(process, **options)
            finally:
                with self._lock:
                    self._running.pop(process.pid, None)

        gate.watchers.append(self._watch)
        vars(executor)["run"] = run
        try:
            yield
        finally:
            vars(executor)["run"] = original
            gate.watchers.remove(self._watch)

    @contextmanager
    def fault(self, point: Point, kind: str, times: int = 1) -> Iterator[Armed]:
        """While a fault waits for its point; it happens once, or so often."""
        armed = Armed(point, kind, times)
        with self._lock:
            self._armed = armed
        try:
            yield armed
        finally:
            with self._lock:
                self._armed = None

    def points(self, since: int = 0) -> list[Point]:
        """Every call that invocations made, each once: those that begin alike are told apart by what
        was called before."""
        found = {
            Point(invocation.function, tuple(invocation.calls[: place + 1])): None
            for invocation in self.invocations[since:]
            for place in range(len(invocation.calls))
        }
        return list(found)

    def _watch(self, caller: Caller, action: str, resource: str) -> None:
        request = flask.request
        # One call may be authorised for several actions: it is one call.
        if not flask.has_request_context() or request.environ.get(_MARK):
            return
        request.environ[_MARK] = True
        with self._lock:
            running = dict(self._running)
        pid = process_with_port(int(request.environ["REMOTE_PORT"]), running) if running else None
        if pid is None:
            return
        invocation = running[pid]
        invocation.calls.append(_label(action, request))
        kind = self._due(invocation)
        if kind is not None:
            _happen(kind, pid, action)

    def _due(self, invocation: Invocation) -> str | None:
        with self._lock:
            armed = self._armed
            if armed is None or armed.fired:
                return None
            if Point(invocation.function, tuple(invocation.calls)) != armed.point:
                return None
            armed.happened += 1
            return armed.kind


def _label(action: str, request: Any) -> str:
    """The action; for an answer to CodePipeline, also whether it is to call again."""
    if action != "codepipeline:PutJobSuccessResult":
        return action
    again = "continuationToken" in json.loads(request.get_data())
    return f"{action} ({'continued' if again else 'done'})"


def _happen(kind: str, pid: int, action: str) -> None:
    if kind == THROTTLED:
        code = "SlowDown" if action.startswith("s3:") else "ThrottlingException"
        raise AwsError(code, f"Rate exceeded ({WORDS})", 400)
    if kind == RAISED:
        raise AwsError("InjectedFault", f"{WORDS}: {action}", 400)
    os.kill(pid, signal.SIGSTOP if kind == HUNG else signal.SIGKILL)
    if kind == KILLED_LOST:
        raise AwsError("InjectedFault", f"{WORDS}: {action}", 400)
